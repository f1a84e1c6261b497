package cloud

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// intakes counts the documents that come in at this moment: jobs and drafts count
// themselves, but only once they are there, and one person may send much at once.
type intakes struct {
	mu sync.Mutex // guards of
	of map[UserID]int64
}

// take counts bytes, unless that were more than the limit; 0 is none.
func (i *intakes) take(who UserID, n, limit int64) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if limit > 0 && i.of[who]+n > limit {
		return false
	}
	if i.of == nil {
		i.of = map[UserID]int64{}
	}
	i.of[who] += n
	return true
}

func (i *intakes) back(who UserID, n int64) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if left := i.of[who] - n; left > 0 {
		i.of[who] = left
	} else {
		delete(i.of, who)
	}
}

// Intake is what one request brings of documents. It counts for their sender until
// Close: by then they are jobs or drafts, or are deleted. One goroutine uses it.
type Intake struct {
	s   *Service
	who UserID
	n   int64
}

// Intake begins to count what a request of the caller brings.
func (s *Service) Intake(c Caller) *Intake {
	i := &Intake{s: s}
	if c.User != nil {
		i.who = c.User.ID
	}
	return i
}

// Of returns r, of which each byte is counted as it is read. What all requests of one
// person bring at once is bounded as what the person's jobs may take is: reading beyond
// that is an error of KindQuota.
func (i *Intake) Of(r io.Reader) io.Reader { return taken{i, r} }

// Close ends the counting.
func (i *Intake) Close() {
	i.s.intakes.back(i.who, i.n)
	i.n = 0
}

// taken is a document that is counted while it is read.
type taken struct {
	in *Intake
	r  io.Reader
}

// Read implements io.Reader.
func (t taken) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if n <= 0 {
		return n, err
	}
	in, most := t.in, limit(t.in.s.cfg.Limits.StoredBytes)
	if !in.s.intakes.take(in.who, int64(n), most) {
		return 0, &Error{Kind: KindQuota, After: time.Minute, Message: fmt.Sprintf(
			"Your documents that are being sent take more than %d MiB, which is the limit (stored_mib_per_user). Send fewer at once, or try again in a minute.", most>>20)}
	}
	in.n += int64(n)
	return n, err
}
