//go:build unix

package control_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"platen/connector/control"
)

// socketPath is where a test's daemon listens.
func socketPath(t *testing.T) string { return filepath.Join(t.TempDir(), "run", "platen.sock") }

func TestNotRunning(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	if _, err := control.Dial(path).Status(t.Context()); !errors.Is(err, control.ErrNotRunning) {
		t.Errorf("without a socket: %v", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := control.Dial(path).Status(t.Context()); !errors.Is(err, control.ErrNotRunning) {
		t.Errorf("with a stale socket: %v", err)
	}
}

// A socket that a dead daemon left does not block the start.
func TestStaleSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	for range 2 {
		l, err := control.Listen(path)
		if err != nil {
			t.Fatal(err)
		}
		fi, err := os.Stat(path)
		if err != nil || fi.Mode().Perm() != 0o660 {
			t.Errorf("mode %v, %v", fi.Mode(), err)
		}
		l.(*net.UnixListener).SetUnlinkOnClose(false)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := control.Listen(path); err == nil {
		t.Error("a file that is no socket was replaced")
	}
}
