package printer

import (
	"github.com/OpenPrinting/goipp"
)

// JobStatusFromIPP translates what a printer says of a job. printer holds the
// attributes of its printer where they are known (printer-state,
// printer-state-reasons, printer-state-message), which name the cause of a stop.
func JobStatusFromIPP(job, printer goipp.Attributes) JobStatus {
	_, _ = job, printer
	return JobStatus{}
}
