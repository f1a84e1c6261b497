package frontdoor

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
	"platen/internal/smallpdf"
)

// ten is an office-like PDF of ten pages.
func ten(t *testing.T) string {
	t.Helper()
	var sheets []smallpdf.Sheet
	for n := range 10 {
		sheets = append(sheets, smallpdf.Sheet{Width: 595, Height: 842, Content: fmt.Sprintf("BT /F1 24 Tf 72 700 Td (page %d) Tj ET", n+1)})
	}
	file := filepath.Join(t.TempDir(), "report.pdf")
	if err := os.WriteFile(file, smallpdf.Pages(sheets...), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

var (
	pagesOf   = regexp.MustCompile(`/Type\s*/Page\b`)
	requestID = regexp.MustCompile(`request id is door-(\d+)`)
)

// Real CUPS is the client: its driverless queue at a personal address prints what lp asks
// for on the printer at the far end, sees how that is, and takes jobs back.
func TestCUPSIsTheClient(t *testing.T) {
	lab.Need(t, "lp", "lpstat", "cancel", "pdfinfo")
	d := open(t, lab.EveOptions{}, lab.SiteOptions{})
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddEverywhere("door", d.visit(t).address(d.printer))
	file := ten(t)

	cups.Run("lp", "-d", "door", "-n", "2", "-P", "2-3", "-o", "sides=two-sided-long-edge", "-o", "media=A4", "-o", "print-color-mode=monochrome", file)
	lab.Until(t, time.Minute, "the printer to have the document", func() bool { return len(d.eve.Documents()) == 1 })
	asked := d.eve.Environment(1)
	for _, want := range []string{"CONTENT_TYPE=application/pdf", "IPP_COPIES=2", "IPP_MEDIA=iso_a4_210x297mm", "IPP_SIDES=two-sided-long-edge", "IPP_PRINT_COLOR_MODE=monochrome"} {
		if !slices.Contains(asked, want) {
			t.Errorf("the printer was not asked for %s: %s", want, strings.Join(asked, "\n"))
		}
	}
	// The pages are CUPS' own work: the document has them alone.
	if n := pages(t, d.eve.Documents()[0]); n != 2 && !slices.Contains(asked, "IPP_PAGE_RANGES=2-3") {
		t.Errorf("%d pages came, want 2", n)
	}

	first := d.newest()
	d.Await(first, time.Minute, lab.Job.Ended)

	// Out of paper at the far end is out of paper in lpstat.
	d.paper(t, "0")
	d.eve.SetDelay("5")
	out := cups.Run("lp", "-d", "door", file)
	lab.Until(t, time.Minute, "lpstat to tell of the paper", func() bool {
		return strings.Contains(cups.Run("lpstat", "-l", "-p", "door"), "media-empty")
	})

	// Taken back by lp's side, it is cancelled at the far end, and everywhere on the way.
	d.paper(t, "250")
	m := requestID.FindStringSubmatch(out)
	if m == nil {
		t.Fatalf("lp says %q", out)
	}
	var job string
	lab.Until(t, time.Minute, "the far printer to have the job", func() bool {
		job = d.newest()
		j, err := d.Job(job)
		return err == nil && job != first && j.State() == "IN_PROGRESS"
	})
	cups.Run("cancel", "door-"+m[1])
	end := d.Await(job, time.Minute, lab.Job.Ended)
	if why := end.SemanticSt8.State.UserAction.ActionCode; end.State() != "ABORTED" || why != "CANCELLED" {
		t.Errorf("in the cloud it ended %s, %q", end.State(), why)
	}
	// ippeveprinter cancels once its print command has ended.
	if far := string(d.tool(t, t.TempDir(), "get-completed-jobs.test", d.eve.URI)); strings.Count(far, "(enum) = canceled") != 1 {
		t.Errorf("at the far printer: %s", far)
	}
	lab.Until(t, time.Minute, "CUPS' own job to be cancelled", func() bool {
		over := cups.Run("lpstat", "-l", "-W", "completed", "-o", "door")
		_, over, ok := strings.Cut(over, "door-"+m[1]+" ")
		over, _, _ = strings.Cut(over, "\ndoor-")
		return ok && strings.Contains(over, "job-canceled-by-user")
	})
}

// paper says how much paper the far printer has. Its other tray has some in any case: the
// printer waits for paper as long as one of them has none, also with a job that was
// cancelled.
func (d *door) paper(t *testing.T, level string) {
	t.Helper()
	resp, err := http.Get("http://" + d.eve.Addr + "/media?size1=iso_a4_210x297mm&type1=stationery&level1=" + level + "&size2=na_index-4x6_4x6in&type2=photographic-glossy&level2=25")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close() // nothing is read of it
}

func pages(t *testing.T, pdf []byte) int {
	t.Helper()
	return len(pagesOf.FindAll(bytes.ReplaceAll(pdf, []byte("/Type/Page"), []byte("/Type /Page")), -1))
}

// newest returns the newest job of the cloud.
func (d *door) newest() string {
	a, err := d.Call("jobs", map[string][]string{"printerid": {d.printer}, "limit": {"1"}})
	if err != nil || len(a.Jobs) == 0 {
		return ""
	}
	return a.Jobs[0].ID
}

// A document of 200 MB goes through without a service that grows.
func TestLargeDocument(t *testing.T) {
	lab.Need(t, "ipptool")
	d := open(t, lab.EveOptions{}, lab.SiteOptions{CloudConfig: "max_document_mib = 300\n"})
	dir := t.TempDir()
	doc := append(smallpdf.Page(595, 842, "BT /F1 24 Tf 72 700 Td (large) Tj ET"), bytes.Repeat([]byte("%0123456789abcde\n"), 200<<20/17)...)
	if err := os.WriteFile(filepath.Join(dir, "large.pdf"), doc, 0o644); err != nil {
		t.Fatal(err)
	}
	d.tool(t, dir, "print-job.test", "-f", "large.pdf", d.signedIn())
	if mib := peak(t, d.CloudPID()); mib > 150 {
		t.Errorf("the service grew to %d MiB", mib)
	}
	lab.Until(t, time.Minute, "the printer to have the document", func() bool {
		docs := d.eve.Documents()
		return len(docs) == 1 && bytes.Equal(docs[0], doc)
	})
}

var peakLine = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peak is the most memory that a process had, in MiB.
func peak(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	m := peakLine.FindSubmatch(text)
	if err != nil || m == nil {
		t.Fatalf("memory of %d: %v", pid, err)
	}
	kb, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kb >> 10
}

// A job that is held at the cloud keeps no queue of CUPS busy: CUPS lets go of it, and it
// prints when it is released.
func TestCUPSLetsGoOfHeldJobs(t *testing.T) {
	lab.Need(t, "lp", "lpstat")
	d := open(t, lab.EveOptions{}, lab.SiteOptions{})
	v := d.visit(t)
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddEverywhere("door", v.address(d.printer))
	v.send("/printers", "/printers/many", url.Values{"do": {"hold"}, "printer": {d.printer}})
	cups.Run("lp", "-d", "door", ten(t))
	lab.Until(t, time.Minute, "CUPS to let go of its job", func() bool {
		return strings.Contains(cups.Run("lpstat", "-W", "completed", "-o", "door"), "door-1 ")
	})
	job := d.newest()
	if j, err := d.Job(job); err != nil || j.State() != "HELD" {
		t.Fatalf("in the cloud it is %s (%v)", j.State(), err)
	}
	if _, err := d.Call("control", url.Values{"jobid": {job}, "semantic_state_diff": {`{"state":{"type":"QUEUED"}}`}}); err != nil {
		t.Fatal(err)
	}
	d.Await(job, time.Minute, func(j lab.Job) bool { return j.State() == "DONE" })
	d.printed(t, 1)
}

// A job that waits at the cloud is taken back by lp's side, too.
func TestCUPSCancelsWaitingJobs(t *testing.T) {
	lab.Need(t, "lp", "cancel")
	d := open(t, lab.EveOptions{}, lab.SiteOptions{})
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddEverywhere("door", d.visit(t).address(d.printer))
	d.StopConnector()
	cups.Run("lp", "-d", "door", ten(t))
	var job string
	lab.Until(t, time.Minute, "the job to wait at the cloud", func() bool {
		job = d.newest()
		j, err := d.Job(job)
		return job != "" && err == nil && j.State() == "QUEUED"
	})
	lab.Until(t, time.Minute, "lpstat to tell why", func() bool {
		return strings.Contains(cups.Run("lpstat", "-l", "-p", "door"), "offline-report")
	})
	cups.Run("cancel", "door-1")
	if end := d.Await(job, time.Minute, lab.Job.Ended); end.SemanticSt8.State.UserAction.ActionCode != "CANCELLED" {
		t.Errorf("it ended %s: %s", end.State(), end.Message)
	}
}
