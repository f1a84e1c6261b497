package cups

import (
	"fmt"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/printer"
)

// cloudJob is an attribute that jobs on a CUPS server carry: the cloud job's ID.
// CUPS keeps what it does not know with the job. It gives its jobs no UUID when it
// makes them, and begins its numbers anew when it died before it wrote them down:
// only this tells whether a job of that number is still ours (docs/duplicates.md).
const cloudJob = "platen-job"

// errAnother is what is said of a job whose number is another one's by now.
var errAnother = fmt.Errorf("%w: its number is another's", printer.ErrNoJob)

// another reports whether what the server says is of another job than l that has
// its number now.
func (v *server) another(job goipp.Attributes, l printer.LocalJob) bool {
	if uuid := text(job, "job-uuid"); l.UUID != "" && uuid != "" && !strings.EqualFold(uuid, l.UUID) {
		return true
	}
	switch tag := text(job, cloudJob); tag {
	case string(l.Cloud):
		v.keeps.Store(true)
		return false
	case "": // a server may lose attributes that it does not know
		return l.Tagged && v.keeps.Load()
	}
	return true
}
