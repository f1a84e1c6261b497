package daemon

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/secret"
)

// rhythm is a pinger.
type rhythm struct{ interval time.Duration }

func (r *rhythm) SetPingInterval(d time.Duration) { r.interval = d }

// settingsService is a service with one printer, whose local_settings are the text
// given; it keeps what it is told, and refuses while broken.
type settingsService struct {
	settings string
	broken   bool
	updates  []string // local_settings of p1
}

func (s *settingsService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/cloudprint/list":
		fmt.Fprintf(w, `{"success":true,"printers":[{"id":"p1","name":"lp","local_settings":%s}]}`, s.settings)
	case "/cloudprint/update":
		if r.PostFormValue("printerid") == "p1" {
			s.updates = append(s.updates, r.PostFormValue("local_settings"))
		}
		fmt.Fprintf(w, `{"success":%t,"printers":[{"id":"p1","name":"lp"}]}`, !s.broken)
	}
}

// owner is a registry of that service; what is set ends in the state folder dir.
func owner(t *testing.T, s *settingsService, dir string) (registry, *rhythm, *printerFile) {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c, err := client.New(client.Config{BaseURL: server.URL + "/cloudprint", AccessToken: secret.New("t"), Proxy: "here", Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	known, err := openPrinters(dir)
	if err != nil {
		t.Fatal(err)
	}
	pings := new(rhythm)
	return registry{client: c, settings: settings{c, pings, known, slog.New(slog.DiscardHandler)}}, pings, known
}

// A device applies what is pending and answers with it as current; the service
// removes pending members that are current then.
func TestPendingSettings(t *testing.T) {
	const current = `"current":{"local_discovery":true,"printer/local_printing_enabled":true,"xmpp_timeout_value":300}`
	for _, tt := range []struct {
		pending string
		want    string // what the service is told; "" for nothing
		pings   time.Duration
	}{
		{``, ``, 0},
		{`,"pending":{}`, ``, 0},
		{
			`,"pending":{"xmpp_timeout_value":600}`,
			`{"current":{"local_discovery":true,"printer/local_printing_enabled":true,"xmpp_timeout_value":600}}`, 10 * time.Minute,
		},
		{
			`,"pending":{"xmpp_timeout_value":1}`,
			`{"current":{"local_discovery":true,"printer/local_printing_enabled":true,"xmpp_timeout_value":1}}`, 15 * time.Second,
		},
		{
			`,"pending":{"xmpp_timeout_value":9000000000000000}`,
			`{"current":{"local_discovery":true,"printer/local_printing_enabled":true,"xmpp_timeout_value":9000000000000000}}`, time.Hour,
		},
		{
			`,"pending":{"local_discovery":false}`,
			`{"current":{"local_discovery":false,"printer/local_printing_enabled":true,"xmpp_timeout_value":300}}`, 0,
		},
	} {
		s := &settingsService{settings: "{" + current + tt.pending + "}"}
		dir := t.TempDir()
		r, pings, _ := owner(t, s, dir)
		list, _, err := r.List(t.Context(), gcp.Announcement{})
		if err != nil || len(list) != 1 {
			t.Fatalf("%d printers, %v", len(list), err)
		}
		var want []string
		if tt.want != "" {
			want = []string{tt.want}
		}
		if diff := cmp.Diff(want, s.updates); diff != "" {
			t.Errorf("%s: %s", tt.pending, diff)
		}
		again, err := openPrinters(dir)
		if err != nil {
			t.Fatal(err)
		}
		if pings.interval != tt.pings || again.Ping() != tt.pings {
			t.Errorf("%s: pings every %s, after a restart every %s; want %s", tt.pending, pings.interval, again.Ping(), tt.pings)
		}
	}
}

// What the service did not hear is told at its next list; the list is good.
func TestPendingSettingsAgain(t *testing.T) {
	s := &settingsService{settings: `{"pending":{"xmpp_timeout_value":600}}`, broken: true}
	r, _, known := owner(t, s, t.TempDir())
	for n := 1; n <= 2; n++ {
		if list, _, err := r.List(t.Context(), gcp.Announcement{}); err != nil || len(list) != 1 || len(s.updates) != n {
			t.Errorf("%d printers, %v, told %d times; want one, told %d times", len(list), err, len(s.updates), n)
		}
	}
	if err := known.ForgetCloud(); err != nil || known.Ping() != 0 {
		t.Errorf("another cloud's owner sets %s, %v", known.Ping(), err)
	}
}
