package web

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/passkey"
	"platen/gcp"
)

// scene is a printer with everything around it, and everybody who may come by.
type scene struct {
	t       *testing.T
	w       *world
	raw     *sql.DB // the store's own, to see what changes (authzwatch_test.go)
	client  *http.Client
	people  map[string]cloud.Caller
	values  map[string]string // what $NAME stands for
	cookies map[string]string // whose they are
	n       int
	mark    string // what only those may see who may know of the printer
	pin     bool   // the held job has one: it is hashed slowly, and few lines want it
	spoiled bool   // since it was made
	made    int64  // the clock of the service then
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{t: t}
	s.begin()
	return s
}

// begin makes an empty service, with its people.
func (s *scene) begin() {
	t := s.t
	t.Helper()
	s.w, s.people, s.spoiled = start(t), map[string]cloud.Caller{}, true
	s.w.roams.Store(true) // what one address may try is not what is asked here
	s.watch()
	s.client = &http.Client{Timeout: 30 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, who := range []string{"stranger", "invited", "guest", "bareguest", "user", "sender", "manager", "owner", "administrator"} {
		u, err := s.w.service.AddUser(t.Context(), who+"@example.org", "", who == "administrator")
		s.ok(err)
		if strings.HasSuffix(who, "guest") {
			s.ok(s.w.service.SetRole(t.Context(), cloud.OperatorCaller(), u.ID, cloud.RoleGuest))
			u.Guest = true
		}
		s.people[who] = cloud.Caller{User: &u, Via: cloud.ViaToken}
	}
}

func (s *scene) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// fresh makes the printer and all around it anew, if a request has changed anything or the
// held job has no PIN and shall have one.
// Names of later ones sort first, so that they are on the first page of a list.
func (s *scene) fresh(pin bool) {
	s.t.Helper()
	if !s.spoiled && (s.pin || !pin) && s.w.ahead.Load()-s.made < int64(10*time.Minute) { // its codes are good for a quarter of an hour
		return
	}
	if s.n++; s.n%25 == 0 { // what is there is looked at often, and should be little
		s.begin()
	}
	s.made, s.pin = s.w.ahead.Load(), pin
	s.mark = fmt.Sprintf("Secret-%05d", 99999-s.n)
	s.values = map[string]string{"email": email, "password": password}
	robot := s.connector("connector", s.mark)
	s.connector("another", fmt.Sprint("other-", s.n))
	s.values["robot"] = string(robot.Robot.ID)
	s.printer(robot)
	s.second(robot)
	s.devices()
	s.spoiled, s.cookies = false, map[string]string{}
}

// connector pairs a connector of the owner, whose token is then in values.
func (s *scene) connector(name, proxy string) cloud.Caller {
	s.t.Helper()
	code, err := s.w.service.CreateRobot(s.t.Context(), s.people["owner"], cloud.RobotRequest{ClientID: "c", Proxy: gcp.ProxyID(proxy)})
	s.ok(err)
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code.Code}, "client_id": {"c"}, "redirect_uri": {"oob"}}
	rec := httptest.NewRecorder()
	s.w.oauth.Handler().ServeHTTP(rec, httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/o/oauth2/token?"+form.Encode(), nil))
	var answer struct {
		Access string `json:"access_token"`
	}
	s.ok(json.Unmarshal(rec.Body.Bytes(), &answer))
	s.values[name] = answer.Access
	return cloud.Caller{Robot: &code.Robot, Via: cloud.ViaToken}
}

