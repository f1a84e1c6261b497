package gcp

// Hop numbers one step in the life of a job, from 1 (the document arrives at the
// service) to 17 (the connector forgets it). docs/architecture.md lists them.
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
)

// Trace holds when each hop of a job happened, in microseconds since 1970; a
// missing hop did not happen or is not known here.
type Trace map[Hop]int64

// String returns what happens at the hop, in a few words; "" for no hop.
func (h Hop) String() string {
	words := [...]string{
		HopReceived: "document received", HopSubmitted: "submitted", HopChecked: "rights and ticket checked",
		HopQueued: "queued", HopNotified: "hint handed to push", HopPushed: "hint received", HopHinted: "printer's loop woke",
		HopFetched: "fetched", HopClaimed: "claimed on disk", HopSpooled: "document on disk", HopTranslated: "ticket translated",
		HopPrinted: "taken by the printer", HopEnded: "ended at the printer", HopReported: "end reported",
		HopRecorded: "end recorded", HopShown: "page told", HopForgotten: "document deleted",
	}
	if h < 0 || int(h) >= len(words) {
		return ""
	}
	return words[h]
}
