package web

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/impose"
)

// press stands for the renderer: documents have as many pages as they have lines
// that say so. The real one draws in internal/e2e.
type press struct {
	mu    sync.Mutex
	works []impose.Work
	err   error
	gate  chan struct{} // if not nil, work waits for it
}

func (p *press) Draw(ctx context.Context, in, format string, w impose.Work, out impose.Pictures) (impose.Result, error) {
	r, err := p.Render(ctx, in, format, w, out.Path)
	if err != nil {
		return r, err
	}
	info, err := os.Stat(out.Path)
	if err != nil {
		return r, err
	}
	for _, side := range w.Raster.InBlock(r.Sides) { // all look the same
		out.Drawn(impose.Picture{Side: side, To: info.Size(), Pages: r.Pages, Sides: r.Sides})
	}
	return r, nil
}

func (p *press) Render(ctx context.Context, in, _ string, w impose.Work, out string) (impose.Result, error) {
	text, err := os.ReadFile(in)
	if err != nil {
		return impose.Result{}, err
	}
	p.mu.Lock()
	p.works = append(p.works, w)
	err = p.err
	gate := p.gate
	p.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return impose.Result{}, ctx.Err()
		}
	}
	if err != nil {
		return impose.Result{}, err
	}
	f, err := os.Create(out)
	if err != nil {
		return impose.Result{}, err
	}
	pages := max(1, strings.Count(string(text), "page"))
	up := max(1, w.Layout.NumberUp)
	sides := (pages + up - 1) / up
	if w.Raster.Side > sides {
		return impose.Result{}, &impose.Error{Cause: impose.CauseEmpty, Text: fmt.Sprintf("There is no side %d: the last is %d.", w.Raster.Side, sides)}
	}
	return impose.Result{Format: w.To, Pages: pages, Sides: sides}, errorsOf(png.Encode(f, image.NewGray(image.Rect(0, 0, 2, 3))), f.Close())
}

func errorsOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *press) Formats() (from, to []string) {
	return []string{"application/pdf", "image/png"}, []string{"application/pdf", "image/png"}
}

// last returns the newest picture's work.
func (p *press) last() impose.Work {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.works) == 0 {
		return impose.Work{}
	}
	return p.works[len(p.works)-1]
}

// startPress is a world whose service draws previews.
func startPress(t *testing.T) (*world, *press) {
	t.Helper()
	p := &press{}
	w := startWith(t, cloud.Rendering{Renderer: p, Folder: t.TempDir(), Path: func(context.Context, string) (string, error) {
		return "", cloud.ErrNotFound
	}})
	w.signIn()
	return w, p
}

const tenPages = "%PDF-1.4\npage page page page page page page page page page\n%%EOF\n"

// laser is a printer with choices.
const laser = `{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}],
 "copies":{"default":1,"max":9},"page_range":{},"color":{"option":[{"type":"STANDARD_COLOR","is_default":true},{"type":"STANDARD_MONOCHROME"}]},
 "duplex":{"option":[{"type":"NO_DUPLEX","is_default":true},{"type":"LONG_EDGE"}]},
 "page_orientation":{"option":[{"type":"PORTRAIT","is_default":true},{"type":"LANDSCAPE"},{"type":"AUTO"}]},
 "fit_to_page":{"option":[{"type":"NO_FITTING"},{"type":"FIT_TO_PAGE","is_default":true}]},
 "vendor_capability":[{"id":"job-password","display_name":"PIN","type":"TYPED_VALUE","typed_value_cap":{"value_type":"STRING"}},
  {"id":"number-up","display_name":"Pages per side","type":"SELECT","select_cap":{"option":[{"value":"1","is_default":true},{"value":"2"},{"value":"4"}]}},
  {"id":"job-priority","display_name":"Priority","type":"RANGE","range_cap":{"value_type":"INTEGER","default":"50","min":"1","max":"100"}}],
 "media_size":{"option":[{"name":"ISO_A4","width_microns":210000,"height_microns":297000,"is_default":true},{"name":"ISO_A5","width_microns":148000,"height_microns":210000}]}}}`

