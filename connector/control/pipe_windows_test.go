package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

// Many call at the same time, and each is answered; afterwards nobody is there.
func TestPipe(t *testing.T) {
	path := fmt.Sprintf(`%splaten-test-%d`, pipes, os.Getpid())
	if _, err := dial(t.Context(), path); !nobody(err) {
		t.Fatalf("nobody listens: %v", err)
	}
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.URL.Path) // the client looks
	})}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, path) },
	}}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			want := fmt.Sprintf("/%d", i)
			resp, err := client.Get("http://pipe" + want)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close() //nolint:errcheck // read whole
			if b, err := io.ReadAll(resp.Body); err != nil || string(b) != want {
				t.Errorf("answer %q, %v; want %q", b, err, want)
			}
		})
	}
	all.Wait()
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
	if _, err := dial(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after the end: %v", err)
	}
}

// A read ends at its deadline.
func TestPipeDeadline(t *testing.T) {
	path := fmt.Sprintf(`%splaten-deadline-%d`, pipes, os.Getpid())
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // the test is over
	go func() {
		if c, err := l.Accept(); err == nil {
			<-t.Context().Done()
			_ = c.Close() // the test is over
		}
	}()
	c, err := dial(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close() //nolint:errcheck // likewise
	if err := c.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a read of nothing: %v", err)
	}
}
