package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// another adds an account, and signs it in at a browser of its own.
func (w *world) another(address string) *world {
	w.t.Helper()
	u, err := w.service.AddUser(w.t.Context(), address, password, false)
	if err != nil {
		w.t.Fatal(err)
	}
	other := w.other()
	other.user = u
	if _, resp := other.post("/signin", url.Values{"email": {address}, "password": {password}}); resp.URL.Path != "/printers" {
		w.t.Fatalf("signing in ended at %v, %s", resp.URL, resp.Status)
	}
	return other
}

var jobOnPage = regexp.MustCompile(`<tr data-job="([^"]+)"`)

// listed follows the pages of a list of jobs to its end.
func (w *world) listed(path string) []string {
	w.t.Helper()
	all := []string{}
	for range 20 {
		page, resp := w.get(path)
		if resp.StatusCode != http.StatusOK {
			w.t.Fatalf("%s: %s", path, resp.Status)
		}
		for _, m := range jobOnPage.FindAllStringSubmatch(page, -1) {
			all = append(all, m[1])
		}
		next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(page)
		if next == nil {
			return all
		}
		path = strings.ReplaceAll(next[1], "&amp;", "&")
	}
	w.t.Fatal("the list does not end")
	return nil
}

func TestListsOfJobs(t *testing.T) {
	w := start(t)
	w.signIn()
	w.ahead.Store(0)
	one, two := w.addPrinter("one"), w.addPrinter("two")
	var ids []string // newest first
	for i := range 60 {
		doc, err := w.blobs.Save(t.Context(), strings.NewReader(pdf), 1000, "application/pdf")
		if err != nil {
			t.Fatal(err)
		}
		w.ahead.Add(int64(2 * time.Second)) // not too many in a minute
		sub := cloud.Submission{Printer: []gcp.PrinterID{one, two}[i%2], Title: fmt.Sprintf("Report %02d", i), ContentType: "application/pdf", Document: doc}
		j, err := w.service.Submit(t.Context(), w.caller(), sub)
		if err != nil {
			t.Fatal(err)
		}
		ids = append([]string{string(j.ID)}, ids...)
	}
	done := gcp.StateOf(gcp.JobDone)
	if _, err := w.service.Control(t.Context(), w.caller(), cloud.JobReport{Job: gcp.JobID(ids[3]), State: &done}); err != nil {
		t.Fatal(err)
	}
	odd := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Index(ids, id)%2 == 1 })
	fives := slices.Concat(ids[:10], ids[14:15], ids[24:25], ids[34:35], ids[44:45], ids[54:55]) // each word counts for itself
	for path, want := range map[string][]string{
		"/jobs": ids, "/jobs?tab=printers": ids, "/jobs?tab=all": ids, "/jobs?q=report+5": fives, "/jobs?q=report+59": ids[:1], "/jobs?q=nothing": {},
		"/jobs?state=printed": ids[3:4], "/jobs?state=failed": {}, "/jobs?tab=all&state=waiting": slices.Concat(ids[:3], ids[4:]),
		"/jobs?printer=" + string(two): odd, "/jobs?tab=all&q=REPORT+07": ids[52:53],
	} {
		if have := w.listed(path); !slices.Equal(have, want) {
			t.Errorf("%s lists %d jobs, want %d", path, len(have), len(want))
		}
	}
	if _, resp := w.get("/jobs?before=x"); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a wrong position: %s", resp.Status)
	}
	other := w.another("eve@example.com")
	if have := other.listed("/jobs"); len(have) != 0 {
		t.Errorf("somebody else sees %v", have)
	}
	page, _ := other.get("/jobs")
	if strings.Contains(page, "tab=all") || strings.Contains(page, "tab=printers") {
		t.Error("lists are offered that are not there")
	}
}

func TestMovedJob(t *testing.T) {
	w := start(t)
	w.signIn()
	one, two := w.addPrinter("one"), w.addPrinter("two")
	_, resp := w.send(one, url.Values{"xsrf": {w.xsrf()}}, "a.pdf", pdf)
	id := jobOf(resp)
	page, _ := w.get("/jobs/" + string(id))
	if !strings.Contains(page, `data-action="move"`) || !strings.Contains(page, `<option value="`+string(two)+`">two<`) || strings.Contains(page, `<option value="`+string(one)) {
		t.Errorf("where it can go:\n%s", page)
	}
	move := func() answered {
		_, resp := w.post("/jobs/"+string(id)+"/move", url.Values{"xsrf": {w.xsrf()}, "printer": {string(two)}})
		return resp
	}
	to := jobOf(move())
	if to == id {
		t.Fatal("it stayed")
	}
	if page, _ := w.get("/jobs/" + string(to)); !strings.Contains(page, ">two</a>") || !strings.Contains(page, "moved from one") {
		t.Errorf("the moved job:\n%s", page)
	}
	if page, _ := w.get("/jobs/" + string(id)); !strings.Contains(page, "moved to two") || strings.Contains(page, `data-action="move"`) {
		t.Errorf("the first job:\n%s", page)
	}
	if back := jobOf(move()); back != id { // a second click
		t.Errorf("a second time it is %s", back)
	}
}