// printer registers the printer, gives it to its people, and sends it jobs.
func (s *scene) printer(robot cloud.Caller) {
	s.t.Helper()
	ctx, owner := s.t.Context(), s.people["owner"]
	caps := []byte(`{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}],"copies":{"default":1,"max":9}}}`)
	p, err := s.w.service.Register(ctx, robot, cloud.PrinterFields{Name: &s.mark, Proxy: &s.mark, Capabilities: caps})
	s.ok(err)
	s.values["printer"] = string(p.ID)
	s.ok(s.w.service.Share(ctx, owner, cloud.ShareRequest{Printer: p.ID, Public: true}))
	shown, err := s.w.service.Printer(ctx, owner, p.ID)
	s.ok(err)
	s.values["public"] = shown.PublicKey
	for who, role := range map[string]gcp.Role{
		"invited": gcp.RoleUser, "guest": gcp.RoleUser, "user": gcp.RoleUser, "sender": gcp.RoleUser, "manager": gcp.RoleManager,
	} {
		s.ok(s.w.service.Share(ctx, owner, cloud.ShareRequest{Printer: p.ID, Scope: who + "@example.org", Role: role}))
		if who != "invited" {
			_, err := s.w.service.ProcessInvite(ctx, s.people[who], p.ID, true)
			s.ok(err)
		}
	}
	s.links(p.ID)
	done, lost := gcp.StateOf(gcp.JobDone), gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther)
	held := gcp.StateOf(gcp.JobHeld)
	s.values["job"] = s.job(p.ID, cloud.Caller{}, nil, "")
	s.values["held"] = s.job(p.ID, s.people["sender"], &held, "")
	if s.pin {
		s.ok(s.w.service.SetReleasers(ctx, s.people["sender"], gcp.JobID(s.values["held"]), cloud.Releasers{PIN: "2468"}, cloud.PINKept))
	}
	s.values["sticker"] = s.sticker(p.ID)
	s.values["ended"] = s.job(p.ID, robot, &done, "")
	s.values["unconfirmed"] = s.job(p.ID, robot, &lost, gcp.UnconfirmedMessage)
}

// links makes links that share the printer, and has somebody wait for it.
func (s *scene) links(p gcp.PrinterID) {
	s.t.Helper()
	ctx, owner := s.t.Context(), s.people["owner"]
	n := cloud.NewLink{Printer: p, Name: "Lobby", Lifetime: 24 * time.Hour, Most: 9}
	l, secret, err := s.w.service.MakeLink(ctx, owner, n)
	s.ok(err)
	s.values["share"], s.values["sharelink"] = secret, string(l.ID)
	n.Visitors = true
	_, s.values["visit"], err = s.w.service.MakeLink(ctx, owner, n)
	s.ok(err)
	s.ok(s.w.db.PutShare(ctx, cloud.Share{
		Printer: p, Scope: "asker@example.org", Type: gcp.ScopePublic, Role: gcp.RoleUser, Pending: true, Asked: true,
	}))
}

// second registers another printer of the same people, without a job.
func (s *scene) second(robot cloud.Caller) {
	s.t.Helper()
	name, caps := "second", []byte(`{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}],"copies":{"default":1,"max":9}}}`)
	p, err := s.w.service.Register(s.t.Context(), robot, cloud.PrinterFields{Name: &name, Proxy: &s.mark, Capabilities: caps})
	s.ok(err)
	s.values["second"], s.values["sticker2"] = string(p.ID), s.sticker(p.ID)
	for _, who := range []string{"guest", "user", "sender", "manager"} {
		s.ok(s.w.service.Share(s.t.Context(), s.people["owner"], cloud.ShareRequest{Printer: p.ID, Scope: who + "@example.org", Role: gcp.RoleUser}))
		_, err := s.w.service.ProcessInvite(s.t.Context(), s.people[who], p.ID, true)
		s.ok(err)
	}
}

// sticker makes a printer's sticker.
func (s *scene) sticker(p gcp.PrinterID) string {
	s.t.Helper()
	key, err := s.w.service.RenewSticker(s.t.Context(), s.people["owner"], p)
	s.ok(err)
	return string(key)
}

