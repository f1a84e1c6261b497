package push

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"
)

const idleStreams = 1000

// BenchmarkIdleStreams reports the memory that a subscribed, idle stream takes.
// The clients live in a process of their own, which is this test binary again.
func BenchmarkIdleStreams(b *testing.B) {
	f := start(b, Direct, func(c *Config) { c.Limits.ConnsPerAddr = idleStreams })
	before := residentKiB(b)
	cmd := exec.Command(os.Args[0], "-test.run=^TestIdlePeers$")
	cmd.Env = append(os.Environ(), "PUSH_ADDR="+f.addr)
	in, err := cmd.StdinPipe() // open for as long as the clients shall stay
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		f.await(b, "all streams", func() bool { return f.presenceCount() >= idleStreams })
		b.ReportMetric(float64(residentKiB(b)-before)/idleStreams, "KiB/stream")
	}
	_ = in.Close()
	_ = cmd.Wait()
}

// TestIdlePeers is the clients' side of BenchmarkIdleStreams.
func TestIdlePeers(t *testing.T) {
	addr := os.Getenv("PUSH_ADDR")
	if addr == "" {
		return // only for the benchmark
	}
	f := &fixture{addr: addr}
	var peers []*peer
	for i := range idleStreams {
		p := f.dialAnyone(t)
		p.loginAs("u", fmt.Sprint("r", i))
		p.subscribe()
		peers = append(peers, p)
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until the benchmark is over
	runtime.KeepAlive(peers)
}

// presenceCount returns how many streams are subscribed.
func (s *Server) presenceCount() int { return len(s.subscribed(testRobot)) }

func residentKiB(b *testing.B) int {
	b.Helper()
	debug.FreeOSMemory() // collects, and gives back what is free, before it returns
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("no /proc here")
	}
	_, rest, _ := bytes.Cut(status, []byte("VmRSS:"))
	n, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
	if err != nil {
		b.Fatal(err)
	}
	return n
}
