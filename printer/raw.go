package printer

import (
	"github.com/OpenPrinting/goipp"
)

// undone are the attributes of a device that say what it does to documents: behind
// a raw queue nobody is asked for that, since CUPS passes on what it gets.
func undone() []string {
	return []string{
		"copies-supported", "multiple-document-handling-supported", "number-up-supported", "page-delivery-supported",
		"page-ranges-supported", "print-scaling-supported", "orientation-requested-supported",
		"job-creation-attributes-supported",
	}
}

// behind returns what the device behind a raw queue can do; nil if it was not asked.
func behind(device goipp.Attributes) attributes {
	if len(device) == 0 {
		return nil
	}
	m := index(device)
	for _, name := range undone() {
		delete(m, name)
	}
	return m
}

// commands reports whether a document of a format may say anything to a device that
// it is passed on to: text is the language of label and receipt printers, and
// PostScript a language like theirs. Without the owner's permission a queue that
// passes on all bytes takes neither.
func commands(format string) bool {
	return sameFormat(format, plainText) || sameFormat(format, "application/postscript")
}
