package cloud

import (
	"context"
	"errors"
	"time"

	"platen/gcp"
)

// Releasers are those who may release a held job besides its sender.
type Releasers struct {
	PIN      string // 4 to 8 digits, for whoever knows it; "" for none
	Delegate string // address of one person; "" for nobody
}

// ReleaseBy is what is kept of a job's releasers.
type ReleaseBy struct {
	PINHash  string // argon2id; "" for no PIN
	Tries    int    // of the PIN, that were wrong or are not known to be right
	Delegate string // address, in lower case
}

// HeldFilter selects held jobs: a person's own, or those that a person may release for
// others.
type HeldFilter struct {
	Owner    UserID
	Delegate string        // address, in lower case; "" for the owner's
	Printer  gcp.PrinterID // "" for any
}

// Releases keeps what waits for somebody who stands at the printer.
type Releases interface {
	// HeldJobs returns up to limit jobs that persons hold, oldest first, without their
	// traces; not those that are held because the service was restored.
	HeldJobs(ctx context.Context, f HeldFilter, limit int) ([]Job, error)
	Sticker(ctx context.Context, id gcp.PrinterID) (StickerKey, error)
	PrinterBySticker(ctx context.Context, key StickerKey) (gcp.PrinterID, error)
	// SetSticker gives a printer a sticker in place of the one that it had.
	SetSticker(ctx context.Context, id gcp.PrinterID, key StickerKey, events ...Event) error
}

// Held is what somebody can release.
type Held struct {
	Here      []Job // own ones, at the printer in question or at any
	Elsewhere []Job // own ones at other printers, which can print here instead
	Others    []HeldForOther
}

// HeldForOther is a held job that its sender lets the caller release. What it is called
// is the sender's business.
type HeldForOther struct {
	ID          gcp.JobID
	Sender      string // address
	PrinterName string
	Sent        time.Time
}

// shownHeld is how many held jobs of each kind are shown, and released at once.
const shownHeld = 50

// Held returns what the caller can release, of all printers.
func (s *Service) Held(ctx context.Context, c Caller) (Held, error) {
	if c.User == nil {
		return Held{}, errSignIn
	}
	own, err := s.cfg.Store.HeldJobs(ctx, HeldFilter{Owner: c.User.ID}, shownHeld)
	if err != nil {
		return Held{}, err
	}
	others, err := s.heldForOthers(ctx, c, "")
	return Held{Here: own, Others: others}, err
}

// heldForOthers returns what the caller may release as a delegate.
func (s *Service) heldForOthers(ctx context.Context, c Caller, at gcp.PrinterID) ([]HeldForOther, error) {
	jobs, err := s.cfg.Store.HeldJobs(ctx, HeldFilter{Delegate: c.User.Email, Printer: at}, shownHeld)
	list := make([]HeldForOther, len(jobs))
	for i, j := range jobs {
		list[i] = HeldForOther{j.ID, j.OwnerEmail, j.PrinterName, j.CreateTime}
	}
	return list, err
}

// ReleaseHeld releases held jobs that the caller sent, or is the delegate of, and tells
// how many. With a printer those that wait elsewhere go there first. Of jobs that have
// gone on meanwhile, or are not the caller's to release, nothing happens.
func (s *Service) ReleaseHeld(ctx context.Context, c Caller, ids []gcp.JobID, at gcp.PrinterID) (int, error) {
	if c.User == nil {
		return 0, errSignIn
	}
	released := 0
	for _, id := range ids[:min(len(ids), shownHeld)] {
		err := s.releaseOne(ctx, c, id, at)
		switch {
		case err == nil:
			released++
		case !errors.Is(err, errUnknownJob) && !errors.Is(err, errNotHeld):
			return released, err
		}
	}
	return released, nil
}

func (s *Service) releaseOne(ctx context.Context, c Caller, id gcp.JobID, at gcp.PrinterID) error {
	j, _, err := s.cfg.Store.Job(ctx, id)
	switch {
	case err != nil:
		return unknownJob(err)
	case j.Owner != c.User.ID && !j.delegated(c):
		return errUnknownJob
	case !j.Held():
		return errNotHeld
	case at != "" && j.Printer != at && j.Owner != c.User.ID:
		return errUnknownJob // where it is printed is its sender's decision
	case at != "" && j.Printer != at:
		moved, err := s.Move(ctx, c, id, at)
		if err != nil {
			return err
		}
		id = moved.ID
	}
	return s.released(ctx, c, id, func(j *Job) (string, error) {
		switch {
		case j.Owner == c.User.ID:
			return "released a held job", nil
		case j.delegated(c):
			return "released a held job for its sender", nil
		}
		return "", errUnknownJob
	})
}

// Held reports whether a person holds the job: not one that is held because the service
// was restored, of which its sender must say whether it was printed.
func (j *Job) Held() bool { return j.State.Type == gcp.JobHeld && j.Restored == "" }

// delegated reports whether the sender lets the caller release the job.
func (j *Job) delegated(c Caller) bool {
	return c.User != nil && j.ReleaseBy.Delegate != "" && j.ReleaseBy.Delegate == c.User.Email
}

// released lets a held job print if may says why; the audit log keeps that.
func (s *Service) released(ctx context.Context, c Caller, id gcp.JobID, may func(*Job) (string, error)) error {
	_, err := s.updateJob(ctx, id, func(j *Job, of PrinterRights) ([]Event, error) {
		note, err := may(j)
		if err != nil {
			return nil, err
		}
		if !j.Held() {
			return nil, errNotHeld
		}
		before := *j
		j.setState(gcp.StateOf(gcp.JobQueued), s.cfg.Now())
		events := jobEvents(before, *j, of)
		events[0].By, events[0].Note = c.User.ID, note
		return events, nil
	})
	return unknownJob(err)
}

// SetReleasers says who may release a held job besides its sender, who alone may say so.
// Without a PIN the one before holds, unless there is to be none.
func (s *Service) SetReleasers(ctx context.Context, c Caller, id gcp.JobID, r Releasers, pin PINChange) error {
	if c.User == nil {
		return errSignIn
	}
	by, err := s.releaseBy(ctx, c, r)
	if err != nil {
		return err
	}
	_, err = s.updateJob(ctx, id, func(j *Job, of PrinterRights) ([]Event, error) {
		switch {
		case j.Owner != c.User.ID:
			return nil, errUnknownJob
		case !j.Held():
			return nil, errNotHeld
		}
		if by.PINHash == "" && pin == PINKept {
			by.PINHash, by.Tries = j.ReleaseBy.PINHash, j.ReleaseBy.Tries
		}
		if j.ReleaseBy == by {
			return nil, ErrUnchanged
		}
		before := *j
		j.ReleaseBy, j.UpdateTime = by, s.cfg.Now()
		return jobEvents(before, *j, of), nil
	})
	return unknownJob(err)
}

// releaseBy checks what a sender says of who may release a job.
func (s *Service) releaseBy(ctx context.Context, c Caller, r Releasers) (ReleaseBy, error) {
	var by ReleaseBy
	var err error
	if r.Delegate != "" {
		if by.Delegate, err = cleanEmail(r.Delegate); err != nil {
			return by, err
		}
	}
	if by.Delegate == c.User.Email {
		by.Delegate = "" // the sender may anyway
	}
	if r.PIN != "" {
		by.PINHash, err = s.hashPIN(ctx, r.PIN)
	}
	return by, err
}
