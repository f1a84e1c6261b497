package printer

import (
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// The job-states of RFC 8011, 5.3.7.
const (
	ippPending    = 3
	ippHeld       = 4
	ippWorking    = 5
	ippJobStopped = 6
	ippCanceled   = 7
	ippAborted    = 8
	ippCompleted  = 9
)

// JobStatusFromIPP translates what a printer says of a job (RFC 8011, 5.3.7
// and 5.3.8).
// printer holds the attributes of its printer where they are known
// (printer-state, printer-state-reasons, printer-state-message, media-ready), which
// name the cause of a stop, and lasted says for how long they have been so. The
// job-state decides, reasons only refine.
func JobStatusFromIPP(job, printer goipp.Attributes, lasted Lasted) JobStatus {
	f := jobFacts{job: index(job), printer: index(printer), lasted: lasted}
	f.reasons = f.job.texts("job-state-reasons")
	s := JobStatus{Pages: max(0, f.job.number("job-impressions-completed", 0))}
	s.State = f.state()
	s.Begun = !s.State.Type.Ended() && f.begun(s)
	if s.State.Type != gcp.JobDone {
		s.Message = f.message(s.State)
	}
	return s
}

type jobFacts struct {
	job, printer attributes
	lasted       Lasted
	reasons      []string
}

// because reports whether one of the reasons is given.
func (f jobFacts) because(reasons ...string) bool {
	return slices.ContainsFunc(reasons, func(r string) bool { return slices.Contains(f.reasons, r) })
}

func (f jobFacts) state() gcp.JobState {
	switch f.job.number("job-state", 0) {
	case ippPending:
		if f.because("printer-stopped", "printer-stopped-partly") || f.printerStopped() {
			return f.stopped()
		}
	case ippHeld:
		return f.held()
	case ippWorking:
		return f.working()
	case ippJobStopped:
		// CUPS leaves a job whose filter failed in this state for ever.
		if f.because("job-completed-with-errors") && !f.printerStopped() {
			return gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)
		}
		return f.stopped()
	case ippCanceled:
		if f.because("job-canceled-after-timeout") {
			return gcp.ByService(gcp.JobAborted, gcp.ServiceExpiration)
		}
		return gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)
	case ippAborted:
		return f.aborted()
	case ippCompleted:
		return gcp.StateOf(gcp.JobDone)
	}
	return gcp.StateOf(gcp.JobInProgress)
}

// begun reports whether the printer works on the job. CUPS calls a job processing
// that it cannot bring to its printer.
func (f jobFacts) begun(s JobStatus) bool {
	switch f.job.number("job-state", 0) {
	case ippWorking:
		return s.Pages > 0 || !f.unreachable()
	case ippJobStopped:
		return true
	}
	return s.Pages > 0
}

// unreachable reports whether CUPS says that the printer does not answer.
func (f jobFacts) unreachable() bool {
	return unreachable(f.printer.text("printer-state-message")) || unreachable(f.job.text("job-printer-state-message"))
}

func (f jobFacts) printerStopped() bool {
	return f.printer.number("printer-state", 0) == ippStopped
}

// stopped is the state of a job that its printer's state stops: what a part of
// it says, that it is paused, or anything else.
func (f jobFacts) stopped() gcp.JobState {
	c := f.deviceCause()
	if c != "" && c != gcp.DeviceOther {
		return gcp.ByDeviceState(gcp.JobStopped, c)
	}
	for _, r := range f.printer.texts("printer-state-reasons") {
		if word, _ := splitSuffix(r); calm(word) {
			return gcp.ByUser(gcp.JobStopped, gcp.UserPaused)
		}
	}
	return gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceOther)
}

// deviceCause is the first error of a part of the printer.
func (f jobFacts) deviceCause() gcp.DeviceStateError {
	c := faultOf(f.printer, f.lasted)
	if c == gcp.DeviceInputTray && f.needsOther() {
		return f.wanting()
	}
	return c
}

func (f jobFacts) held() gcp.JobState {
	switch {
	case f.because("job-incoming", "job-data-insufficient", "job-spooling"):
		return gcp.StateOf(gcp.JobInProgress)
	case f.because("cups-held-for-authentication"), f.becausePrefix("account-"):
		return gcp.ByDevice(gcp.JobStopped, gcp.DeviceActionOther)
	case f.because("resources-are-not-ready"):
		return gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication)
	}
	return gcp.ByUser(gcp.JobStopped, gcp.UserPaused)
}

func (f jobFacts) becausePrefix(prefix string) bool {
	return slices.ContainsFunc(f.reasons, func(r string) bool { return strings.HasPrefix(r, prefix) })
}

func (f jobFacts) working() gcp.JobState {
	if f.unreachable() && f.lasted.Away >= awayAfter {
		return gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication)
	}
	if c := f.deviceCause(); c != "" && f.ripe() {
		return gcp.ByDeviceState(gcp.JobStopped, c)
	}
	return gcp.StateOf(gcp.JobInProgress)
}

func (f jobFacts) aborted() gcp.JobState {
	switch {
	case f.because("document-format-error", "document-unprintable-error", "unsupported-document-format"):
		return gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType)
	case f.because("document-access-error", "compression-error", "unsupported-compression", "submission-interrupted"):
		return gcp.ByDevice(gcp.JobAborted, gcp.DeviceDownloadFailure)
	case f.because("unsupported-attributes-or-values", "conflicting-attributes", "resources-are-not-supported"):
		return gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket)
	case f.because("service-off-line", "destination-uri-failed"):
		return gcp.ByService(gcp.JobAborted, gcp.ServiceCommunication)
	}
	return gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)
}

// ripe reports whether what is wrong has been so for long enough.
func (f jobFacts) ripe() bool { return f.lasted.Fault >= faultAfter || f.lasted.Away >= awayAfter }
