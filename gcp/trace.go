package gcp

// Hop numbers one step in the life of a job, from 1 (the document arrives at the
// service) to 17 (the connector forgets it); 18, which some jobs have, is between 11
// and 12, and 19 before 8. docs/architecture.md lists them.
type Hop int

// The hops of a job.
const (
	HopReceived   Hop = 1  // the service has the whole request
	HopSubmitted  Hop = 2  // decoded and handed to the service's rules
	HopChecked    Hop = 3  // rights and ticket checked
	HopQueued     Hop = 4  // committed
	HopNotified   Hop = 5  // a hint was handed to push
	HopPushed     Hop = 6  // the connector read the hint
	HopHinted     Hop = 7  // the connector's loop for this printer woke
	HopFetched    Hop = 8  // the fetch answer with this job was read
	HopClaimed    Hop = 9  // claimed on the connector's disk
	HopSpooled    Hop = 10 // the document is on the connector's disk
	HopTranslated Hop = 11 // ticket turned into IPP attributes
	HopPrinted    Hop = 12 // the printer took the document
	HopEnded      Hop = 13 // the printer said how it ended
	HopReported   Hop = 14 // the end was first sent to the service
	HopRecorded   Hop = 15 // the service committed the end
	HopShown      Hop = 16 // the page was told
	HopForgotten  Hop = 17 // the connector deleted the document
	HopRendered   Hop = 18 // the document was made anew for the printer, after HopTranslated
	HopOffered    Hop = 19 // the service answered the fetch by which the job was taken, before HopFetched
)

// Trace holds when each hop of a job happened, in microseconds since 1970; a
// missing hop did not happen or is not known here. The hops of the connector are
// told by its clock, the others by the service's.
type Trace map[Hop]int64

// ByConnector reports whether the hop happens at the connector.
func (h Hop) ByConnector() bool {
	return h >= HopPushed && h <= HopReported || h == HopForgotten || h == HopRendered
}

// TraceStep is a hop of a job as people and programs are shown it.
type TraceStep struct {
	Hop  Hop       `json:"hop"`
	Name string    `json:"name"`
	By   TraceSide `json:"by"`
	// AfterMS is how long after the first step it happened, in milliseconds; nil if
	// that is not known, because only the connector's clock tells of it.
	AfterMS *float64 `json:"after_ms,omitempty"`
	// TookMS is how long after the step before it, in milliseconds; nil if that is not known.
	TookMS *float64 `json:"took_ms,omitempty"`
}

// TraceSide says where a hop happened.
type TraceSide string

// Where hops happen.
const (
	SideService   TraceSide = "service"
	SideConnector TraceSide = "connector"
)

// TraceReport is the trace of a job as it is exported.
type TraceReport struct {
	Job     JobID       `json:"job"`
	Printer PrinterID   `json:"printer"`
	State   JobState    `json:"state"`
	Message string      `json:"message,omitempty"` // what went wrong, or how it went
	Notes   []string    `json:"notes,omitempty"`   // what of the ticket was ignored
	Start   string      `json:"start,omitempty"`   // of the first step, RFC 3339, by the service's clock
	Steps   []TraceStep `json:"steps"`
}

// String returns what happens at the hop, in a few words; "" for no hop.
func (h Hop) String() string {
	words := [...]string{
		HopReceived: "document received", HopSubmitted: "submitted", HopChecked: "rights and ticket checked",
		HopQueued: "queued", HopNotified: "hint handed to push", HopPushed: "hint received", HopHinted: "printer's loop woke",
		HopFetched: "fetched", HopClaimed: "claimed on disk", HopSpooled: "document on disk", HopTranslated: "ticket translated",
		HopPrinted: "taken by the printer", HopEnded: "ended at the printer", HopReported: "end reported",
		HopRecorded: "end recorded", HopShown: "page told", HopForgotten: "document deleted",
		HopRendered: "document made ready for the printer", HopOffered: "fetch answered",
	}
	if h < 0 || int(h) >= len(words) {
		return ""
	}
	return words[h]
}