func (w *world) addLaser() gcp.PrinterID {
	w.t.Helper()
	name, proxy := "laser", "px"
	p, err := w.service.Register(w.t.Context(), w.caller(), cloud.PrinterFields{Name: &name, Proxy: &proxy, Capabilities: []byte(laser)})
	if err != nil {
		w.t.Fatal(err)
	}
	return p.ID
}

// eve signs somebody in who was given nothing.
func (w *world) eve() {
	w.t.Helper()
	if _, err := w.service.AddUser(w.t.Context(), "eve@example.com", "", false); err != nil {
		w.t.Fatal(err)
	}
	w.as("eve@example.com")
}

func (w *world) jobs() []cloud.JobView {
	w.t.Helper()
	jobs, _, err := w.service.Jobs(w.t.Context(), w.caller(), cloud.JobQuery{Sort: "CREATE_TIME"})
	if err != nil {
		w.t.Fatal(err)
	}
	return jobs
}

// check asks what of some choices cannot be printed, by the names of fields.
func (w *world) check(p gcp.PrinterID, form url.Values) map[string]string {
	w.t.Helper()
	form.Set("xsrf", w.xsrf())
	text, resp := w.post("/printers/"+string(p)+"/check", form)
	var answer struct{ Fields map[string]string }
	if err := json.Unmarshal([]byte(text), &answer); err != nil || resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %v in %s", resp.Status, err, text)
	}
	return answer.Fields
}

// What cannot be printed is said while it is filled in, beside the fields: all at once.
func TestPrintCheck(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addLaser()
	if wrong := w.check(p, url.Values{"copies": {"3"}, "range": {"2-3"}, "color": {"STANDARD_MONOCHROME"}}); len(wrong) != 0 {
		t.Errorf("nothing is wrong, but %v", wrong)
	}
	wrong := w.check(p, url.Values{
		"copies": {"12"}, "range": {"5-3"}, "v:job-priority": {"500"}, "v:job-password": {strings.Repeat("1", 2000)}, "color": {"RED"},
	})
	for name, words := range map[string]string{
		"copies": "at most 9", "range": "ends before it begins", "v:job-priority": "more than 100", "v:job-password": "longer than", "color": "not offer this",
	} {
		if !strings.Contains(wrong[name], words) {
			t.Errorf("%s: %q, want %q", name, wrong[name], words)
		}
	}
	w.eve()
	if _, resp := w.post("/printers/"+string(p)+"/check", url.Values{"xsrf": {w.xsrf()}}); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a stranger: %s", resp.Status)
	}
	if _, resp := w.get("/printers/" + string(p) + "/print"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a stranger: %s", resp.Status)
	}
}

// Without a script the form shows the sentences, keeps what was chosen but not the
// PIN, and nothing is sent.
func TestPrintWithoutScript(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addLaser()
	path := "/printers/" + string(p) + "/jobs"
	fields := w.form("/printers/" + string(p) + "/print")
	wrong := maps.Clone(fields)
	maps.Copy(wrong, url.Values{"copies": {"12"}, "duplex": {"LONG_EDGE"}, "v:job-password": {"0815"}})
	page, resp := w.sendTo(path, "", wrong, []paper{{"a.pdf", pdf}})
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(page, "at most 9 copies") || !strings.Contains(page, `<option value="LONG_EDGE" selected>`) ||
		!strings.Contains(page, `value="12"`) || strings.Contains(page, "0815") || w.countJobs() != 0 {
		t.Errorf("%s, %d jobs\n%s", resp.Status, w.countJobs(), page)
	}
	maps.Copy(fields, url.Values{
		"copies": {"3"}, "duplex": {"LONG_EDGE"}, "v:job-password": {"0815"}, "media": {"148000x210000"}, "range": {"1-2"}, "color": {"STANDARD_COLOR"}, "hold": {"1"},
	})
	if page, resp = w.sendTo(path, "", fields, []paper{{"a.pdf", pdf}}); !strings.HasPrefix(resp.URL.Path, "/jobs/") || !strings.Contains(page, ">Held<") {
		t.Fatalf("%s %v\n%s", resp.Status, resp.URL, page)
	}
	j := w.jobs()[0]
	const want = `{"version":"1.0","print":{"vendor_ticket_item":[{"id":"job-password","value":"0815"}],"duplex":{"type":"LONG_EDGE"},` +
		`"copies":{"copies":3},"page_range":{"interval":[{"start":1,"end":2}]},"media_size":{"width_microns":148000,"height_microns":210000}}}`
	if string(j.Ticket) != want || j.State.Type != gcp.JobHeld || j.HoldUntil.IsZero() {
		t.Errorf("%s until %v: %s", j.State.Type, j.HoldUntil, j.Ticket)
	}
}

