package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/lab"
)

// measureIdle lets cloud and connector sit there, with one printer and with
// fifty, and counts what the connector asks the cloud meanwhile.
func measureIdle(b *bench) {
	for _, t := range []struct {
		printers     int
		target, goal string
	}{{1, "<= 20 MB", "15 MB"}, {50, "<= 35 MB", "30 MB"}} {
		b.Part(func() {
			requests := b.counter()
			cups := lab.CUPS(b, lab.CUPSOptions{})
			for _, q := range names(t.printers) {
				cups.AddPPD(q, "")
			}
			s := lab.NewSite(b, lab.SiteOptions{Bin: b.bin, CUPS: []string{cups.Socket}, CloudAddress: "http://" + requests.l.Addr().String()})
			requests.serve(s.Base[len("http://"):])
			s.Start()
			for _, q := range names(t.printers) {
				s.Printer(q)
			}
			idle := 60 * time.Second
			if b.quick {
				idle = 5 * time.Second
			}
			time.Sleep(10 * time.Second) // what registering left to say
			before := requests.seen.Load()
			time.Sleep(idle)
			if t.printers == 1 {
				b.add(fmt.Sprintf("HTTP requests seen by the idle cloud in %v", idle), strconv.FormatInt(requests.seen.Load()-before, 10), "0", "0")
			}
			b.add(fmt.Sprintf("idle RSS of platen, %d printers", t.printers), b.memory(s.ConnectorPID(), "VmRSS"), t.target, t.goal)
		})
	}
}

// measureBig sends a document of 1 GiB.
func measureBig(b *bench) {
	s, _ := b.site(names(1))
	printer, c := s.Printer("null01"), b.client(s)
	for _, pid := range []int{s.ConnectorPID(), s.CloudPID()} {
		// 5 resets the peak (proc(5), clear_refs).
		if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
			b.Fatalf("%v", err)
		}
	}
	size := int64(1 << 30)
	if b.quick {
		size = 1 << 26
	}
	head := []byte("%PDF-1.4\n")
	body := io.MultiReader(bytes.NewReader(head), io.LimitReader(zeros{}, size-int64(len(head))))
	begin := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	j, err := c.Submit(ctx, client.Submission{
		Printer: gcp.PrinterID(printer), Title: "big", ContentType: "application/pdf", Document: body, Size: size,
	})
	if err != nil {
		b.Fatalf("submit: %v", err)
	}
	s.Await(string(j.ID), 5*time.Minute, lab.Job.Ended)
	what := fmt.Sprintf("while a document of %d MiB passes (%v)", size>>20, time.Since(begin).Round(100*time.Millisecond))
	b.add("peak RSS of platen "+what, b.memory(s.ConnectorPID(), "VmHWM"), "<= 60 MB", "40 MB")
	b.add("peak RSS of platen-cloud "+what, b.memory(s.CloudPID(), "VmHWM"), "beside", "")
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// memory reads a line of /proc/PID/status, in megabytes of a million bytes.
func (b *bench) memory(pid int, key string) string {
	return fmt.Sprintf("%.1f MB", float64(b.status(pid, key))*1024/1e6)
}

// kib is what a process has in memory now.
func (b *bench) kib(pid int) int64 { return b.status(pid, "VmRSS") }

// status reads a line of /proc/PID/status.
func (b *bench) status(pid int, key string) int64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatalf("%v", err)
	}
	for line := range strings.Lines(string(data)) {
		if name, rest, _ := strings.Cut(line, ":"); name == key {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				b.Fatalf("%v", err)
			}
			return kib
		}
	}
	b.Fatalf("no %s of process %d", key, pid)
	return 0
}

// counter is a TCP proxy that counts the requests that pass.
type counter struct {
	b    *bench
	l    net.Listener
	seen atomic.Int64
}

func (b *bench) counter() *counter {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatalf("%v", err)
	}
	b.Cleanup(func() { _ = l.Close() })
	return &counter{b: b, l: l}
}

func (p *counter) serve(to string) {
	go forward(p.l, to, func(in, out net.Conn) {
		go func() {
			_, _ = io.Copy(out, io.TeeReader(in, p)) // until either side ends
			_ = out.Close()
		}()
		go func() {
			_, _ = io.Copy(in, out) // until either side ends
			_ = in.Close()
		}()
	})
}

// Write counts request lines. Bodies of ours hold no "HTTP/1.1", and a request's
// head is one write.
func (p *counter) Write(b []byte) (int, error) {
	p.seen.Add(int64(bytes.Count(b, []byte(" HTTP/1.1\r\n"))))
	return len(b), nil
}
