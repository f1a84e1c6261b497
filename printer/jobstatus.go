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
// (printer-state, printer-state-reasons, printer-state-message), which name the
// cause of a stop. The job-state decides, reasons only refine.
func JobStatusFromIPP(job, printer goipp.Attributes) JobStatus {
	f := jobFacts{job: index(job), printer: index(printer)}
	f.reasons = f.job.texts("job-state-reasons")
	s := JobStatus{Pages: max(0, f.job.number("job-impressions-completed", 0))}
	s.State = f.state()
	if s.State.Type != gcp.JobDone {
		s.Message = f.message()
	}
	return s
}

type jobFacts struct {
	job, printer attributes
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
			return f.stopped(gcp.ByUser(gcp.JobStopped, gcp.UserPaused))
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
		return f.stopped(gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceOther))
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

func (f jobFacts) printerStopped() bool {
	return f.printer.number("printer-state", 0) == ippStopped
}

// stopped is the state of a job that its printer's state stops: what a part of
// it says, that it is paused, or otherwise.
func (f jobFacts) stopped(otherwise gcp.JobState) gcp.JobState {
	if c := f.deviceCause(); c != "" {
		return gcp.ByDeviceState(gcp.JobStopped, c)
	}
	for _, r := range f.printer.texts("printer-state-reasons") {
		if word, _ := reasonWord(r); word == "paused" || word == "moving-to-paused" {
			return gcp.ByUser(gcp.JobStopped, gcp.UserPaused)
		}
	}
	return otherwise
}

// deviceCause is the first error of a part of the printer.
func (f jobFacts) deviceCause() gcp.DeviceStateError {
	for _, r := range f.printer.texts("printer-state-reasons") {
		word, severity := reasonWord(r)
		if severity == gcp.VendorInfo || severity == gcp.VendorWarning && !f.printerStopped() {
			continue
		}
		if severity == "" && !f.printerStopped() && !strings.HasSuffix(word, "-error") {
			continue
		}
		if c := meaningOf(word).cause; c != "" {
			return c
		}
	}
	return ""
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
	if unreachable(f.printer.text("printer-state-message")) || unreachable(f.job.text("job-printer-state-message")) {
		return gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication)
	}
	if c := f.deviceCause(); c != "" {
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

// message is what the printer says in words, or else its reasons.
func (f jobFacts) message() string {
	for _, m := range []string{
		f.job.text("job-state-message"), f.job.text("job-printer-state-message"), f.printer.text("printer-state-message"),
	} {
		if m = valid(m); m != "" {
			return m
		}
	}
	var words []string
	for _, r := range append(slices.Clone(f.reasons), f.printer.texts("printer-state-reasons")...) {
		switch word, _ := reasonWord(r); {
		case silent(word), word == "job-printing", word == "processing-to-stop-point", word == "job-incoming", word == "job-queued":
		default:
			words = append(words, reasonText(word))
		}
	}
	return strings.Join(unique(words), ", ")
}