// Several documents are several jobs with one ticket; one that is no document at all
// keeps all from being sent.
func TestPrintSeveral(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addLaser()
	path := "/printers/" + string(p) + "/jobs"
	fields := w.form("/printers/" + string(p) + "/print")
	fields.Set("copies", "2")
	if page, resp := w.sendTo(path, "", fields, []paper{{"a.pdf", pdf}, {"b.pdf", "no PDF"}}); resp.StatusCode != http.StatusUnsupportedMediaType || w.countJobs() != 0 {
		t.Errorf("%s, %d jobs\n%s", resp.Status, w.countJobs(), page)
	}
	docs := []paper{{"a.pdf", pdf}, {"b.pdf", pdf + "\n"}, {"a.pdf", pdf + "\n\n"}}
	for range 2 { // sent twice it is done once
		if page, resp := w.sendTo(path, "", fields, docs); resp.URL.Path != "/jobs" {
			t.Errorf("%s %v\n%s", resp.Status, resp.URL, page)
		}
	}
	var titles []string
	for _, j := range w.jobs() {
		titles = append(titles, j.Title)
		if !strings.Contains(string(j.Ticket), `"copies":2`) {
			t.Errorf("%s: %s", j.Title, j.Ticket)
		}
	}
	if slices.Sort(titles); !slices.Equal(titles, []string{"a.pdf", "a.pdf", "b.pdf"}) {
		t.Errorf("jobs %v", titles)
	}
	many := slices.Repeat([]paper{{"a.pdf", pdf}}, maxDocuments+1)
	if _, resp := w.sendTo(path, "", fields, many); resp.StatusCode != http.StatusRequestEntityTooLarge || w.countJobs() != 3 {
		t.Errorf("%d documents: %s", len(many), resp.Status)
	}
	text, resp := w.sendTo(path, "application/json", fields, docs[:1])
	if want := `{"to":"/jobs/`; resp.StatusCode != http.StatusOK || !strings.HasPrefix(text, want) {
		t.Errorf("the script: %s %s", resp.Status, text)
	}
	fields.Set("copies", "10")
	text, resp = w.sendTo(path, "application/json", fields, docs[:1])
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(text, `"copies":"The printer makes at most 9 copies`) {
		t.Errorf("the script: %s %s", resp.Status, text)
	}
}

// draft keeps a document to be looked at.
func (w *world) draft(p gcp.PrinterID) string {
	w.t.Helper()
	return w.drafted(p, paper{"ten.pdf", tenPages})
}

func (w *world) look(draft, query string) draftState {
	w.t.Helper()
	text, resp := w.get("/drafts/" + draft + "?" + query)
	var state draftState
	if err := json.Unmarshal([]byte(text), &state); err != nil || resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %s", resp.Status, text)
	}
	return state
}

