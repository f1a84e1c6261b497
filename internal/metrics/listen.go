package metrics

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"time"
)

// unixPrefix begins the address of a socket.
const unixPrefix = "unix:"

// socketMode lets the program's group ask, and nobody else.
const socketMode = 0o660

// errAddress is the refusal of an address that others could ask.
var errAddress = errors.New("an address of this machine alone, such as 127.0.0.1:9631, or unix:/run/platen/metrics.sock")

// Check refuses what is neither a loopback address with a port nor unix: and the path of a
// socket; its error says what to write. The empty address means: nowhere.
func Check(address string) error {
	if path, ok := strings.CutPrefix(address, unixPrefix); ok && strings.HasPrefix(path, "/") || address == "" {
		return nil
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsLoopback() {
		return errAddress
	}
	return nil
}

// Listen opens an address of Check. The socket that a program left that was killed is
// replaced, one that answers is not.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	if err := Check(address); err != nil {
		return nil, err
	}
	path, ok := strings.CutPrefix(address, unixPrefix)
	if !ok {
		return (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	}
	if err := makeFree(ctx, path); err != nil {
		return nil, err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, socketMode); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// makeFree removes a socket at which nobody listens any more.
func makeFree(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is not a socket", path)
	}
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", path)
	if err == nil {
		return errors.Join(fmt.Errorf("%s: %w", path, syscall.EADDRINUSE), conn.Close())
	}
	return os.Remove(path)
}

// Serve answers at l until ctx ends, and closes l.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: askTimeout, ReadTimeout: askTimeout, WriteTimeout: 3 * askTimeout,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10,
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })() // nobody misses the rest of a scrape
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}
