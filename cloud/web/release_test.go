package web

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
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
	"platen/gcp"
)

// hold sends a document that is held, with the form of the print page.
func (w *world) hold(p gcp.PrinterID, name string, more url.Values) gcp.JobID {
	w.t.Helper()
	fields := url.Values{"xsrf": {w.xsrf()}, "copies": {"1"}, "hold": {"1"}}
	maps.Copy(fields, more)
	page, resp := w.send(p, fields, name, pdf)
	if !strings.HasPrefix(resp.URL.Path, "/jobs/") {
		w.t.Fatalf("%s %v\n%s", resp.Status, resp.URL, page)
	}
	return jobOf(resp)
}

func (w *world) wantState(id gcp.JobID, want gcp.JobStateType) {
	w.t.Helper()
	j, _, err := w.db.Job(w.t.Context(), id)
	if err != nil || j.State.Type != want {
		w.t.Errorf("the job is %s, %v, want %s", j.State.Type, err, want)
	}
}

var (
	stickerLink = regexp.MustCompile(`http://cloud\.invalid(/at/[0-9a-f]{32})`)
	codePath    = regexp.MustCompile(`viewBox="0 0 (\d+) \d+"[^>]*>.*<path d="([^"]+)"`)
)

// sticker makes a printer's sticker, and returns where it leads and its page.
func (w *world) sticker(p gcp.PrinterID) (to, page string) {
	w.t.Helper()
	page, resp := w.post("/printers/"+string(p)+"/sticker", url.Values{"xsrf": {w.xsrf()}})
	m := stickerLink.FindStringSubmatch(page)
	if m == nil {
		w.t.Fatalf("%s: no address in %s", resp.Status, page)
	}
	return m[1], page
}

// What stands on a sticker can be read by another program, and leads to its printer.
func TestStickerIsReadable(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("zbarimg is not installed")
	}
	w := start(t)
	w.signIn()
	p := w.addPrinter("Hall")
	if page, _ := w.get("/printers/" + string(p) + "/sticker"); !strings.Contains(page, "no sticker yet") || strings.Contains(page, "<svg") {
		t.Errorf("before there is one:\n%s", page)
	}
	to, page := w.sticker(p)
	m := codePath.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no code in %s", page)
	}
	file := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(file, drawn(t, m[1], m[2]), 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), zbar, "--quiet", "--raw", file).Output()
	if want := "http://cloud.invalid" + to; err != nil || strings.TrimSpace(string(text)) != want {
		t.Errorf("it says %q, %v, want %q", text, err, want)
	}
	if page, resp := w.get(to); resp.StatusCode != http.StatusOK || !strings.Contains(page, "Release at Hall") {
		t.Errorf("%s\n%s", resp.Status, page)
	}
	if again, _ := w.sticker(p); again == to {
		t.Error("the new sticker is the old one")
	}
	if _, resp := w.get(to); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the old sticker: %s", resp.Status)
	}
}

