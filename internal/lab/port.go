package lab

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"platen/internal/filelock"
)

// Ports that servers are given lie below those that the system gives to outgoing
// connections (Linux: from 32768), any of which may have one by the time a server starts;
// and above those that browsers refuse.
const (
	firstPort = 12000
	lastPort  = 32000
)

// portsGiven are the ports that this process was given, each once: a server may start much
// later, or start again.
var portsGiven sync.Map

// FreePort returns a port of 127.0.0.1 that nobody listens on, once to this process.
func FreePort(t TB) int {
	t.Helper()
	return freePort(t)
}

// freePort returns a port that nobody listens on, at some addresses of loopback;
// 127.0.0.1 where none is named.
func freePort(t TB, hosts ...string) int {
	t.Helper()
	if len(hosts) == 0 {
		hosts = []string{"127.0.0.1"}
	}
	for range 100 {
		port := firstPort + rand.N(lastPort-firstPort) //nolint:gosec // nobody gains by guessing it
		if _, given := portsGiven.LoadOrStore(port, true); !given && reserve(port) && free(port, hosts) == nil {
			return port
		}
	}
	t.Fatalf("no port is free at %v", hosts)
	return 0
}

// reserve keeps other test processes from being given a port that a server of this one
// leaves for a while, as when it is started again.
func reserve(port int) bool {
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("platen-ports-%d", os.Getuid()))
	if os.MkdirAll(dir, 0o700) != nil {
		return true // then chance must do
	}
	f, err := os.OpenFile(filepath.Join(dir, strconv.Itoa(port)), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return true
	}
	if filelock.Try(f, filelock.Exclusive) != nil {
		_ = f.Close() // it is another's
		return false
	}
	reserved.Store(port, f) // the lock ends with this process
	return true
}

var reserved sync.Map

// free listens on a port of some hosts for a moment.
func free(port int, hosts []string) error {
	var errs []error
	for _, host := range hosts {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil {
			err = l.Close()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
