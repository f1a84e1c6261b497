package stall_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"platen/internal/stall"
)

// oneConn is a listener with one connection.
type oneConn struct {
	conn chan net.Conn
	once sync.Once
}

func (l *oneConn) Accept() (net.Conn, error) {
	if c, ok := <-l.conn; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (l *oneConn) Close() error {
	l.once.Do(func() { close(l.conn) })
	return nil
}

func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// The server's own time-out is shorter than the upload and does not end it; a
// sender who stops sending is let go.
func TestBody(t *testing.T) {
	for name, tt := range map[string]struct {
		parts int // of 8, one every 40 s
		want  error
	}{"moves": {8, nil}, "stands still": {3, os.ErrDeadlineExceeded}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if err := upload(t, tt.parts); !errors.Is(err, tt.want) {
					t.Errorf("ended with %v, want %v", err, tt.want)
				}
			})
		})
	}
}

// upload sends parts of a body, and returns how reading it ended.
func upload(t *testing.T, parts int) error {
	t.Helper()
	ended := make(chan error, 1)
	srv := &http.Server{ReadTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, stall.Body(w, r.Body, time.Minute))
		ended <- err
	})}
	here, there := net.Pipe()
	l := &oneConn{conn: make(chan net.Conn, 1)}
	l.conn <- there
	go func() { _ = srv.Serve(l) }()
	defer srv.Close() //nolint:errcheck // the body's end is what counts
	go func() { _, _ = io.Copy(io.Discard, here) }()
	if _, err := io.WriteString(here, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	for range parts {
		time.Sleep(40 * time.Second) // of the bubble's time
		if _, err := io.WriteString(here, "x"); err != nil {
			t.Fatal(err)
		}
	}
	return <-ended
}
