package cups_test

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"platen/cups"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/vprinter"
	"platen/printer"
)

// watched is a system that is watched, and how often a change was told.
type watched struct {
	*cups.System
	told *atomic.Int64
}

// watching looks at the printers and then watches them.
func watching(t *testing.T, s *cups.System) watched {
	t.Helper()
	if _, err := s.Printers(t.Context()); err != nil {
		t.Fatal(err)
	}
	var told atomic.Int64
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { s.Watch(ctx, func() { told.Add(1) }) })
	t.Cleanup(func() { stop(); wg.Wait() })
	return watched{s, &told}
}

// become waits until a change was told and a look finds the printer in a state, with
// words in what it says.
func become(t *testing.T, s watched, name printer.Name, want gcp.PrinterStateType, words string) {
	t.Helper()
	before := s.told.Load()
	var got string
	eventually(t, string(name)+" to be "+string(want)+" "+words, func() bool {
		if s.told.Load() == before {
			return false
		}
		list, _ := s.Printers(t.Context()) // what is away is an error
		for _, p := range list {
			if p.Name != name || p.State.Printer == nil {
				continue
			}
			got = string(p.State.Printer.State)
			if v := p.State.Printer.VendorState; v != nil {
				for _, i := range v.Item {
					got += " / " + i.Description
				}
			}
			return p.State.Printer.State == want && strings.Contains(got, words)
		}
		return false
	})
}

func TestIdlePrinterIsWatched(t *testing.T) {
	t.Parallel()
	v, uri := virtual(t, vprinter.Options{})
	s := open(t, cups.Config{Idle: 100 * time.Millisecond, Direct: []cups.Direct{{Name: "v", URI: uri}}})
	w := watching(t, s)
	for _, c := range []struct {
		fault vprinter.Fault
		state gcp.PrinterStateType
		words string
	}{
		{vprinter.Fault{Offline: true}, gcp.PrinterStopped, "The printer is offline"},
		{vprinter.Fault{}, gcp.PrinterIdle, ""},
		{vprinter.Fault{Reasons: []string{"media-jam-error"}}, gcp.PrinterStopped, "Paper jam"},
		{vprinter.Fault{Reasons: []string{"media-low-warning"}}, gcp.PrinterIdle, "Paper is low"},
		{vprinter.Fault{Reasons: []string{"cover-open-error"}, Offline: true}, gcp.PrinterStopped, "The printer is offline"},
		{vprinter.Fault{Reasons: []string{"cover-open-error"}}, gcp.PrinterStopped, "A cover is open"},
	} {
		before := w.told.Load()
		v.SetFault(c.fault)
		eventually(t, "a change to be told", func() bool { return w.told.Load() > before })
		state(t, s, "v", c.state, c.words)
	}
}

// state checks what a look finds.
func state(t *testing.T, s *cups.System, name printer.Name, want gcp.PrinterStateType, words string) {
	t.Helper()
	list, _ := s.Printers(t.Context()) // what is away is an error
	for _, p := range list {
		if p.Name != name {
			continue
		}
		var said strings.Builder
		if v := p.State.Printer.VendorState; v != nil {
			for _, i := range v.Item {
				said.WriteString(i.Description + ". ")
			}
		}
		if p.State.Printer.State != want || !strings.Contains(said.String(), words) {
			t.Errorf("%s is %s %q, want %s %q", name, p.State.Printer.State, said.String(), want, words)
		}
		return
	}
	t.Errorf("no printer %s", name)
}

// What CUPS itself says of a queue shows as soon as it says it.
func TestQueuesAreHeard(t *testing.T) {
	t.Parallel()
	c := lab.CUPS(t, lab.CUPSOptions{DebianPolicy: true})
	c.AddRaw("raw", "")
	c.AddRaw("other", "")
	s := onCUPS(t, c)
	w := watching(t, s)
	eventually(t, "the watch to listen", func() bool { return strings.Contains(c.Run("lpstat", "-p", "raw"), "idle") })
	c.Run("cupsdisable", "-r", "back at ten", "raw")
	become(t, w, "raw", gcp.PrinterStopped, "Paused")
	c.Run("cupsenable", "raw")
	become(t, w, "raw", gcp.PrinterIdle, "")
	c.Run("cupsreject", "raw")
	become(t, w, "raw", gcp.PrinterStopped, "Not accepting jobs")
	c.Run("cupsaccept", "raw")
	become(t, w, "raw", gcp.PrinterIdle, "")
	state(t, s, "other", gcp.PrinterIdle, "")
	// That a job prints is no news to anybody.
	quiet := w.told.Load()
	doc := pdf(1000)
	for range 3 {
		wantState(t, finish(t, s, begin(t, s, newJob("raw", doc), doc)), gcp.StateOf(gcp.JobDone))
	}
	if n := w.told.Load(); n != quiet {
		t.Errorf("told %d changes of printers that only printed", n-quiet)
	}
}

// CUPS does not know that the device of an idle queue is away; the device is asked.
func TestDeviceBehindQueueIsWatched(t *testing.T) {
	t.Parallel()
	c := lab.CUPS(t, lab.CUPSOptions{})
	eve := lab.IPPEve(t, lab.EveOptions{})
	c.AddEverywhere("everywhere", eve.URI)
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := port.Addr().String()
	accept := func(l net.Listener) {
		for conn, err := l.Accept(); err == nil; conn, err = l.Accept() {
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}
	}
	go accept(port)
	// Minimal installations have no such backend, and nothing is printed here.
	backend := filepath.Join(c.Dir, "bin", "backend", "socket")
	if _, err := os.Stat(backend); err != nil {
		if err := os.WriteFile(backend, []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c.Run("lpadmin", "-p", "jet", "-E", "-v", "socket://"+addr, "-m", "raw")
	s := open(t, cups.Config{Idle: 200 * time.Millisecond, Servers: []cups.Server{{Address: c.Socket}}})
	w := watching(t, s)
	eve.Kill()
	become(t, w, "everywhere", gcp.PrinterStopped, "The printer is offline")
	_ = port.Close()
	become(t, w, "jet", gcp.PrinterStopped, "The printer is offline")
	eve.Start()
	become(t, w, "everywhere", gcp.PrinterIdle, "")
	if port, err = net.Listen("tcp", addr); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = port.Close() }()
	go accept(port)
	become(t, w, "jet", gcp.PrinterIdle, "")
}

// What the device says of itself shows in its idle queue, of which CUPS says nothing.
func TestDeviceSpeaksForIdleQueue(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{})
	v, uri := virtual(t, vprinter.Options{})
	c.Run("lpadmin", "-p", "q", "-E", "-v", uri, "-m", "raw")
	s := open(t, cups.Config{Idle: 200 * time.Millisecond, Servers: []cups.Server{{Address: c.Socket}}})
	w := watching(t, s)
	v.SetFault(vprinter.Fault{Reasons: []string{"door-open-error"}})
	become(t, w, "q", gcp.PrinterStopped, "A door is open")
	v.SetFault(vprinter.Fault{})
	become(t, w, "q", gcp.PrinterIdle, "")
}
