package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/cloud/oidc/oidctest"
	"platen/internal/cli"
)

// cloudAt runs the program with a state folder of its own.
type cloudAt struct {
	t     *testing.T
	flags []string
}

func newCloudAt(t *testing.T) *cloudAt {
	t.Helper()
	return &cloudAt{t, []string{"--config", settingsFile(t, "render = false"), "--state-dir", filepath.Join(t.TempDir(), "state")}}
}

// does runs a verb that must work, and returns what it printed.
func (c *cloudAt) does(args ...string) string {
	c.t.Helper()
	code, stdout, stderr := run(c.t, append(c.flags, args...)...)
	if code != cli.ExitOK {
		c.t.Fatalf("%v: exit code %d, %s", args, code, stderr)
	}
	return stdout
}

// tells runs a verb with --json.
func (c *cloudAt) tells(to any, args ...string) {
	c.t.Helper()
	text := c.does(append(args, "--json")...)
	if err := json.Unmarshal([]byte(text), to); err != nil {
		c.t.Fatalf("%v printed %s: %v", args, text, err)
	}
}

// refuses runs a verb that must fail and say why.
func (c *cloudAt) refuses(why string, args ...string) {
	c.t.Helper()
	code, stdout, stderr := run(c.t, append(c.flags, args...)...)
	if code == cli.ExitOK || !strings.Contains(stderr, why) || stdout != "" {
		c.t.Errorf("%v: exit code %d, printed %q, said %s, want %q", args, code, stdout, stderr, why)
	}
}

// account is what scripts read of an account.
type account struct {
	ID, Address, Name, Role, Link, Result string
	Admin, Disabled                       bool
	Groups                                []string
}

func (c *cloudAt) accounts() map[string]account {
	c.t.Helper()
	var list []account
	c.tells(&list, "user", "list")
	found := map[string]account{}
	for _, a := range list {
		found[a.Address] = a
	}
	return found
}

