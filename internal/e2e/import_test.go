package e2e

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/lab"
	"platen/internal/secret"
)

// The connector of Google Cloud Print ran against this cloud; ours takes its place
// by its settings file, and the printer stays the one that it was.
func TestImportKeepsPrinters(t *testing.T) {
	t.Parallel()
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddPPD("lp", "")
	cups.AddPPD("draft", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}, Plain: true})
	s.Key = s.Cloud("key", "create", "--user", lab.Owner, "--scope", "admin")
	s.StartCloud()
	const proxy = "9d2c9f1e-0000-4000-8000-000000000001"
	refresh, id := oldConnector(t, s, proxy)
	ask(t, s, "share", url.Values{"printerid": {id}, "scope": {"/group/staff"}, "skip_notification": {"true"}}, &struct{}{})

	file := filepath.Join(s.Dir, "old.json")
	text, err := json.Marshal(map[string]any{
		"proxy_name": proxy, "robot_refresh_token": refresh, "gcp_base_url": s.Base + "/cloudprint/", "xmpp_server": "print.example.com",
		"printer_blacklist": []string{"draft"}, "display_name_prefix": "Berlin ", "share_scope": "ann@example.com", "cups_job_full_username": false,
	})
	if err == nil {
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(s.Dir, "platen.toml")
	before, _ := os.ReadFile(settings)
	out := s.Platen("config", "import", file, "--dry-run", "--replace")
	after, _ := os.ReadFile(settings)
	if string(before) != string(after) || !strings.Contains(out, "nothing was written") || strings.Contains(out, refresh) {
		t.Errorf("a dry run says %s", out)
	}
	var answer struct {
		Proxy, Cloud string
		Written      []string
		Keys         []struct{ Key, Becomes, Why string }
	}
	if err := json.Unmarshal([]byte(s.Platen("config", "import", file, "--replace", "--json")), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Proxy != proxy || answer.Cloud != s.Base || strings.Join(answer.Written, " ") != "full_username exclude" || len(answer.Keys) != 8 {
		t.Errorf("the import says %+v", answer)
	}

	s.Pair() // with a key that may take nobody's place: the old token proves whose it is
	s.StartConnector()
	lab.Until(t, 30*time.Second, "the printer is taken over", func() bool {
		var a struct{ Printers []seen }
		ask(t, s, "printer", url.Values{"printerid": {id}}, &a)
		p := a.Printers[0]
		return p.Name == "cups:lp" && p.DisplayName == "Berlin lp" && p.ConnectionStatus == "ONLINE" && len(p.Access) == 3
	})
	var a struct{ Printers []seen }
	ask(t, s, "search", url.Values{}, &a)
	if len(a.Printers) != 1 {
		t.Errorf("the cloud has %+v, want the one printer", a.Printers)
	}
	if j := s.Await(submit(t, s, id, "after", document("after", 1<<10)), time.Minute, lab.Job.Ended); j.State() != "DONE" {
		t.Errorf("the job ended %+v", j)
	}
	if out := s.Platen("config", "show"); !strings.Contains(out, "full_username = false") {
		t.Errorf("the settings are %s", out)
	}
}

// oldConnector pairs as the old connector did, and registers the queue lp.
func oldConnector(t *testing.T, s *lab.Site, proxy gcp.ProxyID) (refresh string, id string) {
	t.Helper()
	dial := func(cfg client.Config) *client.Client {
		cfg.BaseURL, cfg.ClientID, cfg.Proxy = s.Base+"/cloudprint", "539833558011.apps.googleusercontent.com", proxy
		c, err := client.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	person := dial(client.Config{AccessToken: secret.New(s.Key)})
	robot, err := person.CreateRobot(t.Context(), secret.Text{})
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := person.ExchangeRobotCode(t.Context(), secret.New(robot.AuthorizationCode))
	if err != nil {
		t.Fatal(err)
	}
	p, err := dial(client.Config{RefreshToken: tokens.Refresh}).Register(t.Context(), client.RegisterRequest{PrinterFields: client.PrinterFields{
		Name: "lp", Capabilities: &gcp.CDD{Version: "1.0"}, NotificationChannel: gcp.ChannelXMPP,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return tokens.Refresh.Reveal(), string(p.ID)
}
