package connector

import (
	"maps"
	"slices"
	"time"

	"platen/gcp"
	"platen/printer"
)

// EventKind says what happened to a job in hand.
type EventKind string

// The kinds of events, in the order in which a job meets them.
const (
	EventClaimed   EventKind = "claimed"   // the job is ours
	EventSaved     EventKind = "saved"     // its document is on disk, whole
	EventCreated   EventKind = "created"   // the printer has a job for it, without document
	EventSending   EventKind = "sending"   // from here on the printer may have the document
	EventSent      EventKind = "sent"      // the printer confirmed the document
	EventResend    EventKind = "resend"    // certainly nothing was printed: as if only saved
	EventEnded     EventKind = "ended"     // how it ended is known
	EventReported  EventKind = "reported"  // the service knows how it ended
	EventForgotten EventKind = "forgotten" // the document is deleted; without an end, as if never claimed
	EventTried     EventKind = "tried"     // what deaths of the process say of the job; changes no stage
)

// Event is one change of a job in hand, as the journal keeps it. Which members
// are set depends on the kind.
type Event struct {
	Kind     EventKind         `json:"k"`
	ID       gcp.JobID         `json:"id"`
	At       int64             `json:"at"`            // microseconds since 1970
	Job      *gcp.Job          `json:"job,omitempty"` // claimed; ticket and document members included
	Claim    gcp.ClaimID       `json:"claim,omitempty"`
	Printer  printer.Name      `json:"printer,omitempty"`
	Document *Document         `json:"doc,omitempty"`
	Local    *printer.LocalJob `json:"local,omitempty"` // created, sent
	Status   *Status           `json:"status,omitempty"`
	Trace    gcp.Trace         `json:"trace,omitempty"`
	Tries    *Tries            `json:"tries,omitempty"` // tried
	Notes    []string          `json:"notes,omitempty"` // created: what of the ticket is left out
}

// Document is a whole document on disk.
type Document struct {
	Size        int64  `json:"size"` // bytes
	ContentType string `json:"type"` // MIME type
}

// Status is what there is to tell of a job.
type Status struct {
	State       gcp.JobState `json:"state"`
	Pages       int          `json:"pages,omitempty"`
	Message     string       `json:"message,omitempty"`
	Unconfirmed bool         `json:"unconfirmed,omitempty"` // ended, and it may have printed
	Begun       bool         `json:"-"`                     // not ended, and the printer works on it
}

// equal reports whether there is nothing new in s beside o.
func (s Status) equal(o Status) bool {
	return s.State.Equal(o.State) && s.Pages == o.Pages && s.Message == o.Message
}

// Record is what the spool knows of a job in hand.
type Record struct {
	Job      gcp.Job
	Claim    gcp.ClaimID // what the service knows us by for this job; "" if it knows no claims
	Printer  printer.Name
	Stage    EventKind // the last event that counts
	Claimed  time.Time
	Document *Document
	Local    *printer.LocalJob
	Sent     bool // the printer confirmed the whole document
	End      *Status
	Ended    time.Time
	Trace    gcp.Trace
	Tries    *Tries   // nil for jobs that were not under way when the process died
	Notes    []string // sentences about what of the ticket is left out: see notes
}

// Apply changes r as e says. Applying an event twice is the same as once.
func (r *Record) Apply(e Event) {
	if len(e.Trace) > 0 && r.Trace == nil {
		r.Trace = gcp.Trace{}
	}
	maps.Copy(r.Trace, e.Trace)
	switch e.Kind {
	case EventClaimed:
		if e.Job != nil {
			r.Job = *e.Job
		}
		r.Claim, r.Printer, r.Claimed = e.Claim, e.Printer, time.UnixMicro(e.At)
	case EventSaved:
		r.Document = e.Document
		if e.Job != nil { // the ticket of a service that gives it apart
			r.Job.Ticket = e.Job.Ticket
		}
	case EventCreated, EventSent:
		r.Local, r.Sent = e.Local, e.Kind == EventSent
		if e.Kind == EventCreated || len(e.Notes) > 0 {
			r.Notes = e.Notes
		}
	case EventResend:
		r.Local, r.Sent, r.Stage = nil, false, EventSaved
		return
	case EventEnded:
		r.End, r.Ended = e.Status, time.UnixMicro(e.At)
	case EventTried:
		r.Tries = e.Tries
		return
	}
	r.Stage = e.Kind
}

// notes are all sentences about what of the ticket the job does without: what is left
// out, and what the printer refused.
func (r *Record) notes() []string {
	if r.Local == nil || len(r.Local.Refused) == 0 {
		return r.Notes
	}
	return append(slices.Clone(r.Notes), refusedNote(*r.Local))
}

// Offer is a waiting job, and the claim that it is to be held by.
type Offer struct {
	Job   gcp.Job
	Claim gcp.ClaimID // "" for a service that knows no claims
	After int64       // the claim is written down as made later than this, whatever the clock says; microseconds since 1970
}

// Outcome says what became of an offered job in Spool.Claim.
type Outcome string

// The outcomes of a claim.
const (
	ClaimFresh  Outcome = "fresh"   // new, and now on disk
	ClaimHeld   Outcome = "held"    // in hand already
	ClaimEnded  Outcome = "ended"   // ended earlier: tell it again, never print it again
	ClaimNoRoom Outcome = "no room" // not claimed: too little disk
)

// Claim is the answer for one offered job.
type Claim struct {
	Outcome Outcome
	Record  Record // of a fresh or held job; Job.ID, Claim and End of one that ended earlier
}