// job sends a job, of which somebody then says what became of it.
func (s *scene) job(p gcp.PrinterID, by cloud.Caller, state *gcp.JobState, message string) string {
	s.t.Helper()
	ctx := s.t.Context()
	doc, err := s.w.blobs.Save(ctx, strings.NewReader(pdf), 1<<20, "application/pdf")
	s.ok(err)
	j, err := s.w.service.Submit(ctx, s.people["sender"], cloud.Submission{Printer: p, Title: s.mark, ContentType: "application/pdf", Document: doc})
	s.ok(err)
	if state != nil {
		r := cloud.JobReport{Job: j.ID, State: state}
		if message != "" {
			r.Message = &message
		}
		_, err := s.w.service.Control(ctx, by, r)
		s.ok(err)
	}
	return string(j.ID)
}

// devices has a device wait for each kind of code, and a link wait to be opened.
func (s *scene) devices() {
	s.t.Helper()
	ctx := s.t.Context()
	d, err := s.w.oauth.StartDevice(ctx, "c", "")
	s.ok(err)
	name := "device"
	c, err := s.w.service.RegisterAnonymous(ctx, cloud.PrinterFields{Name: &name, Proxy: &name})
	s.ok(err)
	link, err := s.w.oauth.NewSignInLink(ctx, s.people["stranger"].User.ID)
	s.ok(err)
	key, _, err := s.w.oauth.MakeKey(ctx, s.people["owner"].User.ID, oauth.KeyWish{Label: "k", Scopes: []oauth.Scope{oauth.ScopeAdmin}})
	s.ok(err)
	s.values["passkey"] = fmt.Sprint("passkey-", s.n)
	s.ok(s.w.db.AddPasskey(ctx, passkey.Passkey{ID: passkey.ID(s.values["passkey"]), User: s.people["owner"].User.ID, Name: "Phone"}, 100))
	s.values["code"], s.values["token"], s.values["link"], s.values["key"] = d.UserCode, c.Token, link.Reveal(), key.Reveal()
}

// unknown are the values with things that do not exist.
func (s *scene) unknown() map[string]string {
	all := map[string]string{}
	for name, v := range s.values {
		switch name {
		case "email", "password", "second", "code", "token", "link", "public", "share", "visit", "connector", "another", "key":
		default:
			v = strings.Repeat("f", len(v))
		}
		all[name] = v
	}
	return all
}

var fieldValue = regexp.MustCompile(`(value|content)="[^"]*"`)

// plain is a page without what is another in each.
func (s *scene) plain(page string) string {
	page = fieldValue.ReplaceAllString(page, "")
	unknown := s.unknown()
	longestFirst := func(a, b string) int { return len(unknown[b]) - len(unknown[a]) } // a short one is part of a long one
	for _, name := range slices.SortedFunc(maps.Keys(unknown), longestFirst) {
		if v, u := s.values[name], unknown[name]; v != u {
			page = strings.NewReplacer(v, "ID", u, "ID").Replace(page)
		}
	}
	return page
}

// pageAnswer is what a request came to.
type pageAnswer struct {
	status  int
	to      string // where it is sent
	body    string
	shows   bool // the page has the scene's mark
	changed bool // the store holds something else
}

// session is a session of a person, as old as it is said to be.
func (s *scene) session(who string, age time.Duration) string {
	s.t.Helper()
	cookie := fmt.Sprint("session-", s.n, who, age)
	if s.cookies[cookie] != "" {
		return cookie
	}
	s.cookies[cookie] = who
	s.ok(s.w.db.AddTokens(s.t.Context(), oauth.Token{
		Hash: oauth.HashOf(cookie), Kind: oauth.KindSession, Grant: oauth.GrantID(cookie), User: s.people[who].User.ID,
		CreateTime: time.Now().Add(-age), ExpireTime: time.Now().Add(24 * time.Hour),
	}))
	return cookie
}

