package web

import (
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// jobRow is a job as pages show it.
type jobRow struct {
	ID        gcp.JobID
	Title     string
	Printer   string
	PrinterID gcp.PrinterID
	Owner     string
	Sender    string   // who sent it, where that is somebody else; "" in other lists
	State     string   // in words
	Tone      string   // what colour that is
	Message   string   // what the connector or the service said of it
	Note      sentence // what follows from the state, in words
	Ignored   []string // sentences about what of the ticket is ignored
	Pages     int      // printed so far
	Sent      time.Time
	Actions   []jobAction
	Movable   bool // it can go to another printer
}

// jobAction is something that a person can do with a job, now or once its state
// has changed: the page holds its form already, and live.js shows and hides it.
type jobAction struct {
	Name    string // end of its address
	Label   string
	Offered bool
}

// offered names the actions that are offered now.
func (r *jobRow) offered() []string {
	names := []string{}
	for _, a := range r.Actions {
		if a.Offered {
			names = append(names, a.Name)
		}
	}
	if r.Movable {
		names = append(names, "move")
	}
	return names
}

func (s *site) jobRows(jobs []cloud.JobView) []jobRow {
	rows := make([]jobRow, len(jobs))
	for i := range jobs {
		rows[i] = s.jobRow(&jobs[i])
	}
	return rows
}

func (s *site) jobRow(j *cloud.JobView) jobRow {
	row := jobRow{
		ID: j.ID, Title: j.Title, Printer: j.PrinterName, PrinterID: j.Printer, Owner: j.OwnerEmail,
		State: s.jobWords(&j.Job), Tone: jobTone(&j.Job), Message: s.jobMessage(&j.Job), Note: s.jobNote(&j.Job), Ignored: j.Notes, Pages: j.PagesPrinted, Sent: j.CreateTime,
		Actions: s.jobActions(j), Movable: j.Movable() && !j.Overseen,
	}
	if row.Title == "" {
		row.Title = s.pages.words["job.untitled"]
	}
	return row
}

// jobActions lists what may be done with a job. What never comes back is left out.
func (s *site) jobActions(j *cloud.JobView) []jobAction {
	ended, words := j.State.Type.Ended(), s.pages.words
	var list []jobAction
	if !ended && !j.Overseen {
		list = append(list, jobAction{"release", words["job.release"], j.State.Type == gcp.JobHeld})
	}
	if !ended {
		list = append(list, jobAction{"cancel", words["job.cancel"], j.CancelRequested.IsZero()})
	}
	if j.Overseen {
		return list
	}
	return append(list,
		jobAction{"confirm", words["job.cameout"], ended && j.Unconfirmed},
		jobAction{"again", words["job.again"], ended && j.Document.ID != ""})
}

// jobKind is the state as the catalogue names it.
func jobKind(j *cloud.Job) string {
	user, service := j.State.UserAction, j.State.ServiceAction
	switch t := j.State.Type; {
	case t == gcp.JobAborted && j.Unconfirmed:
		return "UNCONFIRMED"
	case t == gcp.JobAborted && user != nil && user.ActionCode == gcp.UserCancelled:
		return "CANCELLED"
	case t == gcp.JobAborted && service != nil && service.ErrorCode == gcp.ServiceExpiration:
		return "EXPIRED"
	case !t.Ended() && !j.CancelRequested.IsZero():
		return "CANCELLING"
	case t == gcp.JobHeld && j.Restored != "":
		return "RESTORED"
	default:
		return string(t)
	}
}

// jobTone is the colour that goes with a state, as the stylesheet names it.
func jobTone(j *cloud.Job) string {
	switch jobKind(j) {
	case string(gcp.JobDone):
		return "good"
	case string(gcp.JobInProgress):
		return "busy"
	case "UNCONFIRMED", "RESTORED", string(gcp.JobHeld), string(gcp.JobStopped):
		return "warn"
	case string(gcp.JobAborted), "EXPIRED":
		return "bad"
	}
	return "off"
}

// jobWords says how a job is.
func (s *site) jobWords(j *cloud.Job) string {
	if words, ok := s.pages.words["job."+jobKind(j)]; ok {
		return words
	}
	return s.pages.words["job.UNKNOWN"]
}

// jobMessage is what was said of a job, without what its state says already.
func (s *site) jobMessage(j *cloud.Job) string {
	switch jobKind(j) {
	case "UNCONFIRMED":
		more := strings.TrimSpace(strings.TrimPrefix(j.Message, gcp.UnconfirmedMessage))
		if inner, ok := strings.CutPrefix(more, "("); ok && strings.HasSuffix(inner, ")") {
			more = strings.TrimSuffix(inner, ")")
		}
		return more
	case "EXPIRED":
		said := j.Message
		switch {
		case said == "":
			said = s.pages.words["job.waited"]
		case strings.Contains(said, gcp.PartlyPrintedMessage):
			return said
		}
		words, _ := s.pages.text("job.unprinted", said) // a test knows that it is there
		return words
	case string(gcp.JobHeld):
		if j.PINSpoiled() {
			return s.pages.words["job.spoiled"]
		}
	}
	return j.Message
}

// sentence is words that may have a time in them, which each reader's clock and language
// have otherwise.
type sentence struct {
	Before string    `json:"before"`
	At     time.Time `json:"at,omitzero"`
	After  string    `json:"after,omitempty"`
}

// jobNote says what follows from a job's state: how long it waits, why it is
// held, whether it can be printed again.
func (s *site) jobNote(j *cloud.Job) sentence {
	words := s.pages.words
	switch kind := jobKind(j); kind {
	case "RESTORED":
		if !j.WasTaken() {
			return sentence{Before: words["job.restored"]}
		}
		return sentence{Before: words["job.restored"] + " " + words["job.restoredbusy"]}
	case string(gcp.JobHeld):
		return s.until("job.helduntil", j.WaitsUntil())
	case string(gcp.JobQueued):
		return s.until("job.until", j.WaitsUntil())
	case "UNCONFIRMED", "EXPIRED", string(gcp.JobAborted):
		if j.Document.ID == "" {
			return sentence{Before: words["job.gone"]}
		}
	}
	return sentence{}
}

// until is a sentence of the catalogue with a time in it.
func (s *site) until(key string, at time.Time) sentence {
	if at.IsZero() {
		return sentence{}
	}
	before, after, _ := strings.Cut(s.pages.words[key], "%s")
	return sentence{before, at.UTC().Truncate(time.Second), after}
}

// minute tells a time to the minute.
func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
