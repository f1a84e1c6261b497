package api

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
)

// filler is n bytes of nothing much.
type filler struct{ n int64 }

func (f *filler) Read(p []byte) (int, error) {
	if f.n == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), f.n))
	for i := range p[:n] {
		p[i] = byte('a' + i%7)
	}
	f.n -= int64(n)
	return n, nil
}

// A large document passes through without being in memory.
func TestLargeDocumentStreams(t *testing.T) {
	const size = 64 << 20
	b := newBench(t, func(b *bench) { b.cfg.MaxDocument = 128 << 20 })
	p := string(b.register("q"))
	head := "--B\r\nContent-Disposition: form-data; name=\"content\"; filename=\"a\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-"
	tail := "\r\n--B\r\nContent-Disposition: form-data; name=\"printerid\"\r\n\r\n" + p + "\r\n--B--\r\n"
	body := io.MultiReader(strings.NewReader(head), &filler{n: size}, strings.NewReader(tail))
	r, err := http.NewRequestWithContext(t.Context(), "POST", b.url+"/cloudprint/submit", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.ann)
	r.Header.Set("Content-Type", "multipart/form-data; boundary=B")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	a := b.must(b.do(r))
	r = b.request("GET", "/cloudprint/download?id="+string(a.Job.ID), b.robot, "", "")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	n, err := io.Copy(io.Discard, resp.Body)
	if err != nil || n != size+5 || resp.Header.Get("Content-Length") != fmt.Sprint(size+5) {
		t.Errorf("%d bytes came back, %v", n, err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > size/4 {
		t.Errorf("%d bytes were allocated for a document of %d", got, size)
	}
}
