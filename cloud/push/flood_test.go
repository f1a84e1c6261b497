package push

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"platen/gcp"
)

// How many logins are begun and not ended, and what one may take here: a connection and
// a goroutine that waits for it.
const (
	halfOpen     = 10000
	halfOpenEach = 24 << 10 // bytes
)

// TestHalfOpenLogins: ten thousand peers connect, say a part of what they should, and
// wait. They cost little, and whoever is there already, or comes then, does not notice.
// They live in a process of their own, as both ends would not fit into one.
func TestHalfOpenLogins(t *testing.T) {
	f := start(t, Direct, func(c *Config) {
		c.Limits.ConnsPerAddr, c.Limits.LoginTime = 2*halfOpen, 2*time.Minute
	})
	honest := f.subscribedPeer(t)
	before := memory()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHalfOpenPeers$")
	cmd.Env = append(os.Environ(), "PUSH_HALF_OPEN="+f.addr)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // open for as long as they shall stay
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	defer func() { _ = in.Close() }()
	f.await(t, "all that are half open", func() bool { return f.open() > halfOpen })

	if each := (memory() - before) / halfOpen; each > halfOpenEach {
		t.Errorf("each takes %d bytes, want at most %d", each, halfOpenEach)
	} else {
		t.Logf("each takes %d bytes", each)
	}
	began := time.Now()
	f.Notify(context.Background(), testRobot, gcp.Notification{Printer: "p"})
	honest.until(hintFor("p"))
	hinted := time.Since(began)
	young := f.subscribedPeer(t)
	f.Notify(context.Background(), testRobot, gcp.Notification{Printer: "q"})
	young.until(hintFor("q"))
	t.Logf("hinted in %s, signed in and hinted in %s", hinted, time.Since(began)-hinted)
	if d := time.Since(began); d > 20*time.Second {
		t.Errorf("both took %s", d)
	}
	_ = in.Close()
	f.await(t, "all that are half open are gone", func() bool { return f.open() == 2 })
}

// memory is what the program has from the system, without what a race detector adds.
func memory() int {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.Sys - m.HeapReleased)
}

// TestHalfOpenPeers is the other process of TestHalfOpenLogins. Most say nothing at all,
// some a part of a TLS greeting, and some stop before they say who they are.
func TestHalfOpenPeers(t *testing.T) {
	addr := os.Getenv("PUSH_HALF_OPEN")
	if addr == "" {
		return // only for the other test
	}
	conns := make([]net.Conn, 0, halfOpen)
	for i := range halfOpen {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		switch i % 100 {
		case 0:
			_, err = c.Write([]byte{0x16, 0x03, 0x01, 0x02, 0x00, 0x01})
		case 1:
			s := tls.Client(c, &tls.Config{InsecureSkipVerify: true})
			_, err = fmt.Fprint(s, clientHeader, `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">AG`)
			c = s
		}
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		conns = append(conns, c)
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test is over
	runtime.KeepAlive(conns)
}
