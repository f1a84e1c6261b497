package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"platen/gcp"
)

const minExpire = time.Minute

// MaxExpire is the longest time that a job may be told to wait. Connectors remember
// for 90 days what they printed, so that no job may be offered for longer.
const MaxExpire = 90 * day

// maxSubmissionKey bounds the caller's key for a submission, in bytes.
const maxSubmissionKey = 255

// checkTerms refuses a key or an expiry that the service does not keep.
func checkTerms(sub Submission) error {
	switch {
	case len(sub.Key) > maxSubmissionKey:
		return &Error{Kind: KindInvalid, Message: "The Idempotency-Key (client_job_id) may have 255 bytes."}
	case sub.ExpireAfter != 0 && (sub.ExpireAfter < minExpire || sub.ExpireAfter > MaxExpire):
		return errExpire
	}
	return nil
}

var errExpire = &Error{Kind: KindInvalid, Message: "expire_after must be between 60 seconds and 90 days (7776000)."}

// ExpireAfter returns how long a job waits: as asked, or the printer's default, or
// the service's.
func (l Limits) ExpireAfter(asked, printer time.Duration) time.Duration {
	for _, d := range []time.Duration{asked, printer, l.Expire} {
		if d > 0 {
			return min(d, MaxExpire)
		}
	}
	return MaxExpire
}

// limit turns a setting into a bound as the store takes it: 0 for none.
func limit[N int | int64](n N) N { return max(0, n) }

// asked is what a submission is known by.
type asked struct {
	key    string // "" for none
	ticket json.RawMessage
}

// admission is what a new job must meet.
func (s *Service) admission(p Printer, j Job, asked asked) (Admission, error) {
	l := s.cfg.Limits
	a := Admission{
		Key: asked.key, Rate: Quota{Limit: limit(l.SubmitsMinute), Since: j.CreateTime.Add(-time.Minute)},
		Waiting: limit(l.Waiting), Stored: limit(l.StoredBytes),
	}
	if p.QuotaEnabled {
		a.Quota = Quota{Limit: p.DailyQuota, Since: midnight(j.CreateTime)}
		if p.DailyQuota == 0 {
			a.Refused = s.quotaUsed(errPrinterQuota)
		}
	}
	if p.PersonQuota > 0 {
		a.Person = Quota{Limit: p.PersonQuota, Since: midnight(j.CreateTime)}
	}
	if asked.key == "" {
		return a, nil
	}
	j.Ticket = asked.ticket // what was made of it may change between two tries
	var err error
	a.Digest, err = submissionDigest(j)
	return a, err
}

// submissionDigest names all that makes two submissions the same job.
func submissionDigest(j Job) (string, error) {
	dec := json.NewDecoder(bytes.NewReader(j.Ticket))
	dec.UseNumber()
	var t any
	if err := dec.Decode(&t); err != nil {
		return "", fmt.Errorf("read the ticket of job %s: %w", j.ID, err)
	}
	// Maps are written in the order of their keys, so that equal tickets are equal bytes.
	text, err := json.Marshal([]any{j.Document.Digest, digestType(j.ContentType), t, j.Printer, j.Title, j.AgainOf})
	if err != nil {
		return "", fmt.Errorf("write the digest of job %s: %w", j.ID, err)
	}
	return digestOf(text), nil
}

// addJob writes the job down; from here it is not lost. It returns the first job
// instead if the key was used before.
func (s *Service) addJob(ctx context.Context, p Printer, j Job, asked asked) (Job, error) {
	a, err := s.admission(p, j, asked)
	if err != nil {
		return Job{}, err
	}
	e := Event{
		Time: j.CreateTime, Kind: EventJobQueued, Printer: j.Printer, Job: j.ID,
		Robot: p.Robot, User: j.Owner, State: j.State.Type,
	}
	if j.State.Type != gcp.JobQueued {
		e.Kind = EventJobState // nothing is to be fetched yet
	}
	if j.AgainOf != "" {
		e.By, e.Note = j.Owner, "printed job "+string(j.AgainOf)+" again"
	}
	added, err := s.cfg.Store.AddJob(ctx, j, a, e)
	switch {
	case errors.Is(err, ErrRepeated):
		return s.first(added, j), nil
	case err != nil:
		return Job{}, s.refusal(err)
	}
	s.note(ctx, JobNote{Job: j.ID, Hops: gcp.Trace{gcp.HopQueued: s.cfg.Now().UnixMicro()}})
	return added, nil
}

