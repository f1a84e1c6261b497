package ipp_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
)

// grey is a PWG raster document of one page of 8 pixels a line (PWG 5102.4, 4.3).
func grey(height int) []byte {
	h := make([]byte, 1796)
	copy(h, "PwgRaster")
	for at, v := range map[int]uint32{276: 300, 280: 300, 372: 8, 376: uint32(height), 384: 8, 388: 8, 392: 8, 400: 18, 420: 1, 456: 1, 460: 1} {
		binary.BigEndian.PutUint32(h[at:], v)
	}
	return append(append([]byte("RaS2"), h...), bytes.Repeat([]byte{0, 7, 0}, height)...) // 8 equal pixels a line
}

// stuck is a body that stands still after its first bytes, until it is let go.
type stuck struct {
	first  io.Reader
	still  func()
	letGo  <-chan struct{}
	stands sync.Once
}

func (s *stuck) Read(p []byte) (int, error) {
	if n, err := s.first.Read(p); err == nil {
		return n, nil
	}
	s.stands.Do(s.still)
	<-s.letGo
	return 0, io.ErrUnexpectedEOF
}

// Senders of raster that stand still keep nobody else's from being made into PDF.
func TestSlowRasterHoldsNoPlace(t *testing.T) {
	b := newBench(t)
	a := ask{op: goipp.OpPrintJob, bearer: b.keys["user"], attrs: goipp.Attributes{format("image/pwg-raster")}}
	letGo := make(chan struct{})
	var standing, ended sync.WaitGroup
	for range 4 { // more than there are places
		text, err := b.message(a).EncodeBytes()
		b.ok(err)
		standing.Add(1)
		body := &stuck{first: io.MultiReader(bytes.NewReader(text), bytes.NewReader(grey(4000)[:8000])), still: standing.Done, letGo: letGo}
		r := httptest.NewRequest(http.MethodPost, b.path(""), body)
		r.Header.Set("Content-Type", ippserver.ContentType)
		r.Header.Set("Authorization", "Bearer "+a.bearer)
		ended.Go(func() { b.door.ServeHTTP(httptest.NewRecorder(), r) })
	}
	defer ended.Wait()
	defer close(letGo)
	printed := make(chan struct{})
	a.doc = grey(2)
	go func() {
		defer close(printed)
		standing.Wait()
		if m, _ := b.send(a); status(m) != goipp.StatusOk {
			t.Errorf("%s", status(m))
		}
	}()
	select {
	case <-printed:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was printed while others stood still")
	}
	if kind := b.newest().ContentType; kind != "application/pdf" {
		t.Errorf("the document is %s", kind)
	}
}
