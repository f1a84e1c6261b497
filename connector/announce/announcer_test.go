package announce

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/mdns"
)

// board is a network on which the services are written down.
type board struct {
	mu       sync.Mutex
	services []mdns.Service
}

func (b *board) Announce(s []mdns.Service) { b.mu.Lock(); defer b.mu.Unlock(); b.services = s }
func (b *board) Run(ctx context.Context)   { <-ctx.Done() }
func (b *board) States() ([]mdns.State, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []mdns.State
	for _, s := range b.services {
		list = append(list, mdns.State{ID: s.ID, Name: s.Name, Announced: true})
	}
	return list, nil
}

func (b *board) names() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []string
	for _, s := range b.services {
		list = append(list, s.Name)
	}
	return list
}

// door answers in the place of a cloud.
type door struct {
	mu    sync.Mutex
	away  bool
	asked []string // ids
}

func (d *door) RoundTrip(r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := path.Base(r.URL.Path)
	d.asked = append(d.asked, id)
	if d.away {
		return nil, errors.New("connection refused")
	}
	if r.Header.Get("Authorization") != "" {
		return nil, errors.New("credentials are shown for what everybody may know")
	}
	status := goipp.StatusOk
	if id == "unknown" {
		status = goipp.StatusErrorNotFound
	}
	m := goipp.NewResponse(goipp.MakeVersion(2, 0), status, 1)
	m.Operation.Add(goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")))
	m.Operation.Add(goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")))
	m.Printer = front()
	b, err := m.EncodeBytes()
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(b)), TLS: &tls.ConnectionState{Version: tls.VersionTLS13}}, err
}

func (d *door) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.asked)
	d.asked = nil
	return n
}

func (d *door) leave(away bool) { d.mu.Lock(); defer d.mu.Unlock(); d.away = away }

func begin(t *testing.T) (*Announcer, *door, *board) {
	d, b := &door{}, &board{}
	a := New(Config{Cloud: "https://print.example.com", Client: &http.Client{Transport: d}, Responder: b, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { a.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	return a, d, b
}

// The cloud is asked when there is something new, and rarely otherwise.
func TestAskedWhenItChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, d, b := begin(t)
		one, two := Printer{ID: "1", Name: "Front desk", Told: "a"}, Printer{ID: "2", Name: "Cellar", Told: "a"}
		offer := func(what string, asks int, list ...Printer) {
			t.Helper()
			a.Offer(list)
			synctest.Wait()
			var want []string
			for _, p := range list {
				want = append(want, p.Name)
			}
			if got := b.names(); !slices.Equal(got, want) {
				t.Errorf("%s: announced %q, want %q", what, got, want)
			}
			if got := d.count(); got != asks {
				t.Errorf("%s: asked %d times, want %d", what, got, asks)
			}
		}
		offer("two", 2, one, two)
		offer("the same ones", 0, one, two)
		two.Name = "Keller"
		offer("another name", 0, one, two)
		two.Told = "b"
		offer("another description", 1, one, two)
		offer("one is gone", 0, one)
		time.Sleep(askEvery - time.Second)
		if got := d.count(); got != 0 {
			t.Errorf("asked %d times for nothing", got)
		}
		time.Sleep(24 * time.Hour)
		if got := d.count(); got < 3 || got > 5 {
			t.Errorf("asked %d times in a day", got)
		}
		if s := a.Status(); s.Trouble != nil || len(s.Printers) != 1 || !s.Printers[0].Announced || s.Printers[0].Name != "Front desk" {
			t.Errorf("status %+v", s)
		}
	})
}

// A cloud that is away is asked ever more rarely, however often printers change; what it
// said before stays, and the trouble is told until it is over.
func TestAwayCloudIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, d, b := begin(t)
		a.Offer([]Printer{{ID: "1", Name: "Front desk", Told: "a"}})
		synctest.Wait()
		d.leave(true)
		d.count()
		for i := range 24 * 60 {
			a.Offer([]Printer{{ID: "1", Name: "Front desk", Told: "b"}, {ID: "2", Name: "Cellar", Location: time.Duration(i).String()}})
			time.Sleep(time.Minute)
		}
		if got := d.count(); got < 20 || got > 120 {
			t.Errorf("asked %d times in a day", got)
		}
		if got := b.names(); !slices.Equal(got, []string{"Front desk"}) {
			t.Errorf("announced %q", got)
		}
		if s := a.Status(); s.Trouble == nil || !strings.Contains(s.Trouble.Error(), "connection refused") {
			t.Errorf("trouble %v", s.Trouble)
		}
		d.leave(false)
		time.Sleep(31 * time.Minute)
		if got := b.names(); len(got) != 2 {
			t.Errorf("announced %q", got)
		}
		if s := a.Status(); s.Trouble != nil {
			t.Errorf("trouble %v", s.Trouble)
		}
	})
}

// A printer that the cloud does not know keeps no other one from being announced.
func TestOneIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, d, b := begin(t)
		a.Offer([]Printer{{ID: "unknown", Name: "Attic"}, {ID: "zz", Name: "Front desk"}})
		synctest.Wait()
		if got := b.names(); !slices.Equal(got, []string{"Front desk"}) {
			t.Errorf("announced %q", got)
		}
		s := a.Status()
		if s.Trouble != nil || s.Printers[0].Why == "" || s.Printers[0].Announced || s.Printers[1].Why != "" {
			t.Errorf("status %+v", s)
		}
		d.count()
		time.Sleep(time.Hour)
		if got := d.count(); got < 5 || got > 6 {
			t.Errorf("asked %d times in an hour about the one that is refused", got)
		}
	})
}

// More than a network is told of are left out, and said to be.
func TestTooManyToAnnounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _, b := begin(t)
		var list []Printer
		for i := range maxPrinters + 1 {
			list = append(list, Printer{ID: gcp.PrinterID(fmt.Sprintf("%03d", i)), Name: fmt.Sprint("printer ", i)})
		}
		a.Offer(list)
		synctest.Wait()
		last := a.Status().Printers[maxPrinters]
		if got := len(b.names()); got != maxPrinters || last.Announced || !strings.Contains(last.Why, "200") {
			t.Errorf("%d announced, the last one: %+v", got, last)
		}
	})
}
