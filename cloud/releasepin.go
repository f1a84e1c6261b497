package cloud

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/alexedwards/argon2id"

	"platen/gcp"
)

// Bounds of PINs.
const (
	minPIN      = 4
	maxPIN      = 8
	maxPINs     = 10 // jobs of one sender that a PIN is tried at, at once
	maxPINTries = 10 // wrong tries, then the PIN of a job counts no more
)

// PINChange says what becomes of a job's PIN when no new one is given.
type PINChange string

// The ways to treat a PIN.
const (
	PINKept    PINChange = "kept"
	PINRemoved PINChange = "removed"
)

var (
	errPIN      = &Error{Kind: KindInvalid, Message: "A PIN has 4 to 8 digits."}
	errWrongPIN = &Error{Kind: KindForbidden, Message: "No held document has this sender and PIN."}
	errPINTries = &Error{Kind: KindQuota, Message: "You typed too many wrong PINs. Try again in a quarter of an hour, or ask the sender.", After: guessWindow}
)

// PINRelease is somebody's try to release what another person sent.
type PINRelease struct {
	Sender  string // address
	PIN     string
	Printer gcp.PrinterID // "" for any
}

// hashPIN checks and hashes a PIN. It keeps a PIN from whoever looks at the database,
// not from whoever computes: there are few PINs.
func (s *Service) hashPIN(ctx context.Context, pin string) (string, error) {
	if len(pin) < minPIN || len(pin) > maxPIN || strings.Trim(pin, "0123456789") != "" {
		return "", errPIN
	}
	free, err := s.pins.slot(ctx)
	if err != nil {
		return "", err
	}
	defer free()
	hash, err := argon2id.CreateHash(pin, argonParams())
	if err != nil {
		return "", fmt.Errorf("hash a PIN: %w", err)
	}
	return hash, nil
}

// ReleaseByPIN releases the held jobs of a sender that have this PIN, and tells how many.
// Whether there is such a sender, or such a job, nobody learns by a wrong one.
func (s *Service) ReleaseByPIN(ctx context.Context, c Caller, r PINRelease) (int, error) {
	switch {
	case c.User == nil:
		return 0, errSignIn
	case c.User.Visitor(): // who would guess as somebody else again and again
		return 0, errVisitor
	}
	who := guessKey{who: string(c.User.ID)}
	if !s.pins.guesses.take(who, s.cfg.Now()) {
		return 0, errPINTries
	}
	n, err := s.releaseByPIN(ctx, c, r)
	if !errors.Is(err, errWrongPIN) {
		s.pins.guesses.back(who)
	}
	return n, err
}

func (s *Service) releaseByPIN(ctx context.Context, c Caller, r PINRelease) (int, error) {
	tried, err := s.pinned(ctx, r)
	if err != nil {
		return 0, err
	}
	if len(tried) == 0 {
		if _, err := s.pins.verify(ctx, "", r.PIN); err != nil { // so that it takes as long
			return 0, err
		}
		return 0, errWrongPIN
	}
	var wrong []Job
	released := 0
	for _, j := range tried {
		ok, err := s.pins.verify(ctx, j.ReleaseBy.PINHash, r.PIN)
		if err != nil {
			return released, err
		}
		if !ok {
			wrong = append(wrong, j)
			continue
		}
		err = s.released(ctx, c, j.ID, func(now *Job) (string, error) {
			if now.ReleaseBy.PINHash != j.ReleaseBy.PINHash {
				return "", errNotHeld
			}
			return "released a held job by its PIN", nil
		})
		switch {
		case err == nil:
			released++
		case !errors.Is(err, errNotHeld) && !errors.Is(err, errUnknownJob):
			return released, err
		}
	}
	if released == 0 {
		return 0, errWrongPIN
	}
	for _, j := range wrong { // it was no guess: it is another one's
		if err := s.countPIN(ctx, j, -1); err != nil && !errors.Is(err, errNotHeld) {
			return released, err
		}
	}
	return released, nil
}

// pinned returns the jobs at which a PIN may be tried. That it is tried is written down
// before it is looked at, so that tries made at the same moment count, too.
func (s *Service) pinned(ctx context.Context, r PINRelease) ([]Job, error) {
	u, err := s.cfg.Store.UserByEmail(ctx, strings.ToLower(strings.TrimSpace(r.Sender)))
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	jobs, err := s.cfg.Store.HeldJobs(ctx, HeldFilter{Owner: u.ID, Printer: r.Printer}, shownHeld)
	if err != nil {
		return nil, err
	}
	var tried []Job
	for _, j := range jobs {
		if j.ReleaseBy.PINHash == "" || j.ReleaseBy.Tries >= maxPINTries || len(tried) == maxPINs {
			continue
		}
		switch err := s.countPIN(ctx, j, 1); {
		case err == nil:
			tried = append(tried, j)
		case !errors.Is(err, errNotHeld) && !errors.Is(err, ErrNotFound):
			return nil, err
		}
	}
	return tried, nil
}

// countPIN counts a try of a job's PIN, or takes it back. The sender's pages hear of it
// once the PIN counts no more.
func (s *Service) countPIN(ctx context.Context, j Job, n int) error {
	_, err := s.updateJob(ctx, j.ID, func(now *Job, of PrinterRights) ([]Event, error) {
		by := &now.ReleaseBy
		if !now.Held() || by.PINHash != j.ReleaseBy.PINHash || n > 0 && by.Tries >= maxPINTries {
			return nil, errNotHeld
		}
		before := *now
		by.Tries = max(0, by.Tries+n)
		if now.PINSpoiled() == before.PINSpoiled() {
			return nil, nil
		}
		now.UpdateTime = s.cfg.Now()
		return jobEvents(before, *now, of), nil
	})
	return err
}

// HasPIN reports whether a PIN releases the job: there is one, and it was not guessed at
// too often.
func (j *Job) HasPIN() bool { return j.ReleaseBy.PINHash != "" && j.ReleaseBy.Tries < maxPINTries }

// PINSpoiled reports whether the job's PIN was guessed at too often, so that it releases
// nothing. The sender can release the job, and set a new PIN.
func (j *Job) PINSpoiled() bool { return j.ReleaseBy.PINHash != "" && !j.HasPIN() }
