package frontdoor

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// behindTLS prepares a site whose cloud is at an https address that the network reaches.
func behindTLS(t *testing.T, bin, settings string) *lab.Site {
	t.Helper()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	lab.CertificateFiles(t, cert, key, lab.HereAddress)
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", lab.HereAddress+":0")
	if err != nil {
		t.Fatal(err)
	}
	s := lab.NewSite(t, lab.SiteOptions{
		Bin: bin, CloudAddress: "https://" + l.Addr().String(), CloudPush: "driver = \"none\"\n",
		ConnectConfig: settings + "render = false\nca_file = \"" + cert + "\"\n",
	})
	cloud, err := url.Parse(s.Base)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: httputil.NewSingleHostReverseProxy(cloud), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}})) }() // it ends with Close
	t.Cleanup(func() { _ = server.Close() })
	return s
}

// The connector announces its printers with the cloud's address: another machine finds them,
// with what the front door says of them, until they are deleted or it stops.
func TestConnectorAnnouncesItsPrinters(t *testing.T) {
	bin := os.Getenv("PLATEN_TEST_BIN")
	if bin == "" { // the run in the network has them of the one around it
		bin = lab.Build(t)
		t.Setenv("PLATEN_TEST_BIN", bin)
	}
	if !lab.OwnNetwork(t, t.Name()) {
		return
	}
	lab.Need(t, "ipptool")
	elsewhere := lab.NewElsewhere(t, "print.example.com")
	s := behindTLS(t, bin, "announce = true\n")
	s.Start()
	eve := lab.IPPEve(t, lab.EveOptions{Args: []string{"-l", "second floor"}})
	s.Platen("printer", "add", eve.URI, "--name", "far")
	d := &door{Site: s, printer: s.Printer("far"), outside: s.Base}

	keys := []string{"rp", "ty", "note", "pdl", "URF", "UUID", "TLS", "air", "adminurl", "Color", "Duplex", "PaperMax"}
	template := "{service_name}|{}|{txt_" + strings.Join(keys, "}|{txt_") + "}"
	var found []string
	find := func() int {
		found = elsewhere.Find(time.Second, "_ipps._tcp,_universal", "-x", "echo", template, ";")
		return len(found)
	}
	lab.Until(t, 30*time.Second, "the printer to be found", func() bool { return find() > 0 })
	got := strings.Split(found[0], "|")
	if len(found) != 1 || len(got) != len(keys)+2 {
		t.Fatalf("found %q", found)
	}
	address := d.CloudAddress()
	says := string(d.tool(t, t.TempDir(), "get-printer-attributes.test", d.uri("")))
	attribute := func(name string) string {
		_, rest, _ := strings.Cut(says, " "+name+" (")
		_, rest, _ = strings.Cut(rest, ") = ")
		value, _, _ := strings.Cut(rest, "\n")
		return value
	}
	formats := strings.ReplaceAll(attribute("document-format-supported"), "application/octet-stream,", "")
	port := address[strings.LastIndex(address, ":"):]
	for i, want := range []string{
		"lab eve", "", "ipp/print/" + d.printer, attribute("printer-make-and-model"), "second floor", formats[:min(len(formats), len(got[5]))],
		attribute("urf-supported"), strings.TrimPrefix(attribute("printer-uuid"), "urn:uuid:"), "1.3", "username,password",
		address + "/printers/" + d.printer, "T", "T", "legal-A4",
	} {
		if i != 1 && (got[i] != want || want == "") {
			t.Errorf("%d: found %q, want %q", i, got[i], want)
		}
	}
	if !strings.HasPrefix(got[1], "ipps://platen-") || !strings.HasSuffix(got[1], ".local"+port+"/ipp/print/"+d.printer) {
		t.Errorf("found at %s", got[1])
	}
	if status := s.Platen("status"); !strings.Contains(status, "1 of 1 on this network") {
		t.Errorf("status: %s", status)
	}
	if doctor := s.Platen("doctor"); !strings.Contains(doctor, "announcing: 1 of 1 printers") {
		t.Errorf("doctor: %s", doctor)
	}
	if around := s.Platen("printer", "discover", "--timeout", "1s"); strings.Contains(around, "lab eve") {
		t.Errorf("a connector is offered what is in the cloud already: %s", around)
	}
	s.Platen("printer", "remove", "far")
	lab.Until(t, 10*time.Second, "the deleted printer to be gone", func() bool { return find() == 0 })
}
