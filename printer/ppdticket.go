package printer

import (
	"fmt"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ppd"
)

// LockedPrint is how a printer of Ricoh takes the number that somebody types to get
// a job: by its PPD's options JobType and LockedPrintPassword.
type LockedPrint struct {
	Least, Most int  // digits
	Custom      bool // CUPS wants the number marked as a value of one's own
}

// lockedPrintID is the vendor capability that asks for the number.
const lockedPrintID = ppdPrefix + ppd.LockedPrintID

// attributes asks for a locked print with a number; none for an empty one.
func (l LockedPrint) attributes(pin string) (goipp.Attributes, error) {
	if pin == "" {
		return nil, nil
	}
	if len(pin) < l.Least || len(pin) > l.Most || strings.Trim(pin, "0123456789") != "" {
		digits := fmt.Sprintf("%d to %d digits", l.Least, l.Most)
		if l.Least == l.Most {
			digits = fmt.Sprintf("%d digits", l.Least)
		}
		return nil, &ErrTicket{Reason: "The PIN for locked print must have " + digits + "."}
	}
	if l.Custom {
		pin = "Custom." + pin // CUPS, "cupsMarkOption"
	}
	return goipp.Attributes{
		goipp.MakeAttribute("JobType", goipp.TagKeyword, goipp.String("LockedPrint")),
		goipp.MakeAttribute("LockedPrintPassword", goipp.TagKeyword, goipp.String(pin)),
	}, nil
}
