package ipp_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
)

// trickle is a connection that brings a byte a second, and keeps to its deadline. The
// seconds are counted, and do not pass.
type trickle struct {
	*httptest.ResponseRecorder
	head      *bytes.Reader
	at, limit time.Duration
}

func (c *trickle) SetReadDeadline(t time.Time) error {
	if c.limit = time.Hour; !t.IsZero() {
		c.limit = c.at + time.Until(t)
	}
	return nil
}

func (c *trickle) SetWriteDeadline(time.Time) error { return nil }
func (c *trickle) Close() error                     { return nil }

func (c *trickle) Read(p []byte) (int, error) {
	if c.head.Len() > 0 {
		return c.head.Read(p)
	}
	if c.at += time.Second; c.at > c.limit {
		return 0, os.ErrDeadlineExceeded
	}
	return 1, nil
}

// Nobody holds a connection with a body that is not asked for: neither without
// credentials, nor with an operation that has no document.
func TestTricklingBodiesEnd(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name   string
		op     goipp.Op
		bearer string
		want   int
	}{
		{"an open operation", goipp.OpGetPrinterAttributes, "", http.StatusOK},
		{"one to sign in for", goipp.OpPrintJob, "", http.StatusUnauthorized},
		{"one that is unknown", goipp.OpPausePrinter, "", http.StatusOK},
		{"one without a document", goipp.OpGetJobs, b.keys["user"], http.StatusOK},
	} {
		text, err := b.message(ask{op: tt.op}).EncodeBytes()
		b.ok(err)
		conn := &trickle{ResponseRecorder: httptest.NewRecorder(), head: bytes.NewReader(text), limit: time.Minute}
		r := httptest.NewRequest(http.MethodPost, b.path(""), conn)
		r.Header.Set("Content-Type", ippserver.ContentType)
		if tt.bearer != "" {
			r.Header.Set("Authorization", "Bearer "+tt.bearer)
		}
		b.door.ServeHTTP(conn, r)
		if conn.Code != tt.want || conn.at > 10*time.Second {
			t.Errorf("%s: HTTP %d after %v, want %d in 10 s", tt.name, conn.Code, conn.at, tt.want)
		}
	}
}
