package cups

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"platen/gcp"
	"platen/printer"
)

// zpl is a small label (Zebra, ZPL II), with a graphic in binary.
const zpl = "^XA^FO50,50^A0N,50,50^FDPlaten^FS^FO50,120^GFB,8,8,1,\x00\xff\x81\x81\x81\x81\xff\x00^FS^XZ\r\n"

// escpos is a small receipt (Epson, ESC/POS): reset, text, a raster of zeros, cut.
const escpos = "\x1b@\x1b!\x30Platen\x1b!\x00\nTotal 1,00\n\x1dv0\x00\x01\x00\x02\x00\x00\x00\x1dV\x00"

// port9100 is a printer that takes one connection after the other.
type port9100 struct {
	l   net.Listener
	got chan []byte
}

// newPort9100 listens, and does with each connection what serve does: what it
// returns is what the printer has. A connection that brought nothing is not told.
func newPort9100(t *testing.T, serve func(*net.TCPConn) []byte) *port9100 {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &port9100{l: l, got: make(chan []byte, 8)}
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if b := serve(c.(*net.TCPConn)); len(b) > 0 {
				p.got <- b
			}
			_ = c.Close()
		}
	}()
	return p
}

func readAll(c *net.TCPConn) []byte {
	b, _ := io.ReadAll(c)
	return b
}