func TestTraceFile(t *testing.T) {
	w := start(t)
	w.signIn()
	robot, p := w.connector("px", "q")
	id := w.submit(p)
	if _, err := w.service.Fetch(t.Context(), robot, cloud.FetchQuery{Printer: p}); err != nil {
		t.Fatal(err)
	}
	aborted, jam := gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), "the paper is jammed"
	trace := gcp.Trace{gcp.HopFetched: 5_000_000, gcp.HopPrinted: 5_250_000} // of a clock that is 50 years slow
	if _, err := w.service.Control(t.Context(), robot, cloud.JobReport{Job: id, State: &aborted, Message: &jam, Trace: trace}); err != nil {
		t.Fatal(err)
	}
	text, resp := w.get("/jobs/" + string(id) + "/trace.json")
	var told gcp.TraceReport
	if err := json.Unmarshal([]byte(text), &told); err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Content-Type") != "application/json" || told.Job != id || told.Message != jam || told.State.Type != gcp.JobAborted {
		t.Errorf("%v %s", resp.Header, text)
	}
	for _, s := range told.Steps {
		if s.AfterMS == nil || *s.AfterMS < 0 || *s.AfterMS > 60_000 {
			t.Errorf("%s is at an impossible time: %s", s.Name, text)
		}
	}
	page, _ := w.get("/jobs/" + string(id))
	for _, want := range []string{"Stored safely", "The service offered the job", "The printer has the document", "at the connector", "Failed: the paper is jammed", `href="/jobs/` + string(id) + `/trace.json"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
}

func TestCountsPage(t *testing.T) {
	w := start(t)
	w.signIn()
	robot, p := w.connector("px", "=1+1 queue")
	for _, pages := range []int{3, 4} {
		done := gcp.StateOf(gcp.JobDone)
		if _, err := w.service.Control(t.Context(), robot, cloud.JobReport{Job: w.submit(p), State: &done, PagesPrinted: &pages}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.db.SetGroups(t.Context(), w.user.ID, cloud.GroupsOfImport, []string{"art", "-chess"}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/counts":                               `<td>ada@example.com</td><td class="number">7</td><td class="number">2</td>`,
		"/counts?by=group":                      `<td>art</td><td class="number">7</td><td class="number">2</td>`,
		"/counts?by=group&x=":                   `<th scope="row">Together</th><td class="number">7</td>`, // once, of two groups
		"/counts?by=printer":                    `<td>=1&#43;1 queue</td><td class="number">7</td><td class="number">2</td>`,
		"/counts?by=month":                      `<td>` + time.Now().UTC().Format("2006-01") + `</td><td class="number">7</td>`,
		"/counts?from=2001-01-01&to=2001-12-31": "Nothing was printed in this time.",
	} {
		if page, _ := w.get(path); !strings.Contains(page, want) {
			t.Errorf("%s does not say %s:\n%s", path, want, page)
		}
	}
	if _, resp := w.get("/counts?from=yesterday"); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a wrong day: %s", resp.Status)
	}
	table, resp := w.get("/counts.csv")
	want := "month,person,printer,printer_id,jobs,pages\n" + time.Now().UTC().Format("2006-01") + ",ada@example.com,'=1+1 queue," + string(p) + ",2,7\n"
	if table != want || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/csv") {
		t.Errorf("the table is %q, want %q", table, want)
	}
	if groups, _ := w.get("/counts.csv?by=group"); groups != "group,jobs,pages\n'-chess,2,7\nart,2,7\n" {
		t.Errorf("the table of groups is %q", groups)
	}
	other := w.another("eve@example.com")
	if _, resp := other.get("/counts"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("somebody without printers: %s", resp.Status)
	}
}

// What a person typed is no formula in a table.
func TestPlainCells(t *testing.T) {
	for text, want := range map[string]string{"": "", "plain": "plain", "=HYPERLINK(1)": "'=HYPERLINK(1)", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "a=b": "a=b"} {
		if have := plainCell(text); have != want {
			t.Errorf("%q becomes %q, want %q", text, have, want)
		}
	}
}

// A page of an administrator follows the jobs of others that it shows, and no one else does.
func TestEventsOfOthersJobs(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("q")
	_, resp := w.send(p, url.Values{"xsrf": {w.xsrf()}}, "a.pdf", pdf)
	id := jobOf(resp)
	other := w.another("eve@example.com")
	root := w.another("root@example.com")
	if _, err := w.db.UpdateUser(t.Context(), root.user.ID, func(u *cloud.User) ([]cloud.Event, error) { u.Admin = true; return nil, nil }); err != nil {
		t.Fatal(err)
	}
	_, data := nextEvent(t, root.listenTo(t.Context(), "after=0&jobs="+string(id), ""))
	if !strings.Contains(data, string(id)) || !strings.Contains(data, `"actions":["cancel"]`) {
		t.Errorf("the administrator is told %s", data)
	}
	// Of two jobs on the page of somebody else, only the own one is told of.
	mine := other.addPrinter("hers")
	_, resp = other.send(mine, url.Values{"xsrf": {other.xsrf()}}, "b.pdf", pdf)
	if _, data := nextEvent(t, other.listenTo(t.Context(), "after=0&jobs="+string(id), "")); !strings.Contains(data, string(jobOf(resp))) {
		t.Errorf("somebody else is told %s", data)
	}
}

// The developers' page has a line to copy that prints at a printer of the reader.
func TestDevelopersPage(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("q")
	_, resp := w.send(p, url.Values{"xsrf": {w.xsrf()}}, "a.pdf", pdf)
	page, _ := w.get("/developers")
	for _, want := range []string{
		"-F printerid=" + string(p) + " ", "http://cloud.invalid/cloudprint/submit", "<dt>q</dt><dd><code>" + string(p) + "</code></dd>",
		`<li data-job="` + string(jobOf(resp)) + `">`, `href="/openapi.json"`, `src="/static/live.js"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %s:\n%s", want, page)
		}
	}
}
