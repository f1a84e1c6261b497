package cups

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ppd"
	"platen/printer"
)

// A queue is listed whatever comes instead of its PPD; only a server that failed is
// asked again at the next look.
func TestAnswersInsteadOfPPD(t *testing.T) {
	office, err := os.ReadFile("../internal/ppd/testdata/office.ppd")
	if err != nil {
		t.Fatal(err)
	}
	queue := goipp.Attributes{
		goipp.MakeAttribute("media-supported", goipp.TagKeyword, goipp.String("iso_a4_210x297mm")),
		goipp.MakeAttribute("printer-make-and-model", goipp.TagText, goipp.String("Platen Office 9")),
	}
	for name, tt := range map[string]struct {
		status   int
		body     []byte
		has, bad bool
	}{
		"PPD":       {http.StatusOK, office, true, false},
		"none":      {http.StatusNotFound, nil, false, false},
		"forbidden": {http.StatusForbidden, nil, false, false},
		"failure":   {http.StatusServiceUnavailable, nil, false, true},
		"page":      {http.StatusOK, []byte("<html>"), false, false},
		"endless":   {http.StatusOK, bytes.Repeat([]byte("*%\n"), ppd.MaxSize), false, false},
	} {
		t.Run(name, func(t *testing.T) {
			h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet || r.URL.Path != "/printers/office 9.ppd" {
					t.Errorf("asked for %s %s", r.Method, r.URL.Path)
				}
				w.WriteHeader(tt.status)
				_, _ = w.Write(tt.body) // the client may have had enough
			}))
			defer h.Close()
			v, err := newServer(Server{Address: strings.TrimPrefix(h.URL, "http://")}, Config{Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer v.peer.close()
			f, err := v.ppdOf(t.Context(), "office 9", queue)
			if (f != nil) != tt.has || (err != nil) != tt.bad {
				t.Errorf("ppdOf = %v, %v", f != nil, err)
			}
		})
	}
}

// What the device behind a raw queue said counts until it says something else, and
// not for another device.
func TestDeviceOfRawQueueIsRemembered(t *testing.T) {
	v, err := newServer(Server{Address: "127.0.0.1:9"}, Config{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	p := printer.Printer{Kind: printer.KindRaw, DeviceURI: "ipp://127.0.0.1:9/ipp/print"} // nobody listens
	said := goipp.Attributes{goipp.MakeAttribute("sides-supported", goipp.TagKeyword, goipp.String("one-sided"))}
	before := &knownQueue{p: p, device: device{asked: time.Now().Add(-time.Hour), attrs: said}}
	if !before.device.due() {
		t.Error("after an hour the device is not asked again")
	}
	now := v.deviceBehind(t.Context(), p, before)
	if len(now.attrs) != 1 || now.due() {
		t.Errorf("while it is off it can %v, and is asked again: %t", now.attrs, now.due())
	}
	p.DeviceURI = "ipp://127.0.0.1:9/ipp/other"
	if other := v.deviceBehind(t.Context(), p, before); other.attrs != nil || other.asked.IsZero() {
		t.Errorf("another device is described as %+v", other)
	}
	for _, q := range []printer.Printer{
		{Kind: printer.KindPlain, DeviceURI: "ipp://127.0.0.1:9/"},
		{Kind: printer.KindRaw, DeviceURI: "usb://Zebra/ZT230"},
	} {
		if d := v.deviceBehind(t.Context(), q, nil); !d.asked.IsZero() || d.due() {
			t.Errorf("%s was asked", q.DeviceURI)
		}
	}
}
