package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

func TestSignIn(t *testing.T) {
	w := start(t)
	if _, resp := w.get("/jobs"); resp.URL.RequestURI() != "/signin?next=%2Fjobs" {
		t.Errorf("without a session: %v", resp.URL)
	}
	page, resp := w.post("/signin", url.Values{"email": {email}, "password": {"wrong wrong wrong"}})
	if resp.StatusCode != http.StatusForbidden || !strings.Contains(page, `role="alert"`) {
		t.Errorf("wrong password: %s\n%s", resp.Status, page)
	}
	_, resp = w.post("/signin", url.Values{"email": {email}, "password": {password}, "next": {"/jobs"}})
	if resp.URL.Path != "/jobs" || resp.StatusCode != http.StatusOK {
		t.Errorf("right password: %v %s", resp.URL, resp.Status)
	}
	csp := resp.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Errorf("CSP: %s", csp)
	}
	if _, resp := w.post("/signout", url.Values{"xsrf": {w.xsrf()}}); resp.URL.Path != "/signin" {
		t.Errorf("signing out: %v", resp.URL)
	}
	if _, resp := w.get("/jobs"); resp.URL.Path != "/signin" {
		t.Errorf("after signing out: %v", resp.URL)
	}
}

// Guesses made at the same moment count too. Those of one address do not keep the
// owner, who comes from elsewhere, out.
func TestGuessingAtTheSameTime(t *testing.T) {
	w := start(t)
	var wg sync.WaitGroup
	var looked, tooMany atomic.Int32
	for range 60 {
		wg.Go(func() {
			resp, err := http.PostForm(w.URL+"/signin", url.Values{"email": {email}, "password": {"a wrong password"}})
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			switch resp.StatusCode {
			case http.StatusForbidden:
				looked.Add(1)
			case http.StatusTooManyRequests:
				tooMany.Add(1)
				if resp.Header.Get("Retry-After") == "" {
					t.Error("429 without Retry-After")
				}
			}
		})
	}
	wg.Wait()
	if looked.Load() > 10 || tooMany.Load() < 50 {
		t.Errorf("of 60 guesses %d were looked at, %d refused", looked.Load(), tooMany.Load())
	}
	if _, err := w.service.CheckPassword(t.Context(), cloud.PasswordCheck{Email: email, Password: password, From: "192.0.2.7"}); err != nil {
		t.Errorf("the owner: %v", err)
	}
}

func TestCookie(t *testing.T) {
	w := start(t)
	w.browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	_, resp := w.post("/signin", url.Values{"email": {email}, "password": {password}})
	c := resp.Cookies[0]
	if c.Name != "platen_session" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure {
		t.Errorf("have %+v", c)
	}
	secure := &site{secure: true}
	rec := httptest.NewRecorder()
	secure.setCookie(&visit{w: rec}, "x", 1)
	if !strings.Contains(rec.Header().Get("Set-Cookie"), "; Secure") {
		t.Error("the cookie of an https site is not Secure")
	}
}

func TestNextStaysHere(t *testing.T) {
	for _, next := range []string{"", "https://evil.invalid", "//evil.invalid", "/\\evil.invalid", "/\t/evil.invalid", "javascript:x"} {
		if have := localPath(next); have != "/printers" {
			t.Errorf("%q leads to %q", next, have)
		}
	}
}

func TestSignInLinkOnce(t *testing.T) {
	w := start(t)
	link, err := w.oauth.NewSignInLink(t.Context(), w.user.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, resp := w.get("/link/" + link.Reveal()); resp.URL.Path != "/printers" {
		t.Errorf("first time: %v", resp.URL)
	}
	if _, resp := w.get("/link/" + link.Reveal()); resp.StatusCode != http.StatusForbidden {
		t.Errorf("second time: %s", resp.Status)
	}
}

func TestForeignFormsRefused(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("q")
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/signout", strings.NewReader("xsrf="+url.QueryEscape(w.xsrf())))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://evil.invalid")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	if _, resp := w.do(req); resp.StatusCode != http.StatusForbidden {
		t.Errorf("cross-origin: %s", resp.Status)
	}
	if _, resp := w.post("/pair", url.Values{"user_code": {"x"}, "decision": {"allow"}}); resp.StatusCode != http.StatusForbidden {
		t.Errorf("without xsrf: %s", resp.Status)
	}
	if _, resp := w.upload(p, "forged", "a.pdf", pdf); resp.StatusCode != http.StatusForbidden {
		t.Errorf("upload with a forged xsrf: %s", resp.Status)
	}
	if _, total, err := w.service.Jobs(t.Context(), w.caller(), cloud.JobQuery{}); err != nil || total != 0 {
		t.Errorf("%d jobs, %v", total, err)
	}
}

