package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// localSettings asks the cloud for a printer's local settings, as its owner.
func localSettings(t *testing.T, s *lab.Site, printer string) (current, pending int) {
	t.Helper()
	var a struct {
		Printers []struct {
			Settings struct {
				Current, Pending struct {
					Ping int `json:"xmpp_timeout_value"`
				}
			} `json:"local_settings"`
		}
	}
	ask(t, s, "printer", url.Values{"printerid": {printer}}, &a)
	if len(a.Printers) != 1 {
		t.Fatalf("%d printers %s", len(a.Printers), printer)
	}
	return a.Printers[0].Settings.Current.Ping, a.Printers[0].Settings.Pending.Ping
}

// ask calls an interface of the cloud with the site's key.
func ask(t *testing.T, s *lab.Site, name string, form url.Values, into any) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Base+"/cloudprint/"+name, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.Key)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }() // only read
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: HTTP %d, %v", name, resp.StatusCode, err)
	}
}

// What an owner sets is current within seconds, by push or at the next connect,
// and is still in force after a restart.
func TestLocalSettings(t *testing.T) {
	eve := lab.IPPEve(t, lab.EveOptions{})
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	s.Key = s.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")
	s.Start()
	s.Platen("printer", "add", eve.URI, "--name", "direct")
	printer := s.Printer("direct")
	set := func(seconds string) {
		t.Helper()
		var a lab.Answer
		ask(t, s, "update", url.Values{
			"printerid": {printer}, "local_settings": {`{"pending":{"xmpp_timeout_value":` + seconds + `}}`},
		}, &a)
		if !a.Success {
			t.Fatalf("update: %+v", a)
		}
	}
	become := func(seconds int) {
		t.Helper()
		lab.Until(t, 10*time.Second, "the owner's setting is current", func() bool {
			current, pending := localSettings(t, s, printer)
			return current == seconds && pending == 0
		})
	}
	set("120")
	become(120)
	s.StopConnector()
	set("90")
	if current, pending := localSettings(t, s, printer); current != 120 || pending != 90 {
		t.Errorf("while the connector is away: current %d, pending %d", current, pending)
	}
	s.StartConnector()
	become(90)
	s.StopConnector()
	kept, err := os.ReadFile(filepath.Join(s.Dir, "connector", "printers.json"))
	if err != nil || !strings.Contains(string(kept), `"ping_seconds": 90`) {
		t.Errorf("printers.json keeps %s, %v", kept, err)
	}
}