// What is chosen is what is drawn.
func TestPreviewFollowsChoices(t *testing.T) {
	w, press := startPress(t)
	p := w.addLaser()
	d := w.draft(p)
	a4 := impose.Media{Width: 210000, Height: 297000}
	for query, want := range map[string]impose.Layout{
		"":                      {Media: a4, Fit: gcp.FitPage},
		"copies=3":              {Media: a4, Fit: gcp.FitPage},
		"orientation=LANDSCAPE": {Media: a4, Fit: gcp.FitPage, Turn: gcp.OrientationLandscape},
		"orientation=AUTO":      {Media: a4, Fit: gcp.FitPage},
		"fit=NO_FITTING":        {Media: a4, Fit: gcp.FitNone},
		"media=148000x210000":   {Media: impose.Media{Width: 148000, Height: 210000}, Fit: gcp.FitPage},
		"range=2-3":             {Media: a4, Fit: gcp.FitPage, Pages: []gcp.PageInterval{{Start: 2, End: 3}}},
		"subset=odd&range=7-": {Media: a4, Fit: gcp.FitPage, Pages: []gcp.PageInterval{
			{Start: 7, End: 7}, {Start: 9, End: 9},
		}},
		"v:number-up=4": {Media: a4, Fit: gcp.FitPage, NumberUp: 4},
	} {
		w.look(d, query)
		if _, resp := w.get("/drafts/" + d + "/page/1.png?" + query); resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/png" {
			t.Errorf("%s: %s", query, resp.Status)
		}
		// The newest, or the first where it is the same picture again.
		if have := press.find(want); have.To != impose.PNG || have.Raster.Type != "SRGB_8" {
			t.Errorf("%s: %+v, want %+v", query, press.last(), want)
		}
	}
	if w.look(d, "color=STANDARD_MONOCHROME"); press.last().Raster.Type != "SGRAY_8" {
		t.Errorf("without colour: %+v", press.last())
	}
	if s := w.look(d, "v:number-up=4"); s.Pages != 10 || s.Sides != 3 || s.Title != "ten.pdf" || s.Note == "" {
		t.Errorf("four on a side: %+v", s)
	}
	if text, resp := w.get("/drafts/" + d + "/page/4.png?v:number-up=4"); resp.StatusCode != http.StatusUnsupportedMediaType || !strings.Contains(text, "the last is 3") {
		t.Errorf("a side that is not there: %s %s", resp.Status, text)
	}
	// Of a printer that cannot, the service lays out the sheets: what is shown comes out.
	plain := w.addPrinter("plain")
	if s := w.look(w.draft(plain), "v:number-up=2"); s.Sides != 5 || s.Note != "" {
		t.Errorf("laid out here: %+v", s)
	}
}

// find returns the work with a layout.
func (p *press) find(l impose.Layout) impose.Work {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.works {
		if mustEqual(w.Layout, l) {
			return w
		}
	}
	return impose.Work{}
}

func mustEqual(a, b any) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// Without a script the preview is a page of its own, from which the draft is printed.
func TestPreviewWithoutScript(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	fields := w.form("/printers/" + string(p) + "/print")
	maps.Copy(fields, url.Values{"copies": {"2"}, "v:number-up": {"4"}, "v:job-password": {"4711"}})
	page, resp := w.sendTo("/printers/"+string(p)+"/preview", "", fields, []paper{{"ten.pdf", tenPages}})
	if resp.StatusCode != http.StatusOK || strings.Contains(resp.URL.String(), "4711") || strings.Contains(page, "4711") {
		t.Fatalf("%s %v\n%s", resp.Status, resp.URL, page)
	}
	draft := resp.URL.Query().Get("draft")
	if n := strings.Count(page, `<img src="/drafts/`+draft); n != 3 || !strings.Contains(page, "v%3Anumber-up=4") {
		t.Errorf("%d pictures in\n%s", n, page)
	}
	fields.Set("draft", draft)
	if _, resp := w.sendTo("/printers/"+string(p)+"/jobs", "", fields, []paper{{"", ""}}); !strings.HasPrefix(resp.URL.Path, "/jobs/") {
		t.Errorf("%s %v", resp.Status, resp.URL)
	}
	if jobs := w.jobs(); len(jobs) != 1 || jobs[0].Title != "ten.pdf" || jobs[0].Document.Size != int64(len(tenPages)) {
		t.Errorf("%+v", jobs)
	}
	if _, resp := w.get("/drafts/" + draft); resp.StatusCode != http.StatusNotFound {
		t.Errorf("what was printed is still a draft: %s", resp.Status)
	}
}

// Odd pages are asked for by their numbers, and so the pages are counted first.
func TestPrintOddPages(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	fields := w.form("/printers/" + string(p) + "/print")
	fields.Set("subset", "even")
	fields.Set("draft", w.draft(p))
	w.look(fields.Get("draft"), "")
	if _, resp := w.sendTo("/printers/"+string(p)+"/jobs", "", fields, nil); !strings.HasPrefix(resp.URL.Path, "/jobs/") {
		t.Fatalf("%s %v", resp.Status, resp.URL)
	}
	if text := string(w.jobs()[0].Ticket); strings.Count(text, "start") != 5 || !strings.Contains(text, `{"start":10,"end":10}`) {
		t.Errorf("%s", text)
	}
}