func TestUpload(t *testing.T) {
	w := start(t)
	w.signIn()
	evil := `<script>alert("x")</script>`
	p := w.addPrinter(evil)
	page, resp := w.upload(p, w.xsrf(), evil+".pdf", pdf)
	if !strings.HasPrefix(resp.URL.Path, "/jobs/") || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v %s\n%s", resp.URL, resp.Status, page)
	}
	id := gcp.JobID(strings.TrimPrefix(resp.URL.Path, "/jobs/"))
	j, err := w.service.Job(t.Context(), w.caller(), id)
	if err != nil || j.ContentType != "application/pdf" || !strings.Contains(string(j.Ticket), `"copies":2`) {
		t.Fatalf("have %+v, %v", j, err)
	}
	doc, err := w.service.Document(t.Context(), w.caller(), id, gcp.Grant{}, cloud.Form{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = doc.Body.Close() }()
	if have, _ := io.ReadAll(doc.Body); string(have) != pdf {
		t.Errorf("document: %q", have)
	}
	for _, path := range []string{"/printers", "/printers/" + string(p), "/jobs", "/jobs/" + string(id)} {
		page, resp := w.get(path)
		if resp.StatusCode != http.StatusOK || strings.Contains(page, evil) || !strings.Contains(page, "alert") {
			t.Errorf("%s: %s, or not escaped:\n%s", path, resp.Status, page)
		}
	}
	if page, _ := w.post("/jobs/"+string(id)+"/cancel", url.Values{"xsrf": {w.xsrf()}}); !strings.Contains(page, "Cancelled") {
		t.Errorf("after cancelling:\n%s", page)
	}
}

func TestUploadRefused(t *testing.T) {
	w := start(t)
	w.signIn()
	p, xsrf := w.addPrinter("q"), w.xsrf()
	for name, test := range map[string]struct {
		printer gcp.PrinterID
		file    string
		content string
		status  int
	}{
		"empty":           {p, "a.pdf", "", 400},
		"not a PDF":       {p, "a.pdf", "hello", 415},
		"no file":         {p, "", "", 400},
		"unknown printer": {"nobody", "a.pdf", pdf, 404},
	} {
		page, resp := w.upload(test.printer, xsrf, test.file, test.content)
		if resp.StatusCode != test.status || !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s: %s\n%s", name, resp.Status, page)
		}
	}
	if _, total, err := w.service.Jobs(t.Context(), w.caller(), cloud.JobQuery{}); err != nil || total != 0 {
		t.Errorf("%d jobs, %v", total, err)
	}
}

func TestDevice(t *testing.T) {
	w := start(t)
	for decision, words := range map[string]string{"allow": "may go on", "deny": "was refused"} {
		d, err := w.oauth.StartDevice(t.Context(), "platen", "cloudprint")
		if err != nil {
			t.Fatal(err)
		}
		w.signIn()
		page, resp := w.get("/pair?user_code=" + d.UserCode)
		if resp.StatusCode != http.StatusOK || !strings.Contains(page, d.UserCode) || !strings.Contains(page, "platen") {
			t.Errorf("%s\n%s", resp.Status, page)
		}
		page, _ = w.post("/pair", url.Values{"xsrf": {w.xsrf()}, "user_code": {d.UserCode}, "decision": {decision}})
		if !strings.Contains(page, words) {
			t.Errorf("%s:\n%s", decision, page)
		}
	}
	if _, resp := w.get("/pair?user_code=BCDF-GHJK"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("unknown code: %s", resp.Status)
	}
}

func TestConsent(t *testing.T) {
	w := start(t)
	w.signIn()
	ask := url.Values{"client_id": {"app"}, "response_type": {"code"}, "scope": {"cloudprint"}, "redirect_uri": {"urn:ietf:wg:oauth:2.0:oob"}}
	if _, resp := w.get("/o/oauth2/auth?" + ask.Encode()); resp.StatusCode != http.StatusOK {
		t.Errorf("asking: %s", resp.Status)
	}
	ask.Set("xsrf", w.xsrf())
	ask.Set("decision", "allow")
	if page, _ := w.post("/o/oauth2/auth", ask); !strings.Contains(page, "<title>Success code=") {
		t.Errorf("out of band:\n%s", page)
	}
	ask.Set("redirect_uri", "http://127.0.0.1:1/back")
	ask.Set("state", "s&t")
	w.browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	_, resp := w.post("/o/oauth2/v2/auth", ask)
	to := resp.To
	if to == nil || to.Host != "127.0.0.1:1" || to.Query().Get("code") == "" || to.Query().Get("state") != "s&t" {
		t.Errorf("loopback: %v", to)
	}
	_, resp = w.get("/o/oauth2/auth?" + ask.Encode())
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' http://127.0.0.1:1") {
		t.Errorf("CSP: %s", csp)
	}
	ask.Set("redirect_uri", "https://evil.invalid/")
	if _, resp := w.get("/o/oauth2/auth?" + ask.Encode()); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("foreign redirect: %s", resp.Status)
	}
}

