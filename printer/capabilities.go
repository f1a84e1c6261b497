package printer

import (
	"slices"

	"platen/gcp"
)

// Capabilities keeps what turning a ticket into job attributes needs to know of
// a printer beyond its CDD.
type Capabilities struct {
	JobAttributes []string     // names that may be sent, sorted
	Names         []string     // "attribute/value" of values that are listed as names, not keywords; sorted
	Media         []Media      // in the order of the CDD's media sizes
	Formats       []string     // that the printer itself takes: document-format-supported in its order
	Native        Items        // what the printer, or CUPS before it, does itself to any format that it takes
	Rendered      Items        // what the renderer does, because the printer does not; none without a renderer
	PWG           *Raster      // how it takes image/pwg-raster; nil if it does not
	URF           *Raster      // how it takes image/urf; nil if it does not
	Raw           bool         // its owner allows documents in the printer's own language
	Render        bool         // a renderer is there: documents can be made anew
	Password      Password     // of jobs that wait for it at the printer
	LockedPrint   *LockedPrint // a PPD's way to the same; nil without
	LastFirst     []string     // output bins for which CUPS by itself begins with the last page; "" is the usual bin
}

// Items are the items of a ticket that can be carried out on either side.
type Items struct {
	Pages, Reverse, Copies, Collate, NumberUp, Orientation bool
	Fit                                                    []gcp.FitToPageType
}

// Raster is how a printer takes a raster format (PWG 5102.4; urf-supported).
type Raster struct {
	Resolutions []gcp.PWGResolution // never empty
	Types       []gcp.PWGType       // that we can make, best first; never empty
	SheetBack   gcp.PWGSheetBack
	TwoSided    bool // it takes two-sided raster
}

// Media is one media size as the printer itself has it, in 1/100 mm.
type Media struct {
	Keyword string // PWG 5101.1 name, "" if the printer gave none
	X, Y    int
	PPD     string  // choice of PageSize of a size that IPP does not tell
	Least   int     // of a roll, whose Y is 0: the shortest length, if known
	Most    int     // of a roll: the longest length, 0 if unknown
	Margins []Inset // the sets of margins that the size comes with
}

// Inset is one set of margins in 1/100 mm.
type Inset struct{ Top, Right, Bottom, Left int }

// takes reports whether the printer lists a job attribute.
func (c Capabilities) takes(name string) bool {
	_, ok := slices.BinarySearch(c.JobAttributes, name)
	return ok
}

// jobAttributeNames returns which of our attributes may be sent: those of
// job-creation-attributes-supported, and those with an X-supported for printers
// that do not list them.
func jobAttributeNames(m attributes) []string {
	listed := m.texts("job-creation-attributes-supported")
	var names []string
	for _, n := range ourAttributes() {
		// media-col-supported alone says which members exist, not that jobs take it.
		if slices.Contains(listed, n) || m.has(n+"-supported") && (n != "media-col" || len(listed) == 0) ||
			n == "finishings-col" && m.has("finishings-col-database") {
			names = append(names, n)
		}
	}
	return names
}

// ourAttributes are the job attributes that PlanJob may ask for, sorted.
func ourAttributes() []string {
	return []string{
		"copies", "document-password", "finishings", "finishings-col", "imposition-template", "job-account-id",
		"job-accounting-user-id", "job-hold-until", "job-password", "job-password-encryption", "job-priority", "job-sheets",
		"media", "media-col", "media-source", "media-type", "multiple-document-handling", "number-up", "orientation-requested",
		"output-bin", "output-mode", "page-delivery", "page-ranges", "presentation-direction-number-up", "print-color-mode",
		"print-content-optimize", "print-darkness", "print-quality", "print-rendering-intent", "print-scaling", "print-speed",
		"printer-resolution", "sides",
	}
}

// capabilities fills in what a printer takes and does, but for its media.
func capabilities(m attributes, o Origin) Capabilities {
	c := Capabilities{
		Formats: unique(m.texts("document-format-supported")),
		PWG:     pwgRaster(m), URF: urfRaster(m),
		Raw: o.Raw, Render: o.Render,
	}
	if raw(m, o.Source) {
		if !o.Raw {
			c.Formats = slices.DeleteFunc(c.Formats, commands)
		}
		return c
	}
	c.JobAttributes = jobAttributeNames(m)
	c.Names = namedValues(m)
	c.Password = password(m)
	c.Native = nativeItems(m, o.Source, c)
	c.LastFirst = lastFirst(m, o.Source)
	if o.Render {
		c.Rendered = c.Native.others()
	}
	return c
}
