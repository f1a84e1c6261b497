package web

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oidc"
	"platen/gcp"
	"platen/internal/lab"
	"platen/internal/secret"
)

// realProvider is a process of oidc-provider, which others wrote and which is a
// certified implementation.
type realProvider struct {
	t      *testing.T
	people string // its file of accounts
}

// told is what the provider tells of somebody.
type told map[string]any

func bobOf(groups ...string) told {
	return told{"email": "bob@example.com", "email_verified": true, "name": "Bob B", "groups": groups}
}

// is says who the accounts of the provider are from now on.
func (p *realProvider) is(people map[string]told) {
	p.t.Helper()
	b, err := json.Marshal(people)
	if err == nil {
		err = os.WriteFile(p.people, b, 0o600)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// startRealProvider starts a world whose people sign in with such a process.
func startRealProvider(t *testing.T) (*world, *realProvider) {
	t.Helper()
	node, modules := lab.Node(t)
	back := &late{}
	w := startSet(t, func(c *Config, s *cloud.Config) {
		c.Provider, c.ProviderName = back, "Example"
		s.Provider = cloud.ProviderRules{Create: true}
	})
	p := &realProvider{t: t, people: filepath.Join(t.TempDir(), "people.json")}
	p.is(nil)
	cmd := exec.CommandContext(t.Context(), node, "testdata/provider.mjs", modules, p.people, w.URL+ProviderReturn)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() }) // t.Context ended it
	lines := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(out).ReadString('\n')
		lines <- strings.TrimSpace(line)
	}()
	select {
	case address := <-lines:
		if address == "" {
			t.Fatal("the provider does not start")
		}
		back.Provider = oidc.New(oidc.Config{
			Issuer: address, ClientID: "platen", Secret: secret.New("a secret of the client"),
			RedirectURL: w.URL + ProviderReturn, Scopes: []string{"groups"}, GroupsClaim: "groups",
		})
	case <-time.After(30 * time.Second):
		t.Fatal("the provider does not answer")
	}
	return w, p
}

var theirForm = regexp.MustCompile(`<form[^>]* action="([^"]+)" method="post">\s*<input type="hidden" name="prompt" value="(\w+)"`)

