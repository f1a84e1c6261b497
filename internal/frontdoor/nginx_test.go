package frontdoor

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
	"platen/internal/smallpdf"
)

// behindNginx is a door behind the nginx of packaging, which speaks TLS.
func behindNginx(t *testing.T) *door {
	t.Helper()
	certificate, pool := lab.Certificate(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificates[0].Certificate[0]})
	if err := os.WriteFile(ca, text, 0o600); err != nil {
		t.Fatal(err)
	}
	front := lab.NewCable(t) // its address is known before the cloud's is
	d := prepare(t, lab.EveOptions{}, lab.SiteOptions{
		CloudAddress: "https://" + front.Addr(), CloudConfig: "trusted_proxies = [\"127.0.0.1\"]\n", ConnectConfig: "ca_file = \"" + ca + "\"\n",
	})
	at, _ := lab.NginxBefore(t, strings.TrimPrefix(d.Base, "http://"), certificate)
	front.Serve(at)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	d.outside, d.carrier = "https://"+front.Addr(), transport
	d.share()
	return d
}

// Real CUPS, a client that signs in, and one that sends a body of chunks print some MB by
// TLS through the nginx of packaging. Every address that the printer tells is the one
// outside, and a document is at the cloud before its end has left its sender.
func TestClientsBehindNginx(t *testing.T) {
	lab.Need(t, "lp", "lpstat", "ipptool")
	d := behindNginx(t)
	address := d.visit(t).address(d.printer)
	if !strings.HasPrefix(address, d.uri("")+"/") {
		t.Fatalf("the personal address is %s, the printer %s", address, d.uri(""))
	}
	dir := t.TempDir()
	noise := make([]byte, 24)
	var content strings.Builder
	for content.Len() < 8<<20 {
		_, _ = rand.Read(noise) // never fails
		fmt.Fprintf(&content, "%%%x\n", noise)
	}
	doc := smallpdf.Page(595, 842, "BT /F1 24 Tf 72 700 Td (proxy) Tj ET\n"+content.String())
	if err := os.WriteFile(filepath.Join(dir, "doc.pdf"), doc, 0o644); err != nil {
		t.Fatal(err)
	}

	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddEverywhere("door", address)
	cups.Run("lp", "-d", "door", filepath.Join(dir, "doc.pdf"))
	d.printed(t, 1)
	lab.Until(t, time.Minute, "CUPS to see its job end", func() bool {
		return strings.Contains(cups.Run("lpstat", "-W", "completed", "-o", "door"), "door-1 ")
	})

	// By its common address, with a name and a key.
	d.tool(t, dir, "print-job.test", "-f", "doc.pdf", d.signedIn())
	d.printed(t, 2)
	cups.AddEverywhere("signed", d.signedIn())
	cups.Run("lp", "-d", "signed", filepath.Join(dir, "doc.pdf"))
	d.printed(t, 3)
	if err := goPrint(&http.Client{Transport: d.carrier}, way{uri: d.uri("")}, bytes.NewReader(doc)); err == nil || !strings.Contains(err.Error(), "HTTP 401") {
		t.Errorf("without credentials: %v", err)
	}
	told := string(d.tool(t, dir, "get-printer-attributes.test", d.signedIn()))
	for _, name := range []string{"printer-uri-supported", "printer-more-info", "printer-icons", "printer-supply-info-uri", "oauth-authorization-server-uri", "xri-uri"} {
		_, value, ok := strings.Cut(told, name)
		value, _, _ = strings.Cut(value, "\n")
		if _, host, _ := strings.Cut(d.outside, "://"); !ok || !strings.Contains(value, host) {
			t.Errorf("%s is %s", name, value)
		}
	}
	if host := strings.TrimPrefix(d.Base, "http://"); strings.Contains(told, host) {
		t.Errorf("the cloud's own address %s is told", host)
	}

	// The second half leaves once the first one is on the cloud's disk.
	second, half := io.Pipe()
	body := io.MultiReader(bytes.NewReader(doc[:len(doc)/2]), second)
	sent := make(chan error, 1)
	before := d.kept(t)
	go func() { sent <- goPrint(&http.Client{Transport: d.carrier}, way{uri: address}, body) }()
	lab.Until(t, time.Minute, "the first half to be at the cloud", func() bool {
		return d.kept(t)-before > int64(len(doc)/2-1<<20)
	})
	_, err := half.Write(doc[len(doc)/2:])
	if err == nil {
		err = half.Close()
	}
	if sending := <-sent; err != nil || sending != nil {
		t.Fatalf("%v, %v", err, sending)
	}
	d.printed(t, 4)
	for i, got := range d.eve.Documents() {
		if i%2 == 1 && !bytes.Equal(got, doc) || len(got) < 1<<20 { // CUPS makes its own of its two
			t.Errorf("document %d came with %d bytes, want %d", i+1, len(got), len(doc))
		}
	}
}

// printed waits for the n-th document at the far printer.
func (d *door) printed(t *testing.T, n int) {
	t.Helper()
	lab.Until(t, time.Minute, "the printer to have the document", func() bool { return len(d.eve.Documents()) == n })
}

// kept is how many bytes of documents the cloud has on its disk.
func (d *door) kept(t *testing.T) int64 {
	t.Helper()
	var n int64
	err := filepath.WalkDir(filepath.Join(d.Dir, "cloud"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.Contains(e.Name(), ".db") {
			return nil // gone meanwhile
		}
		if info, err := e.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
