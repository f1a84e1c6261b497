package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// connector pairs a connector, which shares one printer.
func (w *world) connector(proxy gcp.ProxyID, queue string) (cloud.Caller, gcp.PrinterID) {
	w.t.Helper()
	code, err := w.service.CreateRobot(w.t.Context(), w.caller(), cloud.RobotRequest{ClientID: "platen", Proxy: proxy})
	if err != nil {
		w.t.Fatal(err)
	}
	robot, name := cloud.Caller{Robot: &code.Robot, Via: cloud.ViaToken}, string(proxy)
	caps := []byte(`{"version":"1.0","printer":{"supported_content_type":[{"content_type":"application/pdf"}]}}`)
	p, err := w.service.Register(w.t.Context(), robot, cloud.PrinterFields{Name: &queue, Proxy: &name, Capabilities: caps})
	if err != nil {
		w.t.Fatal(err)
	}
	return robot, p.ID
}

// submit sends a document by the page of a printer.
func (w *world) submit(p gcp.PrinterID) gcp.JobID {
	w.t.Helper()
	page, resp := w.send(p, url.Values{"xsrf": {w.xsrf()}}, "a.pdf", pdf)
	if !strings.HasPrefix(resp.URL.Path, "/jobs/") {
		w.t.Fatalf("%s %v\n%s", resp.Status, resp.URL, page)
	}
	return jobOf(resp)
}

