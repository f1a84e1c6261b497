package frontdoor

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"platen/internal/lab"
)

// tool runs a test of ipptool, and returns what it says.
func (d *door) tool(t *testing.T, dir, test string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command("ipptool", append(append([]string{"-tv", "-T", "60", "-V", "2.0"}, args...), test)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("[FAIL]")) {
		t.Fatalf("%s: %v\n%s", test, err, out)
	}
	return out
}

// A client that knows raster alone prints on a printer that knows PDF alone.
func TestRasterBecomesPDF(t *testing.T) {
	lab.Need(t, "ipptool")
	d := open(t, lab.EveOptions{Formats: []string{"application/pdf"}}, lab.SiteOptions{})
	dir := t.TempDir()
	for i, file := range []string{"page.pwg", "page.urf"} {
		doc := pwg("srgb-8", 2480, 3508, 300, 2)
		if file == "page.urf" {
			doc = urf(2480, 3508, 300, 2)
		}
		if err := os.WriteFile(filepath.Join(dir, file), doc, 0o644); err != nil {
			t.Fatal(err)
		}
		d.tool(t, dir, "print-job.test", "-f", file, "-d", "filetype="+map[string]string{"page.pwg": "image/pwg-raster", "page.urf": "image/urf"}[file], d.signedIn())
		lab.Until(t, time.Minute, "the printer to have the document", func() bool { return len(d.eve.Documents()) == i+1 })
		got := d.eve.Documents()[i]
		if !bytes.HasPrefix(got, []byte("%PDF-")) || pages(t, got) != 2 {
			t.Errorf("%s: the printer got %d pages in %q", file, pages(t, got), got[:min(len(got), 20)])
		}
	}
}

// waiting is a test of ipptool that waits for an event (RFC 3996, 5).
const waiting = `{
	NAME "Get-Notifications that waits"
	OPERATION Get-Notifications
	GROUP operation-attributes-tag
	ATTR charset attributes-charset utf-8
	ATTR language attributes-natural-language en
	ATTR uri printer-uri $uri
	ATTR integer notify-subscription-ids $id
	ATTR boolean notify-wait true
	STATUS successful-ok
	EXPECT notify-event OF-TYPE keyword
}
`

// ipptool's own tests of subscriptions, and one that waits until something happens.
func TestSubscriptions(t *testing.T) {
	lab.Need(t, "ipptool")
	d := open(t, lab.EveOptions{}, lab.SiteOptions{})
	dir := t.TempDir()
	out := d.tool(t, dir, "create-printer-subscription.test", d.signedIn())
	_, rest, ok := bytes.Cut(out, []byte("notify-subscription-id (integer) = "))
	id, _, _ := bytes.Cut(rest, []byte("\n"))
	if !ok {
		t.Fatalf("no subscription: %s", out)
	}
	if err := os.WriteFile(filepath.Join(dir, "waiting.test"), []byte(waiting), 0o644); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	answered := make(chan []byte, 1)
	go func() {
		cmd := exec.Command("ipptool", "-tv", "-T", "60", "-d", "id="+string(id), d.signedIn(), filepath.Join(dir, "waiting.test"))
		out, _ := cmd.CombinedOutput() // its words are looked at
		answered <- out
	}()
	lab.Until(t, time.Minute, "the printer to be seen without its connector", func() bool {
		select {
		case out := <-answered:
			t.Fatalf("answered before anything happened: %s", out)
		default:
		}
		return time.Since(began) > time.Second
	})
	d.StopConnector()
	select {
	case out := <-answered:
		if !bytes.Contains(out, []byte("[PASS]")) || !bytes.Contains(out, []byte("printer-state-changed")) {
			t.Errorf("%s", out)
		}
	case <-time.After(time.Minute):
		t.Error("no answer")
	}
}