// drawn paints the path of a code, six pixels a module.
func drawn(t *testing.T, side, path string) []byte {
	t.Helper()
	var n int
	if _, err := fmt.Sscan(side, &n); err != nil {
		t.Fatal(err)
	}
	const size = 6
	img := image.NewGray(image.Rect(0, 0, n*size, n*size))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for part := range strings.SplitSeq(strings.Trim(path, "M"), "M") {
		var x, y, width, back int
		if _, err := fmt.Sscanf(part, "%d %dh%dv1h-%dz", &x, &y, &width, &back); err != nil || width != back {
			t.Fatalf("%q: %v", part, err)
		}
		for px := x * size; px < (x+width)*size; px++ {
			for py := y * size; py < (y+1)*size; py++ {
				img.SetGray(px, py, color.Gray{})
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// A person at a printer prints own documents there with one tap: one, all, and those
// that wait elsewhere.
func TestReleasePage(t *testing.T) {
	w := start(t)
	w.signIn()
	p, second := w.addPrinter("Hall"), w.addPrinter("Cellar")
	to, _ := w.sticker(p)
	one, two, other := w.hold(p, "one.pdf", nil), w.hold(p, "two.pdf", nil), w.hold(second, "three.pdf", nil)
	page, _ := w.get(to)
	for _, want := range []string{"one.pdf", "two.pdf", "three.pdf", "Print all 2", "Print three.pdf here", "Held for other printers"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q on\n%s", want, page)
		}
	}
	page, resp := w.post(to, url.Values{"xsrf": {w.xsrf()}, "job": {string(one), string(two)}})
	if resp.URL.Path != to || !strings.Contains(page, "2 documents are on their way") || strings.Contains(page, "one.pdf") {
		t.Errorf("%v\n%s", resp.URL, page)
	}
	w.wantState(one, gcp.JobQueued)
	w.wantState(two, gcp.JobQueued)
	page, _ = w.post(to, url.Values{"xsrf": {w.xsrf()}, "job": {string(one)}})
	if !strings.Contains(page, "Nothing was released") {
		t.Errorf("released twice:\n%s", page)
	}
	page, _ = w.post(to, url.Values{"xsrf": {w.xsrf()}, "job": {string(other)}})
	if !strings.Contains(page, "One document is on its way") {
		t.Errorf("print here:\n%s", page)
	}
	w.wantState(other, gcp.JobAborted)
	queued, err := w.db.QueuedJobs(t.Context(), p, 9)
	if err != nil || len(queued) != 3 || queued[2].Title != "three.pdf" {
		t.Errorf("the printer has %v, %v", queued, err)
	}
	last := w.hold(second, "last.pdf", nil)
	if page, _ := w.get("/release"); !strings.Contains(page, "last.pdf") || !strings.Contains(page, "Cellar") {
		t.Errorf("the page of all printers:\n%s", page)
	}
	w.post("/release", url.Values{"xsrf": {w.xsrf()}, "job": {string(last)}})
	w.wantState(last, gcp.JobQueued)
}

// A PIN that was set in the dialog releases the document to somebody else; the sender can
// change and remove it, and no page shows it.
func TestReleaseByPINOnThePage(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("Hall")
	to, _ := w.sticker(p)
	id := w.hold(p, "secret.pdf", url.Values{"hold": {}, "release_pin": {"246802"}})
	w.wantState(id, gcp.JobHeld)
	job := "/jobs/" + string(id)
	if page, _ := w.get(job); !strings.Contains(page, "A PIN is set.") || strings.Contains(page, "246802") {
		t.Errorf("the job's page:\n%s", page)
	}
	eve := w.another("eve@example.net")
	page, resp := eve.post(to+"/pin", url.Values{"xsrf": {eve.xsrf()}, "who": {email}, "pin": {"000000"}})
	if !strings.Contains(page, "No held document has this sender and PIN.") || strings.Contains(page, "secret.pdf") || strings.Contains(resp.URL.String(), "0000") {
		t.Errorf("a wrong PIN: %s\n%s", resp.Status, page)
	}
	if action := `action="` + to + `/pin"`; !strings.Contains(page, action) {
		t.Errorf("the form does not lead back to %s", action)
	}
	w.post(job+"/releasers", url.Values{"xsrf": {w.xsrf()}, "release_pin": {"1357"}})
	if page, _ = eve.post(to+"/pin", url.Values{"xsrf": {eve.xsrf()}, "who": {email}, "pin": {"246802"}}); strings.Contains(page, "on its way") {
		t.Error("the old PIN")
	}
	if page, _ = eve.post(to+"/pin", url.Values{"xsrf": {eve.xsrf()}, "who": {email}, "pin": {"1357"}}); !strings.Contains(page, "One document is on its way") {
		t.Errorf("the right PIN:\n%s", page)
	}
	w.wantState(id, gcp.JobQueued)
	id = w.hold(p, "b.pdf", url.Values{"release_pin": {"2222"}})
	if page, _ = w.post("/jobs/"+string(id)+"/releasers", url.Values{"xsrf": {w.xsrf()}, "nopin": {"1"}}); strings.Contains(page, "A PIN is set.") {
		t.Errorf("after it was removed:\n%s", page)
	}
	if _, err := w.service.ReleaseByPIN(t.Context(), w.caller(), cloud.PINRelease{Sender: email, PIN: "2222"}); cloud.KindOf(err) != cloud.KindForbidden {
		t.Errorf("a PIN that was removed: %v", err)
	}
}

// A delegate sees whose document waits, not which, and releases it.
func TestDelegateOnThePage(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("Hall")
	to, _ := w.sticker(p)
	bob := w.another("bob@example.com")
	id := w.hold(p, "secret.pdf", url.Values{"release_who": {"bob@example.com"}})
	for _, path := range []string{to, "/release"} {
		page, _ := bob.get(path)
		if !strings.Contains(page, "A document of "+email) || strings.Contains(page, "secret.pdf") {
			t.Errorf("%s:\n%s", path, page)
		}
	}
	w.post("/jobs/"+string(id)+"/releasers", url.Values{"xsrf": {w.xsrf()}})
	if page, _ := bob.post(to, url.Values{"xsrf": {bob.xsrf()}, "job": {string(id)}}); !strings.Contains(page, "Nothing was released") {
		t.Errorf("after it was taken back:\n%s", page)
	}
	page, _ := w.post("/jobs/"+string(id)+"/releasers", url.Values{"xsrf": {w.xsrf()}, "release_who": {"bob@example.com"}})
	if !strings.Contains(page, `value="bob@example.com"`) {
		t.Errorf("the sender does not see the delegate:\n%s", page)
	}
	bob.post(to, url.Values{"xsrf": {bob.xsrf()}, "job": {string(id)}})
	w.wantState(id, gcp.JobQueued)
}

// Whoever types wrong PINs keeps nobody from the document for good: the sender is told,
// on pages that are open, too, releases it otherwise, or sets a new PIN.
func TestSpoiledPIN(t *testing.T) {
	w := start(t)
	w.signIn()
	_, p := w.connector("px", "q")
	spoil := func() gcp.JobID {
		t.Helper()
		id := w.hold(p, "a.pdf", url.Values{"release_pin": {"246802"}})
		before, err := w.service.LastEvent(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			_, err := w.service.ReleaseByPIN(t.Context(), w.caller(), cloud.PINRelease{Sender: email, PIN: "0000"})
			if cloud.KindOf(err) != cloud.KindForbidden {
				t.Fatal(err)
			}
		}
		w.ahead.Add(int64(15 * time.Minute)) // so that the person may type more
		events, err := w.service.Events(t.Context(), before, 9)
		if err != nil || len(events) != 1 || events[0].Job != id {
			t.Errorf("pages hear %+v, %v", events, err)
		}
		for _, at := range []string{"/jobs", "/jobs/" + string(id)} {
			if page, _ := w.get(at); !strings.Contains(page, "Its PIN was typed wrong too often") {
				t.Errorf("%s does not tell:\n%s", at, page)
			}
		}
		return id
	}
	job := "/jobs/" + string(spoil())
	page, _ := w.post(job+"/releasers", url.Values{"xsrf": {w.xsrf()}, "release_pin": {"1357"}})
	if strings.Contains(page, "too often") || !strings.Contains(page, "A PIN is set.") {
		t.Errorf("after a new PIN:\n%s", page)
	}
	if n, err := w.service.ReleaseByPIN(t.Context(), w.caller(), cloud.PINRelease{Sender: email, PIN: "1357"}); n != 1 {
		t.Errorf("the new PIN: %d, %v", n, err)
	}
	id := spoil()
	if page, a := w.act(id, "release"); a.StatusCode != http.StatusOK {
		t.Errorf("releasing: %s %s", a.Status, page)
	}
	if j, err := w.service.Job(t.Context(), w.caller(), id); err != nil || j.State.Type != gcp.JobQueued {
		t.Errorf("released by its sender: %+v, %v", j.State, err)
	}
}
