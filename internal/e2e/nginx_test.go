package e2e

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

var hiddenField = regexp.MustCompile(`name="([^"]+)" value="([^"]*)"`)

// TestBehindNginx puts the nginx of packaging before the cloud: pages, a sign-in, addresses,
// server-sent events, an upload larger than nginx keeps in memory, and notifications over a
// WebSocket and by calls that are held, all by the one https address. Its logs tell no path
// that is a credential.
func TestBehindNginx(t *testing.T) {
	t.Parallel()
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	certificate, pool := lab.Certificate(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificates[0].Certificate[0]})
	if err := os.WriteFile(ca, text, 0o600); err != nil {
		t.Fatal(err)
	}
	front := lab.NewCable(t)
	base := "https://" + front.Addr()
	push := lab.NewCable(t) // serves nothing: the streams over TLS do not get through
	s := lab.NewSite(t, lab.SiteOptions{
		Bin: lab.Build(t), CUPS: []string{cups.Socket}, CloudAddress: base, PushPort: push.Port(),
		CloudConfig:   "render = false\ntrusted_proxies = [\"127.0.0.1\"]",
		ConnectConfig: "render = false\nclimb_after = \"1s\"\nca_file = \"" + ca + "\"\n",
	})
	push.Unplug()
	behind := strings.TrimPrefix(s.Base, "http://")
	at, logs := lab.NginxBefore(t, behind, certificate)
	front.Serve(at)
	secrets := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	defer secrets.CloseIdleConnections()
	askSecrets(t, secrets, base) // the cloud is away: nginx has errors to tell
	s.Start()
	askSecrets(t, secrets, base)
	keepsSecrets(t, logs)
	lab.Until(t, 30*time.Second, "notifications over a WebSocket", func() bool { return s.Way() == "websocket" })

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	defer browser.CloseIdleConnections()
	signIn(t, browser, base)
	events, err := browser.Get(base + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = events.Body.Close() }()
	heard := make(chan string, 100)
	go func() {
		lines := bufio.NewScanner(events.Body)
		for lines.Scan() {
			if strings.HasPrefix(lines.Text(), "data:") {
				select {
				case heard <- lines.Text():
				default:
				}
			}
		}
	}()

	big := document("through nginx", 8<<20)
	job := upload(t, s, browser, base, big)
	select {
	case <-heard:
	case <-time.After(20 * time.Second):
		t.Error("no event came through")
	}
	if got := s.Await(job, time.Minute, lab.Job.Ended); got.State() != "DONE" {
		t.Errorf("the job ended %+v", got)
	}
	if n, broken := count(received(t, cups), big); n != 1 || broken != 0 {
		t.Errorf("printed %d times, in part %d times", n, broken)
	}
	meta, err := browser.Get(base + "/.well-known/host-meta.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = meta.Body.Close() }()
	if told, _ := io.ReadAll(meta.Body); !bytes.Contains(told, []byte("wss://"+front.Addr()+"/")) {
		t.Errorf("the WebSocket is said to be at %s", told)
	}

	deaf, _ := lab.NginxBefore(t, behind, certificate, "Upgrade $http_upgrade", `Upgrade ""`)
	front.Join(deaf) // as one that nobody told of WebSockets
	lab.Until(t, 30*time.Second, "notifications by calls that are held", func() bool { return s.Way() == "long-poll" })
	if got := s.Await(submit(t, s, s.Printer("raw"), "held", document("held", 10<<10)), 20*time.Second, lab.Job.Ended); got.State() != "DONE" {
		t.Errorf("the second job ended %+v", got)
	}
}

// The paths that are credentials, and how nginx logs them.
var secretPaths = map[string]string{
	"/setup/Credential": "/setup/...", "/join/Credential": "/join/...", "/link/Credential": "/link/...",
	"/share/Credential": "/share/...", "/ipp/print/printer/Credential": "/ipp/print/...",
	"//join//Credential": "/join/...", "/%6aoin/Credential": "/join/...", "/signin?access_token=Credential": "/signin",
}

// askSecrets asks for each of them, and for a file of the page, as a browser does.
func askSecrets(t *testing.T, c *http.Client, base string) {
	t.Helper()
	for path := range secretPaths {
		for _, ask := range []string{path, "/static/style.css"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+ask, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Referer", base+path)
			resp, err := c.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		}
	}
}

// keepsSecrets wants nginx's logs to have these requests, without what is secret in them.
func keepsSecrets(t *testing.T, logs string) {
	t.Helper()
	access := filepath.Join(logs, "platen-cloud.log")
	for _, cut := range secretPaths {
		lab.Until(t, 10*time.Second, "GET "+cut+" in the log of nginx", func() bool {
			text, err := os.ReadFile(access)
			return err == nil && bytes.Contains(text, []byte(" GET "+cut+" "))
		})
	}
	files, err := filepath.Glob(filepath.Join(logs, "*.log"))
	if err != nil || len(files) != 2 {
		t.Fatalf("logs %v: %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || bytes.Contains(text, []byte("Credential")) {
			t.Errorf("%s, %v:\n%s", filepath.Base(file), err, text)
		}
	}
}

// signIn signs the owner in by the page, and wants addresses as the browser knows them.
func signIn(t *testing.T, browser *http.Client, base string) {
	t.Helper()
	page, err := browser.Get(base + "/signin")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(page.Body)
	_ = page.Body.Close()
	if err != nil || page.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", page.Status, err)
	}
	form := url.Values{}
	for _, f := range hiddenField.FindAllStringSubmatch(string(body), -1) {
		form.Set(f[1], f[2])
	}
	form.Set("email", lab.Owner)
	form.Set("password", lab.Password)
	resp, err := browser.PostForm(base+"/signin", form)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	to, err := resp.Location()
	if err != nil || to.Scheme != "https" || !strings.HasPrefix(to.String(), base) {
		t.Fatalf("%s, to %v: %v", resp.Status, to, err)
	}
	for _, c := range resp.Cookies() {
		if !c.Secure {
			t.Errorf("the cookie %s would go over plain HTTP", c.Name)
		}
	}
}

// upload prints a document by the printer's page, and returns the job.
func upload(t *testing.T, s *lab.Site, browser *http.Client, base string, doc []byte) string {
	t.Helper()
	at := base + "/printers/" + s.Printer("raw")
	page, err := browser.Get(at)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(page.Body)
	_ = page.Body.Close()
	if err != nil || page.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", page.Status, err)
	}
	var text bytes.Buffer
	form := multipart.NewWriter(&text)
	for _, f := range hiddenField.FindAllStringSubmatch(string(body), -1) {
		if f[1] == "xsrf" {
			err = form.WriteField("xsrf", f[2])
			break
		}
	}
	if err == nil {
		var part io.Writer
		if part, err = form.CreateFormFile("document", "through nginx.pdf"); err == nil {
			_, err = part.Write(doc)
		}
	}
	if err := errors.Join(err, form.Close()); err != nil {
		t.Fatal(err)
	}
	resp, err := browser.Post(at+"/jobs", form.FormDataContentType(), &text)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("the upload answers %s", resp.Status)
	}
	a, err := s.Call("jobs", url.Values{})
	if err != nil || len(a.Jobs) != 1 {
		t.Fatalf("jobs after the upload: %+v, %v", a.Jobs, err)
	}
	return a.Jobs[0].ID
}
