package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/lab"
	"platen/internal/secret"
)

// credentials reads what the connector in a folder of the site is known by.
func (p *place) credentials(t *testing.T, folder string) (c struct {
	Proxy   gcp.ProxyID
	Client  string `json:"client_id"`
	Refresh string `json:"refresh_token"`
},
) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(p.Dir, folder, "credentials.json"))
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (p *place) proxy(t *testing.T, folder string) string {
	t.Helper()
	return string(p.credentials(t, folder).Proxy)
}

// robot returns a client with the connector's own token: what an older connector
// would do with it.
func (p *place) robot(t *testing.T) *client.Client {
	t.Helper()
	c := p.credentials(t, "connector")
	r, err := client.New(client.Config{BaseURL: p.Base + "/cloudprint", ClientID: c.Client, RefreshToken: secret.New(c.Refresh), Proxy: c.Proxy})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// newDriver puts the driverless way into the place of a PPD, and back.
func (p *place) newDriver(t *testing.T, id string) {
	t.Helper()
	before := p.printers(t)[id].CapsHash
	eve := lab.IPPEve(p.t, lab.EveOptions{})
	p.cups.Run("lpadmin", "-p", "front", "-E", "-v", eve.URI, "-m", "everywhere")
	lab.Until(t, 30*time.Second, "the new PPD", func() bool {
		ppd, err := os.ReadFile(filepath.Join(p.cups.Dir, "etc", "ppd", "front.ppd"))
		return err == nil && bytes.Contains(ppd, []byte("IPP Everywhere"))
	})
	p.cups.Stop() // CUPS 2.4.2 believes its cache of the old PPD, which has the same second
	if err := os.Remove(filepath.Join(p.cups.Dir, "cache", "front.data")); err != nil {
		t.Fatal(err)
	}
	p.cups.Start()
	lab.Until(t, 30*time.Second, "the printer's own capabilities", func() bool { return p.printers(t)[id].CapsHash != before })
	p.same(t, id, "cups:front")
	if n := len(eve.Documents()); n != 1 {
		t.Errorf("the driverless queue printed %d documents, want 1", n)
	}
	queue(p.cups, "front", p.device("moved"))
	lab.Until(t, 30*time.Second, "the PPD's capabilities", func() bool { return p.printers(t)[id].CapsHash == before })
	p.same(t, id, "cups:front")
}

// garbage lets something else answer at cupsd's address: nothing that is known may
// change but what the printers' state is.
func (p *place) garbage(t *testing.T, id string) {
	t.Helper()
	known := filepath.Join(p.Dir, "connector", "printers.json")
	before, err := os.ReadFile(known)
	if err != nil {
		t.Fatal(err)
	}
	p.cups.Stop()
	p.errors(t) // nobody answers
	for name, answer := range map[string]string{
		"nothing":          "",
		"no HTTP":          "\x00\x01\x02 this is no print server\r\n\r\n",
		"a page":           "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello",
		"half an answer":   "HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: 99\r\n\r\n\x02\x00\x00\x00\x00\x00",
		"an empty message": "HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: 0\r\n\r\n",
		"a nameless queue": "HTTP/1.1 200 OK\r\nContent-Type: application/ipp\r\nContent-Length: 25\r\n\r\n" +
			"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x23\x00\x0dprinter-st\x00\x00\x03",
	} {
		t.Run(name, func(t *testing.T) { p.answering(t, answer) })
	}
	after, err := os.ReadFile(known)
	if err != nil || string(after) != string(before) {
		t.Errorf("the known printers were\n%s\nand are, %v,\n%s", before, err, after)
	}
	p.cups.Start()
	p.same(t, id, "cups:desk")
}

// errors waits until the connector says that it cannot look.
func (p *place) errors(t *testing.T) {
	t.Helper()
	lab.Until(t, 30*time.Second, "the error of a look", func() bool {
		var s struct {
			LastError string `json:"last_error"`
		}
		return json.Unmarshal([]byte(p.Platen("status", "--json")), &s) == nil && s.LastError != ""
	})
}

// answering serves an answer at cupsd's address until it was asked.
func (p *place) answering(t *testing.T, answer string) {
	t.Helper()
	l, err := net.Listen("tcp", p.cups.Addr)
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan struct{}, 100)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { answerWith(c, answer); asked <- struct{}{} })
		}
	})
	select {
	case <-asked:
	case <-time.After(30 * time.Second):
		t.Fatal("the connector did not ask")
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
}

// answerWith reads a request, as far as it comes, and answers it.
func answerWith(c net.Conn, answer string) {
	defer func() { _ = c.Close() }() // it may be cut
	_ = c.SetDeadline(time.Now().Add(300 * time.Millisecond))
	b := make([]byte, 4096)
	_, _ = c.Read(b) // whatever it is
	_, _ = io.WriteString(c, answer)
}

// hiccup deletes and registers as connectors did that took a failed look for an
// empty one.
func (p *place) hiccup(t *testing.T, id string) {
	t.Helper()
	was := p.printers(t)[id]
	p.StopConnector()
	robot := p.robot(t)
	if err := robot.Delete(t.Context(), gcp.PrinterID(id)); err != nil {
		t.Fatal(err)
	}
	if _, there := p.printers(t)[id]; there {
		t.Error("a deleted printer is listed")
	}
	back, err := robot.Register(t.Context(), client.RegisterRequest{PrinterFields: client.PrinterFields{
		Name: was.Name, UUID: was.UUID, Capabilities: &gcp.CDD{Version: "1.0"}, NotificationChannel: gcp.ChannelXMPP,
	}})
	if err != nil || string(back.ID) != id {
		t.Fatalf("registered again as %s, %v; want %s", back.ID, err, id)
	}
	p.untouched(t, id)
	p.StartConnector()
	p.same(t, id, was.Name)
}

// state returns a printer's state in words, as pages show it.
func (p *place) state(t *testing.T, id string) string {
	t.Helper()
	var a struct{ Printers []json.RawMessage }
	ask(t, p.Site, "printer", url.Values{"printerid": {id}}, &a)
	if len(a.Printers) != 1 {
		t.Fatalf("%d printers %s", len(a.Printers), id)
	}
	return string(a.Printers[0])
}