// A draft is its sender's alone, and for an hour.
func TestDraftsAreTheirSenders(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	d := w.draft(p)
	if _, resp := w.sendTo("/printers/"+string(p)+"/preview", "", url.Values{"xsrf": {"forged"}}, []paper{{"a.pdf", pdf}}); resp.StatusCode != http.StatusForbidden {
		t.Errorf("forged: %s", resp.Status)
	}
	if _, resp := w.sendTo("/printers/"+string(p)+"/preview", "", url.Values{"xsrf": {w.xsrf()}}, []paper{{"a.pdf", "no PDF"}}); resp.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("no PDF: %s", resp.Status)
	}
	big := pdf + strings.Repeat(" ", 1<<20)
	if _, resp := w.sendTo("/printers/"+string(p)+"/preview", "", url.Values{"xsrf": {w.xsrf()}}, []paper{{"a.pdf", big}}); resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %s", resp.Status)
	}
	w.eve()
	xsrf := w.xsrf()
	for _, path := range []string{"/drafts/" + d, "/drafts/" + d + "/page/1.png", "/drafts/unknown"} {
		if _, resp := w.get(path); resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	if _, resp := w.sendTo("/printers/"+string(p)+"/preview", "", url.Values{"xsrf": {xsrf}}, []paper{{"a.pdf", pdf}}); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a stranger's draft: %s", resp.Status)
	}
	w.post("/drafts/"+d+"/remove", url.Values{"xsrf": {xsrf}})
	own := w.addPrinterOf("eve@example.com")
	if _, resp := w.sendTo("/printers/"+string(own)+"/jobs", "", url.Values{"xsrf": {xsrf}, "draft": {d}}, nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a stranger prints it: %s", resp.Status)
	}
	w.signIn()
	w.look(d, "")
	w.ahead.Store(int64(61 * time.Minute))
	w.signIn()
	if _, resp := w.get("/drafts/" + d); resp.StatusCode != http.StatusNotFound {
		t.Errorf("after an hour: %s", resp.Status)
	}
}

// addPrinterOf adds a printer of somebody else.
func (w *world) addPrinterOf(email string) gcp.PrinterID {
	w.t.Helper()
	users, err := w.service.Users(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	i := slices.IndexFunc(users, func(u cloud.User) bool { return u.Email == email })
	name, proxy := "own", "own"
	p, err := w.service.Register(w.t.Context(), cloud.Caller{User: &users[i], Via: cloud.ViaToken}, cloud.PrinterFields{Name: &name, Proxy: &proxy, Capabilities: []byte(laser)})
	if err != nil {
		w.t.Fatal(err)
	}
	return p.ID
}

// A person's oldest drafts make room for new ones.
func TestDraftsAreFew(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	var ids []string
	for range 26 {
		ids = append(ids, w.draft(p))
	}
	page, _ := w.get("/printers/" + string(p) + "/print?" + url.Values{"draft": ids[:4]}.Encode())
	if !strings.Contains(page, "2 of the documents are not kept any more.") || strings.Count(page, `name="draft"`) != 2 {
		t.Errorf("the dialog with two that are gone: %s", page)
	}
	for i, id := range ids {
		_, resp := w.get("/drafts/" + id)
		if kept := i >= 2; (resp.StatusCode == http.StatusOK) != kept {
			t.Errorf("draft %d of %d: %s", i+1, len(ids), resp.Status)
		}
	}
}

// A service that draws nothing has no previews, and prints.
func TestNoPreviews(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addLaser()
	if page, _ := w.get("/printers/" + string(p) + "/print"); strings.Contains(page, "data-previews") || strings.Contains(page, "formaction") {
		t.Errorf("offers a preview:\n%s", page)
	}
	if _, resp := w.sendTo("/printers/"+string(p)+"/preview", "application/json", url.Values{"xsrf": {w.xsrf()}}, []paper{{"a.pdf", pdf}}); resp.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("a preview: %s", resp.Status)
	}
}
