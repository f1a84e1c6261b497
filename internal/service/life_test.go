//go:build unix

package service

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// manager is systemd's end of the socket.
type manager struct {
	t    *testing.T
	conn *net.UnixConn
}

func newManager(t *testing.T) *manager {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return &manager{t, conn}
}

// heard returns the next message.
func (m *manager) heard() string {
	m.t.Helper()
	if err := m.conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		m.t.Fatal(err)
	}
	b := make([]byte, 4096)
	n, err := m.conn.Read(b)
	if err != nil {
		m.t.Fatal(err)
	}
	return string(b[:n])
}

func (m *manager) expect(parts ...string) {
	m.t.Helper()
	got := m.heard()
	for _, p := range parts {
		if !strings.Contains(got, p) {
			m.t.Errorf("systemd heard %q, want %q in it", got, p)
		}
	}
}

// The messages are those of sd_notify(3), in its order.
func TestLife(t *testing.T) {
	m := newManager(t)
	t.Setenv("WATCHDOG_USEC", "300000")
	var answers atomic.Bool
	answers.Store(true)
	reloads := make(chan struct{}, 1)
	l := Life{
		Status: func(context.Context) (string, error) {
			if !answers.Load() {
				return "", errors.New("stuck")
			}
			return "connected\nto all", nil
		},
		Reload: func(context.Context) error { reloads <- struct{}{}; return nil },
		Log:    slog.New(slog.DiscardHandler),
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); l.Run(ctx) }()
	m.expect("READY=1")
	m.expect("STATUS=connected to all", "WATCHDOG=1")
	m.expect("WATCHDOG=1") // and again

	answers.Store(false)
	for m.conn.SetReadDeadline(time.Now().Add(400*time.Millisecond)) == nil { // what is on the way
		if _, err := m.conn.Read(make([]byte, 64)); err != nil {
			break
		}
	}
	if err := syscall.Kill(syscall.Getpid(), unix.SIGHUP); err != nil {
		t.Fatal(err)
	}
	m.expect("RELOADING=1", "MONOTONIC_USEC=") // and nothing about a watchdog before it
	<-reloads
	m.expect("READY=1")

	stop()
	m.expect("STOPPING=1")
	<-ended
}
