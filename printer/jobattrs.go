package printer

import (
	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// JobAttributes turns a ticket into the job attributes that p understands. An
// impossible wish is an *ErrTicket; the printer's default never takes its place.
func JobAttributes(p Printer, t gcp.CJT) (goipp.Attributes, error) {
	_, _ = p, t
	return nil, nil
}
