package cloud

import (
	"context"
	"sync"
	"time"

	"platen/gcp"
)

// maxWaits is how many calls of one person, or of one connector, may wait at once for
// something to change.
const maxWaits = 16

// waits counts the calls that wait.
type waits struct {
	mu   sync.Mutex // guards open
	open map[string]int
}

var errWaits = &Error{
	Kind: KindQuota, After: time.Second,
	Message: "Too many of your calls wait for jobs already. Follow fewer jobs at once, or ask without wait.",
}

// begin takes a place for a call; the func gives it back.
func (w *waits) begin(c Caller) (end func(), err error) {
	var who string
	switch {
	case c.User != nil:
		who = "user " + string(c.User.ID)
	case c.Robot != nil:
		who = "robot " + string(c.Robot.ID)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open[who] >= maxWaits {
		return nil, errWaits
	}
	if w.open == nil {
		w.open = map[string]int{}
	}
	w.open[who]++
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.open[who]--; w.open[who] == 0 {
			delete(w.open, who)
		}
	}, nil
}

// JobWait says what a caller waits for, and how long.
type JobWait struct {
	Job   gcp.JobID
	Since gcp.Millis // of the job's last update as the caller knows it; 0 for as it is now
	For   time.Duration
	Stop  <-chan struct{} // ends all waiting when it is closed; may be nil
}

// AwaitJob returns a job once it was updated since the caller looked, or has ended. It
// returns the job as it is when the wait is over.
func (s *Service) AwaitJob(ctx context.Context, c Caller, q JobWait) (JobView, error) {
	end, err := s.waits.begin(c)
	if err != nil {
		return JobView{}, err
	}
	defer end()
	waiting, over := context.WithTimeout(ctx, q.For) // what is read meanwhile is not cut off by it
	defer over()
	go func() {
		select {
		case <-q.Stop:
			over()
		case <-waiting.Done():
		}
	}()
	last, err := s.LastEvent(ctx)
	if err != nil {
		return JobView{}, err
	}
	j, err := s.Job(ctx, c, q.Job)
	if q.Since == 0 {
		q.Since = gcp.MillisOf(j.UpdateTime)
	}
	for err == nil && !j.State.Type.Ended() && gcp.MillisOf(j.UpdateTime) == q.Since {
		if last, err = s.nextOf(waiting, q.Job, last); waiting.Err() != nil {
			return s.Job(ctx, c, q.Job)
		}
		if err == nil {
			j, err = s.Job(ctx, c, q.Job)
		}
	}
	return j, err
}

// nextOf returns the position of the next event of a job after one.
func (s *Service) nextOf(ctx context.Context, id gcp.JobID, after Seq) (Seq, error) {
	for {
		if err := s.AwaitEvents(ctx, after); err != nil {
			return after, err
		}
		events, err := s.Events(ctx, after, eventPage)
		if err != nil {
			return after, err
		}
		found := false
		for _, e := range events {
			after = e.Seq
			found = found || e.Job == id
		}
		if found {
			return after, nil
		}
	}
}
