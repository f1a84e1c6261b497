package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"platen/gcp"
	"platen/internal/lab"
)

// measureLatency sends one document at a time and reads from each job's trace
// when the printer had taken it.
func measureLatency(b *bench) {
	s, cups := b.site(names(1))
	printer, c, doc := s.Printer("null01"), b.client(s), document()
	n := b.scale(300)
	began := make(map[gcp.JobID]time.Time, n)
	for range n {
		begin := time.Now()
		id := b.submit(c, printer, doc)
		began[id] = begin
		s.Await(string(id), time.Minute, lab.Job.Ended)
	}
	took := make([]time.Duration, 0, n)
	for _, j := range b.drained(c, time.Minute) {
		accepted := j.Trace[gcp.HopPrinted]
		if accepted == 0 {
			b.Fatalf("job %s has no hop %d: %v", j.ID, gcp.HopPrinted, j.Trace)
		}
		took = append(took, time.UnixMicro(accepted).Sub(began[j.ID]))
	}
	slices.Sort(took)
	b.add("submit to printer accepted, p50", ms(percentile(took, 0.5)), "<= 25 ms", "10 ms")
	b.add("submit to printer accepted, p99", ms(percentile(took, 0.99)), "<= 100 ms", "50 ms")
	b.localPrint(cups, doc, b.scale(100))
}

// localPrint is what the same queue takes from the machine itself.
func (b *bench) localPrint(cups *lab.CUPSServer, doc []byte, n int) {
	path := filepath.Join(b.TempDir(), "doc.pdf")
	if err := os.WriteFile(path, doc, 0o600); err != nil {
		b.Fatalf("%v", err)
	}
	took := make([]time.Duration, 0, n)
	for range n {
		begin := time.Now()
		cups.Run("lp", "-d", "null01", path)
		took = append(took, time.Since(begin))
	}
	slices.Sort(took)
	b.add("local lp to the same queue, p50", ms(percentile(took, 0.5)), "beside", "")
}

// oneWay is the delay of each direction: a round trip takes twice as long.
const oneWay = 40 * time.Millisecond

// measureRoundTrips puts a slow line between connector and cloud.
func measureRoundTrips(b *bench) {
	web, push := b.slowLine(), b.slowLine()
	cups := lab.CUPS(b, lab.CUPSOptions{})
	cups.AddNull("null01")
	s := lab.NewSite(b, lab.SiteOptions{
		Bin: b.bin, CUPS: []string{cups.Socket}, CloudAddress: "http://" + web.address(), PushPort: web.port(push),
	})
	web.serve(s.Base[len("http://"):])
	push.serve(net.JoinHostPort("127.0.0.1", fmt.Sprint(s.Direct)))
	s.Start()
	printer, c, doc := s.Printer("null01"), b.client(s), document()
	n := b.scale(40)
	for range n {
		s.Await(string(b.submit(c, printer, doc)), time.Minute, lab.Job.Ended)
	}
	took := make([]time.Duration, 0, n)
	for _, j := range b.drained(c, time.Minute) {
		if j.Trace[gcp.HopPushed] > 0 { // the connector's start finds the first one without a push
			took = append(took, b.between(j, gcp.HopPushed, gcp.HopSpooled))
		}
	}
	if len(took) < n-n/10 {
		b.Fatalf("only %d of %d jobs were pushed", len(took), n)
	}
	slices.Sort(took)
	trips := float64(percentile(took, 0.5)) / float64(2*oneWay)
	b.add("push to last document byte at 80 ms round trip, p50", fmt.Sprintf("%s = %.2f round trips", ms(percentile(took, 0.5)), trips), "<= 4", "2")
}

// line is a TCP proxy whose every byte arrives later, in order, without a limit
// of the rate.
type line struct {
	b *bench
	l net.Listener
}

func (b *bench) slowLine() *line {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatalf("%v", err)
	}
	b.Cleanup(func() { _ = l.Close() })
	return &line{b, l}
}

func (p *line) address() string { return p.l.Addr().String() }

func (p *line) port(of *line) int {
	a, ok := of.l.Addr().(*net.TCPAddr)
	if !ok {
		p.b.Fatalf("no TCP address: %v", of.l.Addr())
	}
	return a.Port
}

func (p *line) serve(to string) {
	go forward(p.l, to, func(in, out net.Conn) {
		go delayed(out, in)
		go delayed(in, out)
	})
}

// forward connects each connection of l to an address, and has the two joined.
func forward(l net.Listener, to string, join func(in, out net.Conn)) {
	for {
		in, err := l.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", to)
		if err != nil {
			_ = in.Close() // nothing was said on it
			continue
		}
		join(in, out)
	}
}

// chunk is data and when it may arrive.
type chunk struct {
	data []byte
	due  time.Time
}

func delayed(to, from net.Conn) {
	queue := make(chan chunk, 4096)
	go func() {
		defer close(queue)
		for {
			buf := make([]byte, 64<<10)
			n, err := from.Read(buf)
			if n > 0 {
				queue <- chunk{buf[:n], time.Now().Add(oneWay)}
			}
			if err != nil {
				return
			}
		}
	}()
	for c := range queue {
		time.Sleep(time.Until(c.due))
		if _, err := to.Write(c.data); err != nil {
			break
		}
	}
	_ = to.Close()
	_ = from.Close()
	for range queue { // the reader must not stay blocked
	}
}
