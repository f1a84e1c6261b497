package web

import (
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

var keyField = regexp.MustCompile(`name="key" value="([^"]+)"`)

// form returns the fields that the form of a page hides, as a browser sends them.
func (w *world) form(path string) url.Values {
	w.t.Helper()
	page, _ := w.get(path)
	key := keyField.FindStringSubmatch(page)
	if key == nil {
		w.t.Fatalf("no key field in %s", page)
	}
	return url.Values{"xsrf": {w.xsrf()}, "key": {key[1]}}
}

func (w *world) countJobs() int {
	w.t.Helper()
	_, total, err := w.service.Jobs(w.t.Context(), w.caller(), cloud.JobQuery{})
	if err != nil {
		w.t.Fatal(err)
	}
	return total
}

func jobOf(a answered) gcp.JobID { return gcp.JobID(strings.TrimPrefix(a.URL.Path, "/jobs/")) }

// A double click, or a reload after a lost answer, sends the form twice: that is
// one job, and both lead to its page.
func TestUploadTwiceIsOneJob(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("q")
	fields := w.form("/printers/" + string(p) + "/print")
	var wg sync.WaitGroup
	var mu sync.Mutex
	ended := map[string]int{}
	for range 4 {
		wg.Go(func() {
			_, resp := w.send(p, fields, "a.pdf", pdf)
			mu.Lock()
			defer mu.Unlock()
			ended[resp.Status+" "+resp.URL.Path]++
		})
	}
	wg.Wait()
	if n := w.countJobs(); n != 1 || len(ended) != 1 {
		t.Errorf("%d jobs; the forms ended at %v", n, ended)
	}
	for name, change := range map[string]func(url.Values) string{
		"another document": func(url.Values) string { return pdf + "\n" },
		"more copies":      func(f url.Values) string { f.Set("copies", "3"); return pdf },
		"a form shown again": func(f url.Values) string {
			f.Set("key", w.form("/printers/"+string(p)+"/print").Get("key"))
			return pdf
		},
	} {
		before := w.countJobs()
		again := url.Values{"xsrf": fields["xsrf"], "key": fields["key"]}
		content := change(again)
		if page, resp := w.send(p, again, "a.pdf", content); resp.StatusCode != http.StatusOK || w.countJobs() != before+1 {
			t.Errorf("%s: %s, %d jobs after %d\n%s", name, resp.Status, w.countJobs(), before, page)
		}
	}
}

// Who may release a job, and how long it waits, is part of what is sent: going back to
// change it makes another job, and the one before can be told from it.
func TestUploadForOthersIsAnotherJob(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("q")
	fields := w.form("/printers/" + string(p) + "/print")
	fields.Set("hold", "1")
	seen := map[gcp.JobID]string{}
	for _, change := range [][2]string{
		{"release_pin", ""},
		{"release_pin", "1234"},
		{"release_pin", "5678"},
		{"release_who", "bob@example.com"},
		{"release_who", "eve@example.com"},
		{"expire_after", "3600"},
	} {
		form := maps.Clone(fields)
		form.Set(change[0], change[1])
		first, again := gcp.JobID(""), gcp.JobID("")
		for _, id := range []*gcp.JobID{&first, &again} {
			page, a := w.send(p, form, "a.pdf", pdf)
			if *id = jobOf(a); a.StatusCode != http.StatusOK {
				t.Fatalf("%v: %s\n%s", change, a.Status, page)
			}
		}
		if other := seen[first]; other != "" || again != first {
			t.Errorf("%v is the job %s that was sent with %q, and %s when it is sent again", change, first, other, again)
		}
		seen[first] = strings.Join(change[:], " ") + " "
	}
}

// A document that was looked at, and is sent again as a file since the answer was lost, is
// one job.
func TestDraftThenFileIsOneJob(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	name := strings.Repeat("a long name ", 30) + ".pdf"
	fields := w.form("/printers/" + string(p) + "/print")
	fields.Set("draft", w.drafted(p, paper{name, tenPages}))
	to := "/printers/" + string(p) + "/jobs"
	if _, resp := w.sendTo(to, "", fields, nil); !strings.HasPrefix(resp.URL.Path, "/jobs/") {
		t.Fatalf("the draft: %s", resp.Status)
	}
	fields.Del("draft")
	if _, resp := w.sendTo(to, "", fields, []paper{{name, tenPages}}); !strings.HasPrefix(resp.URL.Path, "/jobs/") || w.countJobs() != 1 {
		t.Errorf("the file: %s, %d jobs", resp.Status, w.countJobs())
	}
}

// Of several documents those that were sent are not sent again by going back.
func TestGoingBackAfterARefusal(t *testing.T) {
	w, _ := startPress(t)
	p := w.addLaser()
	settings := url.Values{"xsrf": {w.xsrf()}, "quota": {"1"}, "expire_after": {"0"}}
	if _, a := w.post("/printers/"+string(p)+"/settings", settings); a.StatusCode != http.StatusOK {
		t.Fatalf("setting a quota: %s", a.Status)
	}
	drafts := []string{w.drafted(p, paper{"a.pdf", tenPages}), w.drafted(p, paper{"b.pdf", tenPages})}
	dialog := "/printers/" + string(p) + "/print?" + url.Values{"draft": drafts}.Encode()
	fields := w.form(dialog)
	fields["draft"] = drafts
	if _, resp := w.sendTo("/printers/"+string(p)+"/jobs", "", fields, nil); resp.StatusCode != http.StatusTooManyRequests || w.countJobs() != 1 {
		t.Fatalf("over the quota: %s, %d jobs", resp.Status, w.countJobs())
	}
	page, _ := w.get(dialog)
	if strings.Contains(page, drafts[0]+`"`) || !strings.Contains(page, `name="draft" value="`+drafts[1]+`"`) {
		t.Errorf("going back shows %s", page)
	}
}