func TestClaim(t *testing.T) {
	w := start(t)
	w.signIn()
	name, proxy := "kiosk", "px"
	claim, err := w.service.RegisterAnonymous(t.Context(), cloud.PrinterFields{Name: &name, Proxy: &proxy})
	if err != nil {
		t.Fatal(err)
	}
	if page, _ := w.get("/confirm?token=" + claim.Token); !strings.Contains(page, claim.Token) {
		t.Errorf("asking:\n%s", page)
	}
	page, resp := w.post("/confirm", url.Values{"xsrf": {w.xsrf()}, "token": {claim.Token}})
	if resp.StatusCode != http.StatusOK || !strings.Contains(page, "kiosk is yours") {
		t.Errorf("%s\n%s", resp.Status, page)
	}
}

// The addresses that the protocol tells people lead to pages.
func TestProtocolPages(t *testing.T) {
	w := start(t)
	if page, resp := w.get("/cloudprint/regtokenpage?t=79MYv"); resp.StatusCode != http.StatusOK || !strings.Contains(page, "79MYv") {
		t.Errorf("%s\n%s", resp.Status, page)
	}
	if page, resp := w.get("/cloudprint/regconfirmpage?printername=Hall&email=a%3Cb@example.com"); resp.StatusCode != http.StatusOK || !strings.Contains(page, "Hall belongs to a&lt;b@example.com.") {
		t.Errorf("%s\n%s", resp.Status, page)
	}
	// Devices print them.
	for path, says := range map[string]string{"regtokenpage?t=79MYv": "(79MYv)", "regconfirmpage?printername=Hall&email=a@example.com": "(Hall belongs to a@example.com.)"} {
		for size, box := range map[string]string{"215900,279400": "[0 0 612.000 792.000]", "": "[0 0 595.280 841.890]", "1,nan": "[0 0 595.280 841.890]"} {
			page, resp := w.get("/cloudprint/" + path + "&dpi=300&pagesize=" + size)
			if resp.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(page, "%PDF-") || !strings.Contains(page, says) || !strings.Contains(page, "MediaBox"+box) {
				t.Errorf("%s %s: %s %v\n%s", path, size, resp.Status, resp.Header, page)
			}
		}
	}
	if _, resp := w.get("/cloudprint/claimprinter.html?token=79MYv"); resp.URL.Path != "/signin" {
		t.Errorf("claiming without a session: %v", resp.URL)
	}
	w.signIn()
	if page, _ := w.get("/cloudprint/claimprinter.html?token=79MYv"); !strings.Contains(page, "79MYv") {
		t.Errorf("claiming:\n%s", page)
	}
	p := w.addPrinter("open")
	if err := w.service.Share(t.Context(), w.caller(), cloud.ShareRequest{Printer: p, Public: true}); err != nil {
		t.Fatal(err)
	}
	view, err := w.service.Printer(t.Context(), w.caller(), p)
	if err != nil {
		t.Fatal(err)
	}
	eve, err := w.service.AddUser(t.Context(), "eve@example.com", password, false)
	if err != nil {
		t.Fatal(err)
	}
	w.post("/signin", url.Values{"email": {eve.Email}, "password": {password}})
	form := url.Values{"xsrf": {w.xsrf()}, "printerid": {string(p)}, "key": {"guessed"}}
	if _, resp := w.post("/cloudprint/addpublicprinter.html", form); resp.StatusCode != http.StatusNotFound {
		t.Errorf("guessed key: %s", resp.Status)
	}
	form.Set("key", view.PublicKey)
	if _, resp := w.post("/cloudprint/addpublicprinter.html", form); resp.URL.Path != "/printers/"+string(p) || resp.StatusCode != http.StatusOK {
		t.Errorf("public printer: %v %s", resp.URL, resp.Status)
	}
}

// Somebody else's printers and jobs are not there.
func TestForeignThingsAreNotThere(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("q")
	_, resp := w.upload(p, w.xsrf(), "a.pdf", pdf)
	job := resp.URL.Path
	other, err := w.service.AddUser(t.Context(), "eve@example.com", password, false)
	if err != nil {
		t.Fatal(err)
	}
	link, err := w.oauth.NewSignInLink(t.Context(), other.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.get("/link/" + link.Reveal())
	for _, path := range []string{"/printers/" + string(p), job, "/jobs/unknown", "/nowhere"} {
		if _, resp := w.get(path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	if _, resp := w.post(job+"/cancel", url.Values{"xsrf": {w.xsrf()}}); resp.StatusCode != http.StatusNotFound {
		t.Errorf("cancel: %s", resp.Status)
	}
}