// signInThere walks to the provider, fills in its forms, and returns the page on
// which the browser ends.
func (w *world) signInThere(login, next string) (string, answered) {
	w.t.Helper()
	page, a := w.get("/oidc/start?next=" + url.QueryEscape(next))
	for range 3 { // to sign in, to consent
		form := theirForm.FindStringSubmatch(page)
		if form == nil {
			break
		}
		fields := url.Values{"prompt": {form[2]}}
		if form[2] == "login" {
			fields.Set("login", login)
			fields.Set("password", "any")
		}
		req, _ := http.NewRequestWithContext(w.t.Context(), http.MethodPost, html.UnescapeString(form[1]), strings.NewReader(fields.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		page, a = w.do(req)
	}
	return page, a
}

// A person signs in with a provider that we did not write, and is in the groups
// that it names at that moment: what was shared with a group that the person has
// left is gone.
func TestRealProviderSignsIn(t *testing.T) {
	w, p := startRealProvider(t)
	p.is(map[string]told{"bob": bobOf("art", "chess")})
	printer := w.addPrinter("Studio")
	err := w.service.Share(t.Context(), w.caller(), cloud.ShareRequest{Printer: printer, Scope: "/group/art", Role: gcp.RoleUser})
	if err != nil {
		t.Fatal(err)
	}
	bob := w.other()
	page, a := bob.signInThere("bob", "/printers/"+string(printer))
	wantPage(t, "signing in", a, http.StatusOK, "/printers/"+string(printer))
	if !strings.Contains(page, "Studio") {
		t.Errorf("the page is %s", page)
	}
	u, err := w.service.PersonByEmail(t.Context(), cloud.OperatorCaller(), "bob@example.com")
	if err != nil || u.Name != "Bob B" || strings.Join(u.Groups, " ") != "art chess" {
		t.Errorf("the account is %+v, %v", u, err)
	}

	p.is(map[string]told{"bob": bobOf("chess")})
	again := w.other()
	_, a = again.signInThere("bob", "/printers")
	wantPage(t, "signing in again", a, http.StatusOK, "/printers")
	for name, browser := range map[string]*world{"the new session": again, "the one from before": bob} {
		_, a = browser.get("/printers/" + string(printer))
		wantPage(t, "without the group, in "+name, a, http.StatusNotFound, "/printers/"+string(printer))
	}
	if all, err := w.service.People(t.Context(), cloud.OperatorCaller(), cloud.UserFilter{}); err != nil || all.Total != 2 {
		t.Errorf("there are %d accounts, %v", all.Total, err)
	}
}

// altered is another text that looks like one.
func altered(text string) string {
	if text[0] == 'x' {
		return "y" + text[1:]
	}
	return "x" + text[1:]
}

// What such a provider says lets nobody in who may not come in, and a return that
// was tampered with nobody at all.
func TestRealProviderRefused(t *testing.T) {
	w, p := startRealProvider(t)
	unverified := bobOf()
	unverified["email_verified"] = false
	unverified["email"] = "eve@example.com"
	p.is(map[string]told{"bob": bobOf(), "eve": unverified})
	_, a := w.other().signInThere("eve", "/printers")
	wantPage(t, "an address that is not verified", a, http.StatusForbidden, ProviderReturn)

	for name, spoil := range map[string]func(f *oidc.Flow, query url.Values){
		"another state":        func(_ *oidc.Flow, q url.Values) { q.Set("state", altered(q.Get("state"))) },
		"no state":             func(_ *oidc.Flow, q url.Values) { q.Del("state") },
		"another nonce":        func(f *oidc.Flow, _ url.Values) { f.Nonce = altered(f.Nonce) },
		"another verifier":     func(f *oidc.Flow, _ url.Values) { f.Verifier = altered(f.Verifier) },
		"another issuer":       func(_ *oidc.Flow, q url.Values) { q.Set("iss", "https://id.example.com") },
		"a code of nobody":     func(_ *oidc.Flow, q url.Values) { q.Set("code", altered(q.Get("code"))) },
		"nothing, so it works": func(*oidc.Flow, url.Values) {},
	} {
		browser := w.other()
		browser.browser.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Path == ProviderReturn {
				return http.ErrUseLastResponse
			}
			return nil
		}
		_, a := browser.signInThere("bob", "/printers")
		if a.To == nil || a.To.Path != ProviderReturn {
			t.Fatalf("%s: the browser is at %v with %s", name, a.URL, a.Status)
		}
		browser.browser.CheckRedirect = nil
		query := a.To.Query()
		browser.spoilFlow(func(f *oidc.Flow) { spoil(f, query) })
		_, a = browser.get(ProviderReturn + "?" + query.Encode())
		if strings.Contains(name, "works") {
			wantPage(t, name, a, http.StatusOK, "/printers")
			continue
		}
		wantPage(t, name, a, http.StatusForbidden, ProviderReturn)
		_, a = browser.get("/printers")
		wantPage(t, "after "+name, a, http.StatusOK, "/signin")
	}

	u, err := w.service.PersonByEmail(t.Context(), cloud.OperatorCaller(), "bob@example.com")
	if err == nil {
		err = w.service.Disable(t.Context(), cloud.OperatorCaller(), u.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, a = w.other().signInThere("bob", "/printers")
	wantPage(t, "a disabled account", a, http.StatusForbidden, ProviderReturn)
	if _, err := w.service.PersonByEmail(t.Context(), cloud.OperatorCaller(), "eve@example.com"); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("eve has an account: %v", err)
	}
}

// spoilFlow changes what the browser keeps while its person is at the provider.
func (w *world) spoilFlow(change func(*oidc.Flow)) {
	w.t.Helper()
	there, _ := url.Parse(w.URL + ProviderReturn)
	for _, c := range w.browser.Jar.Cookies(there) {
		if c.Name != flowCookie {
			continue
		}
		var f oidc.Flow
		b, err := base64.RawURLEncoding.DecodeString(c.Value)
		if err == nil {
			err = json.Unmarshal(b, &f)
		}
		if err != nil {
			w.t.Fatal(err)
		}
		change(&f)
		b, _ = json.Marshal(f)
		w.browser.Jar.SetCookies(there, []*http.Cookie{{Name: flowCookie, Value: base64.RawURLEncoding.EncodeToString(b), Path: "/oidc/"}})
		return
	}
	w.t.Fatal("the browser keeps nothing")
}