// socketSystem returns a System with the printer at an address as "label".
func socketSystem(t *testing.T, addr string) *System {
	t.Helper()
	s, err := New(Config{Direct: []Direct{{Name: "label", URI: "socket://" + addr}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// hurried makes the limits of a printer short.
func hurried(s *System) *socket {
	v := s.withoutIPP()[0]
	v.times = socketTimes{look: time.Second, dial: time.Second, stall: 2 * time.Second, end: 300 * time.Millisecond}
	return v
}

func rawJob(doc []byte) printer.Job {
	return printer.Job{ID: "job-1", Printer: "label", Title: "Label", User: "joe", Format: "application/octet-stream", Size: int64(len(doc))}
}

// sendRaw hands a document over as the connector does.
func sendRaw(t *testing.T, s *System, doc []byte) (printer.LocalJob, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	l, err := s.Create(ctx, rawJob(doc))
	if err != nil {
		t.Fatalf("Create: %v", err)
	}
	return s.Send(ctx, l, rawJob(doc), bytes.NewReader(doc))
}

// fate asks what became of a hand-over.
func fate(t *testing.T, s *System, l printer.LocalJob, sent bool) printer.Fate {
	t.Helper()
	f, err := s.Settle(t.Context(), l, sent)
	if err != nil {
		t.Fatalf("Settle: %v", err)
	}
	return f
}

func TestSocketTakesBytesAsTheyAre(t *testing.T) {
	big := make([]byte, 3<<20)
	_, _ = rand.Read(big) // never fails
	for name, doc := range map[string][]byte{"zpl": []byte(zpl), "escpos": []byte(escpos), "big": big, "nothing": {}} {
		t.Run(name, func(t *testing.T) {
			p := newPort9100(t, readAll)
			s := socketSystem(t, p.l.Addr().String())
			l, err := sendRaw(t, s, doc)
			if err != nil {
				t.Fatalf("Send: %v", err)
			}
			if len(doc) > 0 {
				if got := <-p.got; !bytes.Equal(got, doc) {
					t.Errorf("the printer got %d bytes, not the document's %d, or others", len(got), len(doc))
				}
			}
			status, err := s.Follow(t.Context(), l, func(printer.JobStatus) {})
			if err != nil || status.State.Type != gcp.JobDone {
				t.Errorf("Follow = %+v, %v; want DONE", status, err)
			}
			if f := fate(t, s, l, true); f != printer.FateFollow {
				t.Errorf("the fate of a confirmed document is %q", f)
			}
		})
	}
}

// A program that reads slowly, answers on the way, and ends in order.
func TestSocketSlowAndTalkative(t *testing.T) {
	doc := bytes.Repeat([]byte(zpl), 1000)
	p := newPort9100(t, func(c *net.TCPConn) []byte {
		var got []byte
		buf := make([]byte, 4096)
		_ = c.SetReadBuffer(4096)
		for {
			n, err := c.Read(buf)
			got = append(got, buf[:n]...)
			if err != nil {
				return got
			}
			_, _ = c.Write([]byte("@PJL USTATUS\r\n"))
		}
	})
	s := socketSystem(t, p.l.Addr().String())
	if _, err := sendRaw(t, s, doc); err != nil {
		t.Fatalf("Send: %v", err)
	}
	if got := <-p.got; !bytes.Equal(got, doc) {
		t.Error("other bytes came out")
	}
}

// However a connection ends but in order, the job may have printed, and is never
// sent again by itself.
func TestSocketEndsInDisorder(t *testing.T) {
	doc := bytes.Repeat([]byte(zpl), 200000) // more than the buffers of both ends hold
	var hold chan struct{}
	for name, serve := range map[string]func(*net.TCPConn) []byte{
		"reset in the middle": func(c *net.TCPConn) []byte {
			_, _ = io.CopyN(io.Discard, c, 1000)
			_ = c.SetLinger(0)
			return nil
		},
		"closed in the middle": func(c *net.TCPConn) []byte {
			_, _ = io.CopyN(io.Discard, c, 1000)
			return nil
		},
		"never reads on": func(c *net.TCPConn) []byte {
			if _, err := io.CopyN(io.Discard, c, 1000); err == nil {
				<-hold
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			hold = make(chan struct{})
			p := newPort9100(t, serve)
			t.Cleanup(func() { close(hold) }) // before the printer's own
			s := socketSystem(t, p.l.Addr().String())
			hurried(s).times.stall = 500 * time.Millisecond
			l, err := sendRaw(t, s, doc)
			var said *printer.Error
			if !errors.As(err, &said) || said.Temporary() {
				t.Fatalf("Send = %v, want an error that is not passing", err)
			}
			t.Log(err)
			if f := fate(t, s, l, false); f != printer.FateUnknown {
				t.Errorf("its fate is %q", f)
			}
		})
	}
}

// A small document is with the system at once: only what the printer acknowledges,
// and how it ends the connection, tells whether it took it.
func TestSocketEndOfSmallDocuments(t *testing.T) {
	var hold chan struct{}
	for name, serve := range map[string]func(*net.TCPConn) []byte{
		"reset": func(c *net.TCPConn) []byte {
			_, _ = c.Read(make([]byte, 4))
			_ = c.SetLinger(0)
			return nil
		},
		"closed unread": func(c *net.TCPConn) []byte {
			_, _ = c.Read(make([]byte, 4))
			return nil
		},
		"never closes": func(c *net.TCPConn) []byte {
			if b, _ := io.ReadAll(c); len(b) > 0 {
				<-hold
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			hold = make(chan struct{})
			p := newPort9100(t, serve)
			t.Cleanup(func() { close(hold) })
			s := socketSystem(t, p.l.Addr().String())
			hurried(s)
			l, err := sendRaw(t, s, []byte(zpl))
			if err == nil {
				t.Fatal("Send succeeded")
			}
			t.Log(err)
			if f := fate(t, s, l, false); f != printer.FateUnknown {
				t.Errorf("its fate is %q", f)
			}
		})
	}
}

// A printer that is off gets the job when it is on again: nothing was sent.
func TestSocketRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	s := socketSystem(t, addr)
	hurried(s)

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := s.Create(ctx, rawJob([]byte(zpl))); err == nil || !temporary(err) {
		t.Errorf("Create = %v, want a passing error", err)
	}
	local := printer.LocalJob{Printer: "label", Cloud: "job-1", User: "joe"}
	_, err = s.Send(t.Context(), local, rawJob([]byte(zpl)), bytes.NewReader([]byte(zpl)))
	if err == nil || !temporary(err) {
		t.Errorf("Send = %v, want a passing error", err)
	}
	if f := fate(t, s, local, false); f != printer.FateResend {
		t.Errorf("the fate of what was not sent is %q", f)
	}
	if f := fate(t, s, local, false); f != printer.FateUnknown {
		t.Errorf("after a restart it is %q", f)
	}
	list, err := s.Printers(t.Context())
	if _, part := errors.AsType[*printer.PartialError](err); !part || len(list) != 1 || list[0].State.Printer.State != gcp.PrinterStopped {
		t.Errorf("Printers = %+v, %v; want one that is stopped, and why", list, err)
	}
}

// One connection at a time, and a look at the printer does not disturb it.
func TestSocketOneAtATime(t *testing.T) {
	reading, goOn := make(chan struct{}), make(chan struct{})
	p := newPort9100(t, func(c *net.TCPConn) []byte {
		first := make([]byte, 1)
		if n, _ := c.Read(first); n == 0 {
			return nil // a look
		}
		reading <- struct{}{}
		<-goOn
		return append(first, readAll(c)...)
	})
	s := socketSystem(t, p.l.Addr().String())
	ends := make(chan error, 2)
	for range 2 {
		go func() {
			l := printer.LocalJob{Printer: "label", Cloud: "job-1"}
			_, err := s.Send(t.Context(), l, rawJob([]byte(zpl)), bytes.NewReader([]byte(zpl)))
			ends <- err
		}()
	}
	<-reading
	list, err := s.Printers(t.Context())
	if err != nil || list[0].State.Printer.State != gcp.PrinterProcessing {
		t.Errorf("Printers = %+v, %v; want one that is processing", list, err)
	}
	goOn <- struct{}{}
	<-reading // the second comes when the first has ended
	if err := <-ends; err != nil {
		t.Error(err)
	}
	goOn <- struct{}{}
	if err := <-ends; err != nil {
		t.Error(err)
	}
}

func TestSocketIsDescribed(t *testing.T) {
	p := newPort9100(t, readAll)
	s := socketSystem(t, p.l.Addr().String())
	list, err := s.Printers(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("Printers = %v, %v", list, err)
	}
	got := list[0]
	if got.Name != "label" || got.UUID == "" || got.CapsHash == "" || !got.Capabilities.Raw || got.State.Printer.State != gcp.PrinterIdle {
		t.Errorf("the printer is %+v", got)
	}
	if c := got.CDD.Printer.SupportedContentType; len(c) == 0 || c[0].ContentType != "application/octet-stream" {
		t.Errorf("it takes %v", c)
	}
	if got.CDD.Printer.MediaSize != nil || got.CDD.Printer.Copies != nil || got.CDD.Printer.VendorCapability != nil {
		t.Error("it has options that nobody carries out")
	}
	for _, uri := range []string{"socket://", "socket://user@h:9100", "socket://h/path", "socket://h?x=y"} {
		if _, err := New(Config{Direct: []Direct{{Name: "x", URI: uri}}}); err == nil {
			t.Errorf("%s was taken", uri)
		}
	}
	if v, err := newSocket(Direct{URI: "socket://[::1]"}); err != nil || v.host != "[::1]:9100" {
		t.Errorf("the port of socket://[::1] is that of %+v, %v", v, err)
	}
}

// What lies in a system's buffers has not been taken.
func TestSocketCountsWhatWasTaken(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells")
	}
	read := make(chan struct{})
	p := newPort9100(t, func(c *net.TCPConn) []byte {
		<-read
		return readAll(c)
	})
	conn, err := net.Dial("tcp", p.l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	tcp := conn.(*net.TCPConn)
	sent := make(chan error, 1)
	go func() {
		_, err := tcp.Write(make([]byte, 32<<20)) // more than one system keeps for a program
		sent <- errors.Join(err, tcp.CloseWrite())
	}()
	left := 0
	for end := time.Now().Add(5 * time.Second); left == 0 && err == nil && time.Now().Before(end); {
		left, err = unacknowledged(tcp)
	}
	if err != nil || left == 0 {
		t.Errorf("unacknowledged = %d, %v; the printer has read nothing", left, err)
	}
	close(read)
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if err := (&socket{}).taken(t.Context(), tcp); err != nil {
		t.Errorf("taken = %v", err)
	}
	<-p.got
}
