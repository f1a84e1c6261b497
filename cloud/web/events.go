package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
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
	Job        gcp.JobID `json:"job"`
	State      string    `json:"state"` // in words
	Message    string    `json:"message,omitempty"`
	Pages      string    `json:"pages,omitempty"` // in words
	Ended      bool      `json:"ended"`
	Cancelable bool      `json:"cancelable"`
}

// stream is one page that listens.
type stream struct {
	s      *site
	v      *visit
	out    *http.ResponseController
	cookie string
	at     cloud.Seq // the last event that was looked at
}

// events tells a page what happens to its person's jobs, as server-sent events
// whose ids are positions in the log of events.
func (s *site) events(w http.ResponseWriter, r *http.Request) {
	secureHeaders(w.Header(), "")
	ctx, end := s.untilStop(r.Context())
	defer end(nil)
	v := &visit{w: w, r: r, ctx: ctx}
	if err := s.identify(v); err != nil || v.caller.User == nil {
		w.WriteHeader(http.StatusNoContent) // tells EventSource not to come back
		return
	}
	defer s.open.add(v.caller.User.ID, end)()
	st := &stream{s: s, v: v, out: http.NewResponseController(w), cookie: v.cookie}
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
		if len(events) > 0 {
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

// await waits for more. Now and then it says that it is still there, and looks
// whether the person is still signed in.
func (st *stream) await() error {
	ctx, cancel := context.WithTimeout(st.v.ctx, keepAlive)
	defer cancel()
	err := st.s.cfg.Service.AwaitEvents(ctx, st.at)
	if err == nil || st.v.ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if _, err := st.s.cfg.OAuth.Session(st.v.ctx, st.cookie); err != nil {
		return err
	}
	return st.write(": still here\n\n")
}

// tell writes the newest state of each of the person's jobs that events name.
func (st *stream) tell(events []cloud.Event) error {
	newest := map[gcp.JobID]cloud.Seq{}
	for _, e := range events {
		if st.own(e) {
			newest[e.Job] = e.Seq
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
	return nil
}

func (st *stream) own(e cloud.Event) bool { return e.Job != "" && e.User == st.v.caller.User.ID }

func (st *stream) tellJob(e cloud.Event) error {
	j, err := st.s.cfg.Service.Job(st.v.ctx, st.v.caller, e.Job)
	if errors.Is(err, cloud.ErrNotFound) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	row := st.s.jobRow(&j)
	told := liveJob{Job: row.ID, State: row.State, Message: row.Message, Ended: j.State.Type.Ended(), Cancelable: row.Cancelable}
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
	return st.out.Flush()
}
