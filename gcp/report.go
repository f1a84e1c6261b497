package gcp

// Report is what a connector tells of a job with /control. Nil members keep
// their value at the service.
type Report struct {
	Job          JobID
	State        *JobState
	PagesPrinted *int   // pages so far, only ever grows
	Message      string // a sentence for people; "" leaves the old one

	// Platen's additions, see docs/extensions.md.
	CancelAcknowledged bool  // the connector acts on the request to cancel
	Trace              Trace // the connector's hops
	Grant                    // what the job is held by; zero from old connectors
	Unheard            bool  // of a restored job: this connector never had it
}
