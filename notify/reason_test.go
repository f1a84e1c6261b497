package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// What really goes wrong has its reason.
func TestReasons(t *testing.T) {
	dial := func(address string) error {
		_, err := net.DialTimeout("tcp", address, time.Second)
		return fmt.Errorf("port: %w", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	_ = l.Close()
	strange := httptest.NewTLSServer(http.NotFoundHandler())
	defer strange.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	hello := func(address string) error {
		_, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", address, &tls.Config{ServerName: "print.example.com"})
		return fmt.Errorf("TLS: %w", err)
	}
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	for name, test := range map[string]struct {
		err  error
		want Reason
	}{
		"no such name":          {dial("print.invalid:5223"), ReasonName}, // RFC 6761, 6.4
		"nobody listens":        {dial(nobody), ReasonRefused},
		"a stranger":            {hello(strange.Listener.Addr().String()), ReasonTLS},
		"no TLS":                {hello(plain.Listener.Addr().String()), ReasonTLS},
		"silence":               {fmt.Errorf("ping: %w", late.Err()), ReasonTimeout},
		"closed":                {fmt.Errorf("the connection ended: %w", io.EOF), ReasonClosed},
		"refused credentials":   {fmt.Errorf("login: %w", ErrCredentials), ReasonCredentials},
		"another one":           {errors.Join(io.EOF, ErrConflict), ReasonConflict},
		"something unheard of":  {errors.New("it rains"), ReasonOther},
		"credentials, then EOF": {errors.Join(io.EOF, fmt.Errorf("%w", ErrCredentials)), ReasonCredentials},
	} {
		if got := reasonOf(test.err); got != test.want {
			t.Errorf("%s: %q (%v), want %q", name, got, test.err, test.want)
		}
	}
}
