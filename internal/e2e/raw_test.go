package e2e

import (
	"bytes"
	"crypto/rand"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/internal/lab"
)

// A label (Zebra, ZPL II) and a receipt (Epson, ESC/POS), with zeros and bytes that
// are no text.
const (
	zpl    = "^XA^FO50,50^A0N,50,50^FDPlaten^FS^FO50,120^GFB,8,8,1,\x00\xff\x81\x81\x81\x81\xff\x00^FS^XZ\r\n"
	escpos = "\x1b@\x1b!\x30Platen\x1b!\x00\nTotal 1,00\n\x1dv0\x00\x01\x00\x02\x00\x00\x00\x1dV\x00"
)

// port9100 is a printer that takes bytes on a port, one connection after the other.
type port9100 struct {
	addr string
	l    net.Listener

	mu    sync.Mutex
	got   [][]byte // what came, a connection each; looks that brought nothing are left out
	serve func(net.Conn) []byte
}

// listen starts a printer at an address; "" takes any.
func listen9100(t *testing.T, addr string) *port9100 {
	t.Helper()
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	p := &port9100{addr: l.Addr().String(), l: l, serve: whole}
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			serve := p.serve
			p.mu.Unlock()
			b := serve(c)
			_ = c.Close()
			if len(b) > 0 {
				p.mu.Lock()
				p.got = append(p.got, b)
				p.mu.Unlock()
			}
		}
	}()
	return p
}

func whole(c net.Conn) []byte {
	b, _ := io.ReadAll(c)
	return b
}

// does makes the printer do something else with its next connections.
func (p *port9100) does(serve func(net.Conn) []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serve = serve
}

func (p *port9100) documents() [][]byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([][]byte(nil), p.got...)
}

// submitRaw sends a document that is to go to its printer as it is.
func submitRaw(s *lab.Site, printer, contentType string, doc []byte) (lab.Answer, error) {
	return s.SubmitFields(map[string]string{"printerid": printer, "title": "raw", "contentType": contentType}, doc)
}

// Documents in a printer's own language come out byte for byte, from a raw queue and
// from a port, where the owner allowed it, and are refused with a sentence elsewhere.
func TestRawDocuments(t *testing.T) {
	cups := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	cups.AddRaw("labels", "")
	cups.AddPPD("office", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}, ConnectConfig: "raw = [\"label*\"]"})
	port := listen9100(t, "")
	s.Start()
	s.Platen("printer", "add", "socket://"+port.addr, "--name", "zebra")

	large := make([]byte, 2<<20)
	_, _ = rand.Read(large) // never fails
	samples := [][]byte{[]byte(zpl), []byte(escpos), large}
	for _, queue := range []string{"labels", "zebra"} {
		id := s.Printer(queue)
		for _, doc := range samples {
			a, err := submitRaw(s, id, "application/octet-stream", doc)
			if err != nil || !a.Success {
				t.Fatalf("submit to %s: %v, %+v", queue, err, a)
			}
			if j := s.Await(a.Job.ID, 60*time.Second, lab.Job.Ended); j.State() != "DONE" {
				t.Errorf("%s: a job of %d bytes is %s: %s", queue, len(doc), j.State(), j.Message)
			}
		}
	}
	for name, docs := range map[string][][]byte{"the raw queue": received(t, cups), "the port": port.documents()} {
		for _, doc := range samples {
			n := 0
			for _, got := range docs {
				if bytes.Equal(got, doc) {
					n++
				}
			}
			if n != 1 || len(docs) != len(samples) {
				t.Errorf("%s gave a document of %d bytes %d times, among %d", name, len(doc), n, len(docs))
			}
		}
	}
	a, err := submitRaw(s, s.Printer("office"), "application/octet-stream", []byte(zpl))
	if err != nil || a.Success || len(a.Message) < 20 || !strings.Contains(a.Message, " ") {
		t.Errorf("a raw document for a printer without: %v, %+v", err, a)
	}
	t.Log(a.Message)
}

// What becomes of a connection to a port is told as it is: what may have printed is
// never sent again, and what was not sent is.
func TestRawConnectionsEnd(t *testing.T) {
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	port := listen9100(t, "")
	s.Start()
	s.Platen("printer", "add", "socket://"+port.addr, "--name", "zebra")
	id := s.Printer("zebra")
	begin := func(doc []byte) string {
		t.Helper()
		a, err := submitRaw(s, id, "application/octet-stream", doc)
		if err != nil || !a.Success {
			t.Fatalf("submit: %v, %+v", err, a)
		}
		return a.Job.ID
	}
	large := make([]byte, 24<<20) // more than both systems keep
	_, _ = rand.Read(large)       // never fails

	port.does(func(c net.Conn) []byte {
		b := make([]byte, 1<<20)
		n, _ := io.ReadFull(c, b)
		return b[:n] // closed in the middle
	})
	if j := s.Await(begin(large), 60*time.Second, lab.Job.Ended); !j.Unconfirmed() {
		t.Errorf("cut in the middle, the job is %s: %s", j.State(), j.Message)
	}

	held, killed := make(chan struct{}, 1), make(chan struct{})
	port.does(func(c net.Conn) []byte {
		first := make([]byte, 1)
		if n, _ := c.Read(first); n == 0 {
			return nil
		}
		held <- struct{}{}
		<-killed
		return append(first, whole(c)...)
	})
	job := begin(large)
	<-held
	s.KillConnector()
	port.does(whole)
	close(killed)
	s.StartConnector()
	if j := s.Await(job, 60*time.Second, lab.Job.Ended); !j.Unconfirmed() {
		t.Errorf("sent when the connector was killed, the job is %s: %s", j.State(), j.Message)
	}
	if n := len(port.documents()); n != 2 {
		t.Errorf("two jobs made %d documents", n)
	}

	_ = port.l.Close() // off
	job = begin([]byte(zpl))
	s.Await(job, 60*time.Second, func(j lab.Job) bool { return j.State() == "IN_PROGRESS" || j.State() == "STOPPED" })
	again := listen9100(t, port.addr)
	if j := s.Await(job, 90*time.Second, lab.Job.Ended); j.State() != "DONE" {
		t.Errorf("a job for a printer that was off is %s: %s", j.State(), j.Message)
	}
	if got := again.documents(); len(got) != 1 || string(got[0]) != zpl {
		t.Errorf("the printer got %d documents", len(got))
	}
}
