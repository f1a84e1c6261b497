package predecessor_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"platen/connector/predecessor"
	"platen/connector/rules"
	"platen/internal/config"
)

// full has every key of the old programs, as backfill-config-file writes them.
const full = `{
  "local_printing_enable": true, "cloud_printing_enable": true, "fcm_notifications_enable": false,
  "xmpp_jid": "abc@cloudprint.gserviceaccount.com", "robot_refresh_token": "1/SECRET-robot", "user_refresh_token": "1/SECRET-user",
  "share_scope": "/hd/domain/example.com", "proxy_name": "9d2c9f1e-0000-4000-8000-000000000001",
  "fcm_server_bind_url": "https://fcm-stream.googleapis.com/fcm/connect/bind", "xmpp_server": "talk.google.com", "xmpp_port": 443,
  "gcp_xmpp_ping_timeout": "5s", "gcp_xmpp_ping_interval_default": "2m", "gcp_base_url": "https://print.example.com/cloudprint/",
  "gcp_oauth_client_id": "539833558011.apps.googleusercontent.com", "gcp_oauth_client_secret": "SECRET-client",
  "gcp_oauth_auth_url": "https://accounts.google.com/o/oauth2/auth", "gcp_oauth_token_url": "https://accounts.google.com/o/oauth2/token",
  "gcp_max_concurrent_downloads": 5, "cups_job_queue_size": 3, "cups_printer_poll_interval": "1m0s", "cups_job_full_username": false,
  "prefix_job_id_to_job_title": false, "display_name_prefix": "Ber\"lin ", "printer_blacklist": ["Fax", "what*"], "printer_whitelist": ["a[1]"],
  "log_level": "WARNING", "local_port_low": 26000, "local_port_high": 26999, "log_file_name": "/tmp/cloud-print-connector",
  "log_file_max_megabytes": 1, "log_max_files": 3, "log_to_journal": false, "monitor_socket_filename": "/tmp/cloud-print-connector-monitor.sock",
  "cups_max_connections": 50, "cups_connect_timeout": "5s", "cups_printer_attributes": ["all"], "cups_vendor_ppd_options": ["all"],
  "cups_ignore_raw_printers": true, "cups_ignore_class_printers": false, "copy_printer_info_to_display_name": true,
  "snmp_enable": false, "snmp_community": "public", "snmp_max_connections": 100, "typo": 1
}`

func TestEveryKey(t *testing.T) {
	s, err := predecessor.Read([]byte(full))
	if err != nil {
		t.Fatal(err)
	}
	want := []config.Change{
		{Key: "ping_timeout", Value: "5s"},
		{Key: "ping_interval", Value: "2m0s"},
		{Key: "downloads", Value: int64(5)},
		{Key: "poll_interval", Value: "1m0s"},
		{Key: "full_username", Value: false},
		{Key: "exclude", Value: []string{"Fax", `what\*`}},
		{Key: "include", Value: []string{`a\[1]`}},
		{Key: "log_level", Value: "warn"},
	}
	if !reflect.DeepEqual(s.Changes, want) {
		t.Errorf("changes %+v, want %+v", s.Changes, want)
	}
	if s.Proxy != "9d2c9f1e-0000-4000-8000-000000000001" || s.Cloud != "https://print.example.com" || s.Token.Reveal() != "1/SECRET-robot" {
		t.Errorf("proxy %q, cloud %q, token %v", s.Proxy, s.Cloud, s.Token)
	}
	if n := strings.Count(full, `": `); len(s.Keys) != n {
		t.Errorf("%d keys are explained, of %d", len(s.Keys), n)
	}
	for _, k := range s.Keys {
		if k.Becomes == "" && k.Why == "" || strings.Contains(k.Becomes+k.Why, "SECRET") {
			t.Errorf("%s: %+v", k.Key, k)
		}
	}
	f, err := rules.Parse("printers.toml", []byte(s.Rules))
	if err != nil {
		t.Fatal(err)
	}
	if r := f.Rules[0]; len(f.Rules) != 1 || r.NamePrefix != `Ber"lin ` || !slices.Equal(r.Share[0].Domains, []string{"example.com"}) {
		t.Errorf("the rules are %+v", f.Rules)
	}
}

// What is good for Google alone is not kept, and no rules are made of nothing.
func TestSparse(t *testing.T) {
	s, err := predecessor.Read([]byte(`{"proxy_name": "p", "robot_refresh_token": "1/x", "display_name_prefix": "", "printer_blacklist": [], "share_scope": null}`))
	if err != nil || s.Cloud != "" || !s.Token.Empty() || s.Rules != "" || len(s.Changes) != 0 || s.Proxy != "p" {
		t.Errorf("%+v, %v", s, err)
	}
	s, err = predecessor.Read([]byte(`{"gcp_base_url": "https://www.google.com/cloudprint/", "robot_refresh_token": "1/x", "share_scope": "ann@example.com"}`))
	if err != nil || s.Cloud != "" || !s.Token.Empty() || !strings.Contains(s.Rules, `people = ["ann@example.com"]`) {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestNoSettings(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "no JSON",
		"[]":                                     "no JSON",
		`{"listen": 1}`:                          "none of its keys",
		`{"cups_printer_poll_interval": 60}`:     "cups_printer_poll_interval",
		`{"cups_printer_poll_interval": "-1s"}`:  "no time",
		`{"log_level": "LOUD"}`:                  "log_level",
		`{"gcp_max_concurrent_downloads": 0}`:    "too few",
		`{"printer_blacklist": "Fax"}`:           "printer_blacklist",
		`{"gcp_base_url": "://"}`:                "gcp_base_url",
		`{"robot_refresh_token": {"SECRET": 1}}`: "robot_refresh_token: it is no text",
	} {
		if _, err := predecessor.Read([]byte(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("Read(%q) = %v, want an error with %q", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(full))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := predecessor.Read(text)
		if err != nil || s.Rules == "" {
			return
		}
		// A prefix or a scope may be more than a rule allows; it is never another text.
		if r, err := rules.Parse("f", []byte(s.Rules)); err == nil && len(r.Rules) != 1 {
			t.Errorf("%q becomes the rules %q", text, s.Rules)
		}
	})
}