// repeated answers a submission that is refused now. One that was taken before,
// under its key, stays taken, whatever became of the printer: a sender that heard of
// a refusal would send it elsewhere, and it may print here, too.
func (s *Service) repeated(ctx context.Context, c Caller, sub Submission, refusal error) (JobView, error) {
	if sub.Key == "" {
		return JobView{}, refusal
	}
	j := Job{
		Printer: sub.Printer, Owner: c.User.ID, OwnerEmail: c.User.Email, Title: CleanTitle(sub.Title), AgainOf: sub.AgainOf,
		ContentType: mediaType(sub.ContentType), Ticket: keptTicket(sub.Ticket), Document: sub.Document, CreateTime: s.cfg.Now(),
	}
	digest, err := submissionDigest(j)
	if err != nil {
		return JobView{}, refusal // it is about the ticket
	}
	first, err := s.cfg.Store.AddJob(ctx, j, Admission{Key: sub.Key, Digest: digest, Refused: refusal})
	if !errors.Is(err, ErrRepeated) {
		return JobView{}, refusal
	}
	s.Discard(ctx, sub.Document)
	return JobView{Job: s.first(first, j), Role: gcp.RoleUser}, nil
}

// first returns the first job of a key. If it is so old that its row is gone, what
// is known is that it was this one and is over.
func (s *Service) first(found, again Job) Job {
	if found.Owner != "" {
		return found
	}
	again.ID, again.Document, again.ExpireTime = found.ID, Document{}, time.Time{}
	again.Message = "the job is so old that nothing else is known of it"
	again.State = gcp.ByService(gcp.JobAborted, gcp.ServiceOther)
	return again
}

// Quotas that are used up, as people are told.
const (
	errPrinterQuota = "The printer's daily quota is used up (daily_quota)."
	errPersonQuota  = "You have sent as many jobs to this printer today as one person may (daily_quota_per_person)."
)

// quotaUsed says when a quota begins anew.
func (s *Service) quotaUsed(what string) *Error {
	now := s.cfg.Now()
	left := midnight(now).Add(day).Sub(now)
	return &Error{Kind: KindQuota, Message: what + " It begins anew at midnight, UTC: in " + inWords(left) + "."}
}

// refusal tells people which limit a job met, and what to do.
func (s *Service) refusal(err error) error {
	l := s.cfg.Limits
	switch {
	case errors.Is(err, ErrQuota):
		return s.quotaUsed(errPrinterQuota)
	case errors.Is(err, ErrPersonQuota):
		return s.quotaUsed(errPersonQuota)
	case errors.Is(err, ErrConflict):
		return &Error{Kind: KindConflict, Message: "This Idempotency-Key was used for another job: use a new one for each job."}
	case errors.Is(err, ErrRate):
		return &Error{Kind: KindQuota, After: time.Minute, Message: fmt.Sprintf(
			"You have sent %s within a minute, which is the limit (submits_per_minute). Try again in a minute.", plural(int64(l.SubmitsMinute), "job"))}
	case errors.Is(err, ErrWaiting):
		return &Error{Kind: KindQuota, Message: fmt.Sprintf(
			"%s wait for this printer, which is the limit (waiting_jobs_per_printer). Try again when it has printed some, or cancel some.", plural(int64(l.Waiting), "job"))}
	case errors.Is(err, ErrStored):
		return &Error{Kind: KindQuota, Message: fmt.Sprintf(
			"Your documents would take more than %d MiB, which is the limit (stored_mib_per_user). Cancel jobs that wait, or try again when they are printed.", l.StoredBytes>>20)}
	}
	return err
}

// Hard bounds of what is kept in memory while it is looked at; whatever the limits
// say, no more is taken.
const (
	MaxTicket       = 1 << 20  // bytes
	MaxCapabilities = 16 << 20 // bytes
	MaxTags         = 10_000   // of a printer
)

// bounded returns a limit, or the hard bound where there is none or a larger one.
func bounded(n, most int) int {
	if n < 0 || n > most {
		return most
	}
	return n
}

// Limits returns the limits that hold.
func (s *Service) Limits() Limits { return s.cfg.Limits }

func (s *Service) checkTicketSize(text []byte) error {
	if most := s.cfg.Limits.Ticket; len(text) > most {
		return &Error{Kind: KindTooLarge, Message: fmt.Sprintf("The ticket is longer than %d KiB, which is the limit (ticket_kib).", most>>10)}
	}
	return nil
}