// ask sends the request of a line as the caller of a column.
func (s *scene) ask(who string, l pageLine, values map[string]string) pageAnswer {
	s.t.Helper()
	cookie, bearer := "", ""
	switch who {
	case "nobody":
	case "connector", "another", "key":
		bearer = s.values[who]
	case "forged":
		cookie = s.session("owner", 0)
	case "stale":
		cookie = s.session("owner", 24*time.Hour)
	default:
		cookie = s.session(who, 0)
	}
	xsrf := ""
	if cookie != "" && who != "forged" {
		xsrf = s.w.oauth.XSRF(cookie)
	}
	r := s.request(l, values, xsrf)
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: oauth.CookieName, Value: cookie})
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	s.w.ahead.Add(int64(2 * time.Minute)) // so that no rate is used up
	before := s.logged()
	a := s.send(r)
	a.changed = s.changedSince(before)
	s.spoiled = s.spoiled || a.changed
	return a
}

func (s *scene) send(r *http.Request) pageAnswer {
	s.t.Helper()
	resp, err := s.client.Do(r)
	s.ok(err)
	defer func() { _ = resp.Body.Close() }()
	a := pageAnswer{status: resp.StatusCode, to: resp.Header.Get("Location")}
	if resp.Header.Get("Content-Type") == "text/event-stream" { // it never ends
		return a
	}
	body, err := io.ReadAll(resp.Body)
	s.ok(err)
	a.body, a.shows = string(body), bytes.Contains(body, []byte(s.mark))
	return a
}

// request fills a line in.
func (s *scene) request(l pageLine, values map[string]string, xsrf string) *http.Request {
	s.t.Helper()
	path, form, file := l.pattern, url.Values{}, ""
	for _, arg := range l.args {
		name, v, _ := strings.Cut(arg, "=")
		if key, ok := strings.CutPrefix(v, "$"); ok {
			if v, ok = values[key]; !ok {
				s.t.Fatalf("%s: the scene has no %s", l.pattern, key)
			}
		}
		switch {
		case strings.HasPrefix(name, "{"):
			path = strings.ReplaceAll(path, name, url.PathEscape(v))
		case strings.HasPrefix(v, "@"):
			file = name
		default:
			form.Add(name, v)
		}
	}
	path = s.fillPath(path, values)
	if l.method != http.MethodPost {
		r, err := http.NewRequestWithContext(s.t.Context(), l.method, s.w.URL+path+"?"+form.Encode(), nil)
		s.ok(err)
		return r
	}
	if xsrf != "" {
		form.Set("xsrf", xsrf)
	}
	kind, body := "application/x-www-form-urlencoded", form.Encode()
	if file != "" {
		kind, body = multipartOf(form, file)
	}
	r, err := http.NewRequestWithContext(s.t.Context(), l.method, s.w.URL+path, strings.NewReader(body))
	s.ok(err)
	r.Header.Set("Content-Type", kind)
	return r
}

// fillPath fills in the names that a pattern has by itself: {id} is of what the path
// says before it.
func (s *scene) fillPath(path string, values map[string]string) string {
	s.t.Helper()
	if path == "/" {
		path = "/nowhere"
	}
	path = strings.ReplaceAll(path, "{$}", "")
	for _, m := range []struct{ in, name string }{
		{"/printers/{id}", "printer"}, {"/jobs/{id}", "job"}, {"{robot}", "robot"}, {"{printer}", "printer"}, {"{job}", "job"},
	} {
		path = strings.ReplaceAll(path, m.in, strings.NewReplacer("{id}", values[m.name], "{robot}", values[m.name],
			"{printer}", values[m.name], "{job}", values[m.name]).Replace(m.in))
	}
	if strings.Contains(path, "{") {
		s.t.Errorf("say what %s means: {name}=value after the second | of its line, or for all lines in fillPath", path)
	}
	return path
}

func multipartOf(form url.Values, file string) (kind, body string) {
	var buf bytes.Buffer
	m := multipart.NewWriter(&buf)
	for name := range form {
		_ = m.WriteField(name, form.Get(name))
	}
	part, _ := m.CreateFormFile(file, "a.pdf")
	_, _ = io.WriteString(part, pdf)
	_ = m.Close()
	return m.FormDataContentType(), buf.String()
}