func TestUserVerbs(t *testing.T) {
	c := newCloudAt(t)
	var ada account
	c.tells(&ada, "user", "add", "Ada@example.com", "--admin", "--password-stdin", "--name", "Ada")
	if ada.ID == "" || ada.Address != "ada@example.com" || ada.Name != "Ada" || ada.Role != "administrator" || !ada.Admin {
		t.Errorf("added %+v", ada)
	}
	link := c.does("user", "add", "bob@example.com", "--role", "guest", "--invite")
	if !strings.Contains(link, "/join/") {
		t.Errorf("the invitation is %q", link)
	}
	c.refuses("account with this address", "user", "add", "bob@example.com", "--invite")
	c.refuses("must be administrator, member or guest", "user", "add", "eve@example.com", "--role", "king", "--invite")
	var reset account
	c.tells(&reset, "user", "reset", "bob@example.com")
	if !strings.Contains(reset.Result, "/join/") || reset.Result == strings.TrimSpace(link) {
		t.Errorf("the new link is %q", reset.Result)
	}
	c.does("user", "disable", "bob@example.com")
	if b := c.accounts()["bob@example.com"]; !b.Disabled || b.Role != "guest" {
		t.Errorf("bob is %+v", b)
	}
	c.refuses("disabled", "user", "reset", "bob@example.com")
	c.does("user", "enable", "bob@example.com")
	c.refuses("last administrator", "user", "disable", "ada@example.com")
	c.refuses("last administrator", "user", "remove", "ada@example.com")
	c.refuses(`no account "nobody@example.com"`, "user", "remove", "nobody@example.com")

	list := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(list, []byte("email,role,groups\nbob@example.com,member,art;chess\neve@example.com,,art\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := c.does("user", "import", list, "--dry-run"); !strings.Contains(out, "2 accounts changed") || len(c.accounts()) != 2 {
		t.Errorf("the dry run said %s and left %v", out, c.accounts())
	}
	c.does("user", "import", list)
	if b := c.accounts()["bob@example.com"]; strings.Join(b.Groups, " ") != "art chess" || b.Role != "member" {
		t.Errorf("bob is %+v", b)
	}
	c.does("user", "remove", "bob@example.com")
	if out := c.does("user", "list"); strings.Contains(out, "bob@") || !strings.Contains(out, "eve@example.com") {
		t.Errorf("the list is %s", out)
	}
}

func TestServiceAccountVerbs(t *testing.T) {
	c := newCloudAt(t)
	c.refuses("belongs to an administrator", "user", "add", "till", "--service")
	c.does("user", "add", "ada@example.com", "--admin", "--password-stdin")
	c.refuses("none of the others can be", "user", "add", "till", "--service", "--admin")
	c.refuses("letters, digits", "user", "add", "no good", "--service")
	var till account
	c.tells(&till, "user", "add", "till", "--service", "--name", "The till")
	if till.Address != "till@service" || till.Role != "service" || till.Name != "The till" {
		t.Errorf("added %+v", till)
	}
	c.refuses("service account", "user", "reset", "till@service")
	if key := c.does("key", "create", "--user", "till@service"); !strings.HasPrefix(key, "platen_") {
		t.Errorf("the key is %q", key)
	}
	c.does("user", "add", "eve@example.com", "--admin", "--password-stdin")
	if out := c.does("user", "keeper", "till@service", "eve@example.com"); !strings.Contains(out, "kept by eve@example.com") {
		t.Errorf("the new keeper: %s", out)
	}
	c.refuses("in which somebody is", "user", "keeper", "till@service", "/group/nobody")
	c.refuses("Unknown account", "user", "keeper", "eve@example.com", "ada@example.com")
	c.does("user", "remove", "till@service")
}

// shownKey is what scripts read of a key.
type shownKey struct {
	ID, Name, Key string
	Scopes        []string
	Created       time.Time
	Used, Expires *time.Time
	Revoked       bool
}

func TestKeyVerbs(t *testing.T) {
	c := newCloudAt(t)
	c.does("user", "add", "ada@example.com", "--admin", "--password-stdin")
	const user = "--user=ada@example.com"
	var made, short shownKey
	c.tells(&made, "key", "create", user, "--name", "shop")
	c.tells(&short, "key", "create", user, "--name", "day", "--scope", "pair", "--days", "1")
	if !strings.HasPrefix(made.Key, "platen_") || made.Expires != nil || made.Used != nil || strings.Join(made.Scopes, " ") != "print" {
		t.Errorf("made %+v", made)
	}
	if short.Expires == nil || short.Expires.Sub(short.Created) != 24*time.Hour || strings.Join(short.Scopes, " ") != "pair" {
		t.Errorf("made %+v", short)
	}
	c.refuses("scopes of keys", "key", "create", user, "--scope", "all")
	c.refuses("ten years", "key", "create", user, "--days", "9999")
	var list []shownKey
	c.tells(&list, "key", "list", user)
	if len(list) != 2 || list[0].ID != made.ID || list[0].Key != "" || list[0].Name != "shop" || list[1].Expires == nil {
		t.Errorf("the list is %+v", list)
	}
	if text := c.does("key", "list", user); strings.Contains(text, made.Key) || !strings.Contains(text, "LAST USED") || !strings.Contains(text, "never") {
		t.Errorf("the list is %s", text)
	}
	var gone shownKey
	c.tells(&gone, "key", "revoke", made.ID, user)
	if gone.ID != made.ID || !gone.Revoked {
		t.Errorf("revoked %+v", gone)
	}
	c.refuses("Unknown key", "key", "revoke", made.ID, user)
	c.tells(&list, "key", "list", user)
	if len(list) != 1 || list[0].ID != short.ID {
		t.Errorf("the list is %+v", list)
	}
}

// Settings of a provider with which nobody could sign in, or anybody, are refused by
// name before the service starts with them.
func TestProviderSettingsAreChecked(t *testing.T) {
	const whole = "render = false\n[oidc]\nissuer = \"https://id.example.com\"\nclient_id = \"platen\"\n"
	for name, tt := range map[string]struct{ text, want string }{
		"whole":         {whole, ""},
		"not https":     {"[oidc]\nissuer = \"http://id.example.com\"\nclient_id = \"platen\"\n", "oidc.issuer"},
		"no address":    {"[oidc]\nissuer = \"id.example.com\"\nclient_id = \"platen\"\n", "oidc.issuer"},
		"no client":     {"[oidc]\nissuer = \"https://id.example.com\"\n", "oidc.client_id"},
		"two secrets":   {whole + "client_secret = \"a\"\nclient_secret_file = \"/b\"\n", "oidc.client_secret_file"},
		"admin group":   {whole + "admin_group = \"a\"\n", "oidc.groups_claim"},
		"misspelt":      {whole + "clientid = \"a\"\n", "clientid"},
		"on this host":  {"[oidc]\nissuer = \"http://127.0.0.1:8080\"\nclient_id = \"platen\"\n", ""},
		"nothing of it": {"render = false\n", ""},
	} {
		code, stdout, stderr := run(t, "config", "check", "--config", settingsFile(t, tt.text))
		if ok := code == cli.ExitOK; ok != (tt.want == "") || !strings.Contains(stdout+stderr, tt.want) {
			t.Errorf("%s: exit code %d, want %q in %s%s", name, code, tt.want, stdout, stderr)
		}
		if strings.Contains(stdout+stderr, `"a"`) {
			t.Errorf("%s: a secret is shown: %s%s", name, stdout, stderr)
		}
	}
}

// The doctor asks the provider of sign-ins.
func TestDoctorAsksTheProvider(t *testing.T) {
	p := oidctest.Start(t)
	for issuer, want := range map[string]string{
		p.URL:                "ok    sign-in provider: " + p.URL + " answers",
		p.URL + "/other":     "FAIL  sign-in provider: ask " + p.URL + "/other for its addresses",
		"http://127.0.0.1:1": "FAIL  sign-in provider: ask http://127.0.0.1:1 for its addresses",
	} {
		state := t.TempDir()
		settings := settingsFile(t, "render = false\n[oidc]\nissuer = \""+issuer+"\"\nclient_id = \"platen\"\n")
		_, stdout, stderr := run(t, "doctor", "--config", settings, "--state-dir", state)
		if !strings.Contains(stdout, want) {
			t.Errorf("%s: no %q in\n%s%s", issuer, want, stdout, stderr)
		}
	}
}
