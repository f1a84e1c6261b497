package walk

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"platen/internal/lab"
)

// TestDevelopersPage makes a key, runs the lines that the page gives to copy, as they
// are, and watches the job arrive and end on the page, without a reload.
func TestDevelopersPage(t *testing.T) {
	t.Parallel()
	lab.Need(t, "curl")
	h := enter(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("scripted", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: h.bin, CUPS: []string{cups.Socket}}) // the line names the first printer of all
	s.Start()
	s.Printer("scripted")
	tab := h.openAt(t, lab.View{}, s.Base)
	tab.SignIn(s.Base, lab.Owner)
	tab.Go(s.Base + "/developers")
	tab.Click(`main a[href="/account/keys"]`)
	tab.Type("#label", "my <script>\r")
	tab.Read("my <script>")
	key := lab.Ask[string](tab, "the key", `document.querySelector("main input.secret").value`)
	tab.Go(s.Base + "/developers")
	mark(tab)
	doc := pages(1)
	folder := filepath.Dir(file(t, "document.pdf", doc))
	run := func(what, marker, job string) (answer lab.Answer) {
		t.Helper()
		line := lab.Ask[string](tab, what, fmt.Sprintf(`[...document.querySelectorAll("main pre")].map((e) => e.innerText).find((text) => text.includes(%q))`, marker))
		cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
		cmd.Dir, cmd.Env = folder, append(os.Environ(), "KEY="+key, "JOB="+job, "no_proxy=127.0.0.1")
		out, err := cmd.Output()
		if err == nil {
			err = json.Unmarshal(out, &answer)
		}
		if err != nil || !answer.Success {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
		return answer
	}
	job := run("the line that prints", "content=@document.pdf", "").Job
	tab.Until("the job to arrive", fmt.Sprintf(`document.querySelector('[data-arrivals] [data-job=%q] a')?.textContent === "Hello"`, job.ID))
	tab.Until("the job to end", fmt.Sprintf(`document.querySelector('[data-arrivals] [data-job=%q] [data-part="state"]').textContent === "Printed"`, job.ID))
	same(t, tab)
	if got := run("the line that waits", "wait=30", job.ID).Job; got.State() != "DONE" {
		t.Errorf("curl is told %+v", got)
	}
	out, err := filepath.Glob(filepath.Join(cups.Out, "scripted-*.out"))
	if err != nil || len(out) != 1 {
		t.Fatalf("%v came out, %v", out, err)
	}
	if b, err := os.ReadFile(out[0]); err != nil || string(b) != string(doc) {
		t.Errorf("another document came out, %v", err)
	}
}