func (w *world) report(robot cloud.Caller, id gcp.JobID, state gcp.JobState, message string) {
	w.t.Helper()
	if _, err := w.service.Control(w.t.Context(), robot, cloud.JobReport{Job: id, State: &state, Message: &message}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) act(id gcp.JobID, action string) (string, answered) {
	w.t.Helper()
	return w.post("/jobs/"+string(id)+"/"+action, url.Values{"xsrf": {w.xsrf()}})
}

// wantJob checks what both the page of a job and the list of jobs say, and which
// of the buttons they offer.
func (w *world) wantJob(id gcp.JobID, words []string, actions ...string) {
	w.t.Helper()
	for _, path := range []string{"/jobs/" + string(id), "/jobs"} {
		page, _ := w.get(path)
		from := strings.Index(page, `data-job="`+string(id)+`"`)
		if from < 0 {
			w.t.Fatalf("%s: the job is not there\n%s", path, page)
		}
		part, _, _ := strings.Cut(page[from:], "</div></td>")
		for _, word := range words {
			if !strings.Contains(part, word) {
				w.t.Errorf("%s does not say %q\n%s", path, word, part)
			}
		}
		for _, name := range []string{"release", "cancel", "confirm", "again"} {
			offered := strings.Contains(part, `data-action="`+name+`">`)
			if want := strings.Contains(strings.Join(actions, " "), name); offered != want {
				w.t.Errorf("%s: %s is offered: %v, want %v\n%s", path, name, offered, want, part)
			}
		}
	}
}

// await waits until a job has ended.
func (w *world) await(id gcp.JobID) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	for {
		last, err := w.service.LastEvent(ctx)
		if err != nil {
			w.t.Fatal(err)
		}
		j, err := w.service.Job(ctx, w.caller(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		if j.State.Type.Ended() {
			return
		}
		if err := w.service.AwaitEvents(ctx, last); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestJobsSayHowLongTheyWait(t *testing.T) {
	w := start(t)
	w.signIn()
	p := w.addPrinter("q")
	page, _ := w.get("/printers/" + string(p) + "/print")
	for _, choice := range []string{`<option value="" selected>14 days (as usual)<`, `<option value="3600">1 hour<`, `<option value="86400">1 day<`} {
		if !strings.Contains(page, choice) {
			t.Errorf("no %s in\n%s", choice, page)
		}
	}
	_, resp := w.send(p, url.Values{"xsrf": {w.xsrf()}, "expire_after": {"3600"}}, "a.pdf", pdf)
	id := jobOf(resp)
	j, err := w.service.Job(t.Context(), w.caller(), id)
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(j.ExpireTime); left < 59*time.Minute || left > time.Hour {
		t.Errorf("it waits for %v", left)
	}
	w.wantJob(id, []string{"Waiting for the printer", `Waits until <time datetime="` + j.ExpireTime.UTC().Format("2006-01-02T15:04:05Z")}, "cancel")
	for _, wrong := range []string{"soon", "-1", "1", "99999999999"} {
		page, resp := w.send(p, url.Values{"xsrf": {w.xsrf()}, "expire_after": {wrong}}, "a.pdf", pdf)
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(page, `role="alert"`) {
			t.Errorf("%s seconds: %s\n%s", wrong, resp.Status, page)
		}
	} // From here on the service takes any document for an old one, and sweeps it.
	w.ahead.Store(int64(2 * time.Hour))
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = w.service.Run(ctx) }) // it ends with ctx's error
	defer running.Wait()
	defer cancel()
	w.await(id)
	w.wantJob(id, []string{">Expired<", ">waited longer than 1 hour and was not printed<"}, "again")
}

func TestHeldJobIsReleased(t *testing.T) {
	w := start(t)
	w.signIn()
	_, p := w.connector("px", "q")
	id := w.submit(p)
	w.report(w.caller(), id, gcp.StateOf(gcp.JobHeld), "")
	until := time.Now().Add(8 * time.Hour).UTC()
	w.wantJob(id, []string{">Held<", `Held until <time datetime="` + until.Format("2006-01-02T15:")}, "release", "cancel")
	if _, resp := w.act(id, "release"); jobOf(resp) != id {
		t.Errorf("releasing ended at %v %s", resp.URL, resp.Status)
	}
	w.wantJob(id, []string{"Waiting for the printer"}, "cancel")
	if _, resp := w.act(id, "release"); jobOf(resp) != id || resp.StatusCode != http.StatusOK {
		t.Errorf("releasing again ended at %v %s", resp.URL, resp.Status)
	}
}

func TestRestoredJobs(t *testing.T) {
	w := start(t)
	w.signIn()
	robot, p := w.connector("px", "q")
	waited, cancelled, busy, released := w.submit(p), w.submit(p), w.submit(p), w.submit(p)
	w.report(robot, busy, gcp.StateOf(gcp.JobInProgress), "")
	if err := w.db.BeginEpoch(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	words := "The service was restored from a backup. This job is held until its connector has said whether it printed it."
	w.wantJob(waited, []string{"Held: the service was restored", words}, "release", "cancel")
	w.wantJob(busy, []string{words, "look at the output before you release it"}, "release", "cancel")
	w.act(cancelled, "cancel")
	w.wantJob(cancelled, []string{"Cancelled"}, "again")
	w.act(released, "release")
	w.wantJob(released, []string{"Waiting for the printer"}, "cancel")
	w.act(busy, "cancel")
	w.wantJob(busy, []string{"It may have printed: check the output."}, "confirm", "again")
}

func TestUnconfirmedJob(t *testing.T) {
	w := start(t)
	w.signIn()
	robot, p := w.connector("px", "q")
	id, lost := w.submit(p), w.submit(p)
	for _, j := range []gcp.JobID{id, lost} {
		w.report(robot, j, gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), gcp.UnconfirmedMessage+" (the printer forgot it)")
		w.wantJob(j, []string{"It may have printed: check the output.", ">the printer forgot it<"}, "confirm", "again")
	}
	form := w.form("/jobs/" + string(id))
	_, first := w.post("/jobs/"+string(id)+"/again", form)
	_, second := w.post("/jobs/"+string(id)+"/again", form)
	again := jobOf(first)
	if again == id || jobOf(second) != again || w.countJobs() != 3 {
		t.Errorf("a double click ended at %v and %v, with %d jobs", first.URL, second.URL, w.countJobs())
	}
	w.wantJob(again, []string{"Waiting for the printer"}, "cancel")
	for from, to := range map[gcp.JobID]gcp.JobID{again: id, id: again} {
		words := map[gcp.JobID]string{again: "Prints again", id: "Printed again as"}[from]
		if page, _ := w.get("/jobs/" + string(from)); !strings.Contains(page, words) || !strings.Contains(page, `href="/jobs/`+string(to)+`"`) {
			t.Errorf("the page of %s does not lead to %s\n%s", from, to, page)
		}
	}
	w.act(id, "confirm")
	w.wantJob(id, []string{">Printed<"}, "again")

	if err := w.db.ForgetDocuments(t.Context(), []gcp.JobID{lost}); err != nil {
		t.Fatal(err)
	}
	w.wantJob(lost, []string{"Its document is not kept any more"}, "confirm")
	if page, resp := w.act(lost, "again"); resp.StatusCode != http.StatusNotFound || !strings.Contains(page, "no longer kept") {
		t.Errorf("printing again without a document: %s\n%s", resp.Status, page)
	}
}

// What the connector says of an end is shown as it is.
func TestEndedJobShowsItsCause(t *testing.T) {
	w := start(t)
	w.signIn()
	robot, p := w.connector("px", "q")
	id, said := w.submit(p), "this document stopped the connector twice <b>"
	w.report(robot, id, gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure), said)
	w.wantJob(id, []string{">Failed<", ">this document stopped the connector twice &lt;b&gt;<"}, "again")
}

// A job that expired while the printer was busy with it is not called unprinted.
func TestJobExpiredInPart(t *testing.T) {
	w := start(t)
	w.signIn()
	robot, p := w.connector("px", "q")
	id := w.submit(p)
	w.report(robot, id, gcp.ByService(gcp.JobAborted, gcp.ServiceExpiration), "waited longer than it may; a part of it may have come out")
	w.wantJob(id, []string{">Expired<", ">waited longer than it may; a part of it may have come out<"}, "again")
}

// A job that went on while the page was open is shown as it is.
func TestActionsComeTooLate(t *testing.T) {
	w := start(t)
	w.signIn()
	robot, p := w.connector("px", "q")
	id := w.submit(p)
	w.report(robot, id, gcp.StateOf(gcp.JobInProgress), "")
	for _, action := range []string{"release", "confirm"} {
		if _, resp := w.act(id, action); jobOf(resp) != id && resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %v %s", action, resp.URL, resp.Status)
		}
	}
	if page, resp := w.act(id, "again"); resp.StatusCode != http.StatusBadRequest || !strings.Contains(page, "has ended") {
		t.Errorf("printing again what is printing: %s\n%s", resp.Status, page)
	}
	if n := w.countJobs(); n != 1 {
		t.Errorf("%d jobs", n)
	}
}
