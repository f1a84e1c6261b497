package web

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"platen/cloud"
	"platen/cloud/api"
	"platen/cloud/blob"
	"platen/gcp"
)

var (
	keyOnPage   = regexp.MustCompile(`platen_[A-Za-z0-9_-]+`)
	lineOnPage  = regexp.MustCompile(`(?s)<code>(curl [^<]*-F content=@document\.pdf[^<]*)</code>`)
	waitOnPage  = regexp.MustCompile(`(?s)<code>(curl [^<]*jobid=\$JOB[^<]*)</code>`)
	repeatExtra = regexp.MustCompile(`<code>(-H &#34;Idempotency-Key|-H "Idempotency-Key)`)
)

// What the page gives to copy prints, with the key that the page leads to, and the job is
// on the page.
func TestCurlLinePrints(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	w := start(t)
	w.signIn()
	w.addPrinter("Hall")
	programs := httptest.NewServer(api.New(api.Config{
		Service: w.service, OAuth: w.oauth, Blobs: w.blobs.(*blob.Dir), BaseURL: "http://cloud.invalid", MaxDocument: 1 << 20,
	}))
	t.Cleanup(programs.Close)
	page, _ := w.get("/developers")
	if !strings.Contains(page, `href="/account/keys"`) || !repeatExtra.MatchString(page) {
		t.Errorf("the page leads to no key:\n%s", page)
	}
	made, resp := w.post("/account/keys", url.Values{"xsrf": {w.xsrf()}, "label": {"script"}, "scope": {"print"}})
	key := keyOnPage.FindString(made)
	if resp.StatusCode != http.StatusOK || key == "" {
		t.Fatalf("%s: no key in %s", resp.Status, made)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "document.pdf"), []byte(pdf), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(line *regexp.Regexp, job string) (answer struct {
		Success bool
		Message string
		Job     struct{ ID, Title, Status string }
	},
	) {
		t.Helper()
		m := line.FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no line to copy in %s", page)
		}
		sh := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(html.UnescapeString(m[1]), "http://cloud.invalid", programs.URL))
		sh.Dir, sh.Env = folder, append(os.Environ(), "KEY="+key, "JOB="+job, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
		out, err := sh.Output()
		if err == nil {
			err = json.Unmarshal(out, &answer)
		}
		if err != nil || !answer.Success {
			t.Fatalf("%s: %v\n%s", m[1], err, out)
		}
		return answer
	}
	sent := run(lineOnPage, "")
	if sent.Job.Title != "Hello" || sent.Job.Status != "QUEUED" {
		t.Errorf("%+v", sent)
	}
	if page, _ := w.get("/developers"); !strings.Contains(page, `data-job="`+sent.Job.ID+`"`) {
		t.Errorf("the job did not arrive:\n%s", page)
	}
	if _, err := w.service.Control(t.Context(), w.caller(), cancelOf(sent.Job.ID)); err != nil {
		t.Fatal(err)
	}
	if asked := run(waitOnPage, sent.Job.ID); asked.Job.ID != sent.Job.ID {
		t.Errorf("%+v", asked)
	}
}

// cancelOf is a person's wish to cancel a job.
func cancelOf(id string) cloud.JobReport {
	state := gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)
	return cloud.JobReport{Job: gcp.JobID(id), State: &state}
}
