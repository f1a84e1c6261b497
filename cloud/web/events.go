package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// How the stream of events is kept. Proxies end connections on which nothing
// moves for a minute.
const (
	keepAlive   = 20 * time.Second
	writeTime   = 30 * time.Second
	eventsAtOne = 200
)

// liveJob is what a page is told of a job.
type liveJob struct {
	Job     gcp.JobID `json:"job"`
	Title   string    `json:"title"`
	State   string    `json:"state"` // in words
	Tone    string    `json:"tone"`
	Message string    `json:"message,omitempty"`
	Note    sentence  `json:"note,omitzero"`
	Pages   string    `json:"pages,omitempty"` // in words
	Actions []string  `json:"actions"`         // the names of those that are offered
}

// stream is one page that listens.
type stream struct {
	s      *site
	v      *visit
	out    *http.ResponseController
	cookie string
	at     cloud.Seq          // the last event that was looked at
	shown  map[gcp.JobID]bool // jobs on the page, also those of others
	watch  watch              // the printers that the page shows
	said   time.Time          // when something was written last
}

// events tells a page what happens to its person's jobs and to the printers that it
// shows, as server-sent events whose ids are positions in the log of events.
func (s *site) events(w http.ResponseWriter, r *http.Request) {
	secureHeaders(w.Header(), "")
	ctx, end := s.untilStop(r.Context())
	defer end(nil)
	v := &visit{w: w, r: r, ctx: ctx}
	if err := s.identify(v); err != nil {
		w.WriteHeader(http.StatusServiceUnavailable) // the page asks again
		return
	}
	if v.caller.User == nil {
		w.WriteHeader(http.StatusNoContent) // tells EventSource not to come back
		return
	}
	defer s.open.add(v.caller.User.ID, end)()
	st := &stream{s: s, v: v, out: http.NewResponseController(w), cookie: v.cookie, shown: shownJobs(r), watch: watchOf(r.URL.Query().Get("printers"))}
	err := st.out.SetReadDeadline(time.Time{}) // the server's would end the stream
	if err == nil || errors.Is(err, http.ErrNotSupported) {
		err = st.run()
	}
	switch {
	case errors.Is(context.Cause(ctx), errTooMany):
		_ = st.write(comeBackLater) // it ends either way
	case ctx.Err() == nil:
		s.cfg.Logger.WarnContext(ctx, "event stream", "err", err)
	}
}

// comeBackLater has a page that lost its place wait a minute, in milliseconds,
// before it takes that of another.
const comeBackLater = "retry: 60000\n\n"

// untilStop returns a context that ends with ctx, or when the service stops.
func (s *site) untilStop(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, end := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-s.cfg.Stopping:
			end(nil)
		case <-ctx.Done():
		}
	}()
	return ctx, end
}

// run tells until something breaks: it never returns nil.
func (st *stream) run() error {
	last, err := st.s.cfg.Service.LastEvent(st.v.ctx)
	if err != nil {
		return err
	}
	st.at = min(st.start(last), last)
	h := st.v.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	if err := st.write(": hello\n\n"); err != nil {
		return err
	}
	for {
		events, err := st.s.cfg.Service.Events(st.v.ctx, st.at, eventsAtOne)
		if err != nil {
			return err
		}
		if err := st.tell(events); err != nil {
			return err
		}
		if len(events) > 0 && time.Since(st.said) < keepAlive {
			continue
		}
		if err := st.await(); err != nil {
			return err
		}
	}
}

// start is where the page left off: what it says on coming back, or what it was
// rendered with.
func (st *stream) start(last cloud.Seq) cloud.Seq {
	for _, text := range []string{st.v.r.Header.Get("Last-Event-ID"), st.v.r.URL.Query().Get("after")} {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
			return cloud.Seq(n)
		}
	}
	return last
}

// await waits for more. Now and then it says that it is still there, also while
// things happen that are nobody's business here.
func (st *stream) await() error {
	ctx, cancel := context.WithDeadline(st.v.ctx, st.said.Add(keepAlive))
	defer cancel()
	err := st.s.cfg.Service.AwaitEvents(ctx, st.at)
	if st.v.ctx.Err() != nil || err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if time.Since(st.said) < keepAlive {
		return nil
	}
	if err := st.knowCaller(); err != nil {
		return err
	}
	if err := st.tellPrinters(); err != nil { // that a connector fell silent is no event
		return err
	}
	return st.write(": still here\n\n")
}

// knowCaller looks whether the person is still signed in, and who that is now: what
// was true when the page opened may not be any more.
func (st *stream) knowCaller() error {
	c, err := st.s.cfg.OAuth.Session(st.v.ctx, st.cookie)
	if err == nil {
		st.v.caller = c
	}
	return err
}

// tell writes the newest state of each of the person's jobs that events name, and
// of the printers that the page shows.
func (st *stream) tell(events []cloud.Event) error {
	newest := map[gcp.JobID]cloud.Seq{}
	for _, e := range events {
		if st.own(e) {
			newest[e.Job] = e.Seq
		}
	}
	touched := st.watch.touched(events)
	if len(newest) > 0 || touched {
		if err := st.knowCaller(); err != nil {
			return err
		}
	}
	for _, e := range events {
		st.at = e.Seq
		if !st.own(e) || newest[e.Job] != e.Seq {
			continue
		}
		if err := st.tellJob(e); err != nil {
			return err
		}
	}
	if touched {
		return st.tellPrinters()
	}
	return nil
}

// own reports whether an event is about one of the person's jobs, or of those on the
// page. Whether the person may see those, the service says.
func (st *stream) own(e cloud.Event) bool {
	return e.Job != "" && (e.User == st.v.caller.User.ID || st.shown[e.Job])
}

// maxShown bounds how many jobs of others a page may name.
const maxShown = 200

// shownJobs are the jobs that a page says it shows.
func shownJobs(r *http.Request) map[gcp.JobID]bool {
	shown := map[gcp.JobID]bool{}
	for id := range strings.SplitSeq(r.URL.Query().Get("jobs"), ",") {
		if id != "" && len(shown) < maxShown {
			shown[gcp.JobID(id)] = true
		}
	}
	return shown
}

func (st *stream) tellJob(e cloud.Event) error {
	j, err := st.s.cfg.Service.Job(st.v.ctx, st.v.caller, e.Job)
	if errors.Is(err, cloud.ErrNotFound) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	row := st.s.jobRow(&j)
	told := liveJob{
		Job: row.ID, Title: row.Title, State: row.State, Tone: row.Tone, Message: row.Message, Note: row.Note, Actions: row.offered(),
	}
	switch {
	case row.Pages == 1:
		told.Pages = st.s.pages.words["job.page"]
	case row.Pages > 1:
		told.Pages, _ = st.s.pages.text("job.pages", row.Pages) // a test knows that it is there
	}
	data, err := json.Marshal(told)
	if err != nil {
		return err
	}
	return st.write(fmt.Sprintf("id: %d\nevent: job\ndata: %s\n\n", e.Seq, data))
}

func (st *stream) write(text string) error {
	err := st.out.SetWriteDeadline(time.Now().Add(writeTime))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := st.v.w.Write([]byte(text)); err != nil {
		return err
	}
	st.said = time.Now()
	return st.out.Flush()
}
