package vprinter

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"
)

// operations lists what the printer does.
func (p *Printer) operations() []goipp.Op {
	ops := []goipp.Op{
		goipp.OpPrintJob, goipp.OpValidateJob, goipp.OpCreateJob, goipp.OpSendDocument, goipp.OpCancelJob,
		goipp.OpGetJobAttributes, goipp.OpGetJobs, goipp.OpGetPrinterAttributes, goipp.OpCancelMyJobs,
		goipp.OpCloseJob, goipp.OpIdentifyPrinter,
	}
	if p.opt.PrintJobOnly {
		return slices.DeleteFunc(ops, func(o goipp.Op) bool {
			return o == goipp.OpCreateJob || o == goipp.OpSendDocument || o == goipp.OpCloseJob
		})
	}
	return ops
}

// size is a media size in 1/100 mm.
type size struct {
	name string
	x, y int
}

func sizes() []size {
	return []size{
		{"iso_a4_210x297mm", 21000, 29700},
		{"na_letter_8.5x11in", 21590, 27940},
		{"iso_a5_148x210mm", 14800, 21000},
		{"na_legal_8.5x14in", 21590, 35560},
		{"na_index-4x6_4x6in", 10160, 15240},
	}
}

const margin = 423 // 1/100 mm

func (s size) collection() goipp.Collection {
	var m list
	var dim list
	dim.integers("x-dimension", s.x)
	dim.integers("y-dimension", s.y)
	m.add("media-size", goipp.TagBeginCollection, goipp.Collection(dim))
	m.strings("media-size-name", goipp.TagKeyword, s.name)
	for _, side := range []string{"bottom", "left", "right", "top"} {
		m.integers("media-"+side+"-margin", margin)
	}
	m.strings("media-source", goipp.TagKeyword, "main")
	m.strings("media-type", goipp.TagKeyword, "stationery")
	return goipp.Collection(m)
}

// attributes returns everything about the printer.
func (p *Printer) attributes(m *goipp.Message) goipp.Attributes {
	var a list
	p.identity(&a, m)
	p.state(&a)
	p.capabilities(&a)
	p.media(&a)
	return goipp.Attributes(a)
}

func (p *Printer) identity(a *list, m *goipp.Message) {
	uri := cmp.Or(text(m.Operation, "printer-uri"), "ipp://localhost"+Path)
	a.strings("printer-uri-supported", goipp.TagURI, uri)
	a.strings("uri-security-supported", goipp.TagKeyword, "none")
	a.strings("uri-authentication-supported", goipp.TagKeyword, "requesting-user-name")
	a.strings("printer-name", goipp.TagName, p.opt.Name)
	a.strings("printer-info", goipp.TagText, p.opt.Name)
	a.strings("printer-location", goipp.TagText, "")
	a.strings("printer-geo-location", goipp.TagURI, "geo:0,0")
	a.strings("printer-organization", goipp.TagText, "")
	a.strings("printer-organizational-unit", goipp.TagText, "")
	a.strings("printer-make-and-model", goipp.TagText, "Platen Virtual Printer")
	a.strings("printer-device-id", goipp.TagText, "MFG:Platen;MDL:Virtual Printer;CMD:"+commands(p.opt.Formats)+";")
	a.strings("printer-more-info", goipp.TagURI, "http"+strings.TrimPrefix(uri, "ipp"))
	a.strings("printer-supply-info-uri", goipp.TagURI, "http"+strings.TrimPrefix(uri, "ipp"))
	a.strings("printer-icons", goipp.TagURI, "http"+strings.TrimPrefix(uri, "ipp"))
	a.strings("printer-uuid", goipp.TagURI, p.uuid)
	a.strings("printer-firmware-name", goipp.TagName, "platen")
	a.strings("printer-firmware-string-version", goipp.TagText, "1.0")
	a.strings("printer-get-attributes-supported", goipp.TagKeyword, "document-format")
	a.strings("ipp-versions-supported", goipp.TagKeyword, "1.0", "1.1", "2.0")
	a.strings("ipp-features-supported", goipp.TagKeyword, "ipp-everywhere")
	a.strings("charset-configured", goipp.TagCharset, "utf-8")
	a.strings("charset-supported", goipp.TagCharset, "us-ascii", "utf-8")
	a.strings("natural-language-configured", goipp.TagLanguage, "en")
	a.strings("generated-natural-language-supported", goipp.TagLanguage, "en")
	var ops []int
	for _, o := range p.operations() {
		ops = append(ops, int(o))
	}
	a.enums("operations-supported", ops...)
	a.strings("identify-actions-default", goipp.TagKeyword, "display")
	a.strings("identify-actions-supported", goipp.TagKeyword, "display")
}

func commands(formats []string) string {
	var c []string
	for _, f := range formats {
		c = append(c, strings.ToUpper(strings.TrimPrefix(extension(f), ".")))
	}
	return strings.Join(c, ",")
}

func (p *Printer) state(a *list) {
	p.mu.Lock()
	defer p.mu.Unlock()
	state, queued := 3, 0
	for _, j := range p.jobs {
		if j.State < stateCanceled {
			queued++
		}
		if j.State == statePrinting {
			state = 4
		}
	}
	reasons := p.fault.Reasons
	if len(reasons) == 0 {
		reasons = []string{"none"}
	}
	if slices.ContainsFunc(reasons, func(r string) bool { return strings.HasSuffix(r, "-error") }) {
		state = 5
	}
	now := time.Now()
	a.enums("printer-state", state)
	a.strings("printer-state-reasons", goipp.TagKeyword, reasons...)
	a.strings("printer-state-message", goipp.TagText, "")
	a.integers("printer-up-time", p.upTime(now))
	a.integers("printer-state-change-time", p.upTime(p.changed))
	a.integers("printer-config-change-time", 1)
	a.add("printer-current-time", goipp.TagDateTime, goipp.Time{Time: now})
	a.add("printer-state-change-date-time", goipp.TagDateTime, goipp.Time{Time: p.changed})
	a.add("printer-config-change-date-time", goipp.TagDateTime, goipp.Time{Time: p.born})
	a.add("printer-is-accepting-jobs", goipp.TagBoolean, goipp.Boolean(!p.fault.Reject))
	a.integers("queued-job-count", queued)
}

func (p *Printer) capabilities(a *list) {
	o := p.opt
	a.strings("document-format-default", goipp.TagMimeType, octets)
	a.strings("document-format-supported", goipp.TagMimeType, append([]string{octets}, o.Formats...)...)
	a.strings("compression-supported", goipp.TagKeyword, "none")
	a.strings("pdl-override-supported", goipp.TagKeyword, "attempted")
	a.integers("multiple-operation-time-out", int(createLease/time.Second))
	a.strings("multiple-operation-time-out-action", goipp.TagKeyword, "abort-job")
	a.add("multiple-document-jobs-supported", goipp.TagBoolean, goipp.Boolean(false))
	a.add("job-ids-supported", goipp.TagBoolean, goipp.Boolean(false))
	a.strings("which-jobs-supported", goipp.TagKeyword, "completed", "not-completed", "all")
	a.strings("job-creation-attributes-supported", goipp.TagKeyword,
		"copies", "finishings", "media", "media-col", "orientation-requested", "output-bin", "page-ranges", "print-color-mode",
		"print-content-optimize", "print-quality", "print-rendering-intent", "print-scaling", "printer-resolution", "sides")
	a.add("copies-supported", goipp.TagRange, goipp.Range{Lower: 1, Upper: 999})
	a.integers("copies-default", 1)
	a.enums("finishings-supported", 3)
	a.enums("finishings-default", 3)
	a.enums("orientation-requested-supported", 3, 4, 5, 6)
	a.add("orientation-requested-default", goipp.TagNoValue, goipp.Void{})
	a.strings("output-bin-supported", goipp.TagKeyword, "face-down")
	a.strings("output-bin-default", goipp.TagKeyword, "face-down")
	a.add("page-ranges-supported", goipp.TagBoolean, goipp.Boolean(true))
	modes, def := []string{"monochrome"}, "monochrome"
	sides := []string{"one-sided"}
	if o.Color {
		modes, def = []string{"auto", "color", "monochrome"}, "auto"
	}
	if o.Duplex {
		sides = append(sides, "two-sided-long-edge", "two-sided-short-edge")
	}
	a.add("color-supported", goipp.TagBoolean, goipp.Boolean(o.Color))
	a.strings("print-color-mode-supported", goipp.TagKeyword, modes...)
	a.strings("print-color-mode-default", goipp.TagKeyword, def)
	a.strings("sides-supported", goipp.TagKeyword, sides...)
	a.strings("sides-default", goipp.TagKeyword, "one-sided")
	for _, name := range []string{"print-content-optimize", "print-rendering-intent", "print-scaling"} {
		a.strings(name+"-default", goipp.TagKeyword, "auto")
	}
	a.strings("print-content-optimize-supported", goipp.TagKeyword, "auto")
	a.strings("print-rendering-intent-supported", goipp.TagKeyword, "auto")
	a.strings("print-scaling-supported", goipp.TagKeyword, "auto", "auto-fit", "fill", "fit", "none")
	a.enums("print-quality-supported", 3, 4, 5)
	a.enums("print-quality-default", 4)
	dpi := goipp.Resolution{Xres: 300, Yres: 300, Units: goipp.UnitsDpi}
	a.add("printer-resolution-supported", goipp.TagResolution, dpi)
	a.add("printer-resolution-default", goipp.TagResolution, dpi)
	a.integers("pages-per-minute", 60)
	if o.Color {
		a.integers("pages-per-minute-color", 60)
	}
	a.add("pwg-raster-document-resolution-supported", goipp.TagResolution, dpi)
	a.strings("pwg-raster-document-sheet-back", goipp.TagKeyword, "normal")
	a.strings("pwg-raster-document-type-supported", goipp.TagKeyword, "black_1", "sgray_8", "srgb_8")
	a.strings("overrides-supported", goipp.TagKeyword, "document-numbers", "pages")
}

func (p *Printer) media(a *list) {
	var names []string
	var cols, dims []goipp.Value
	for _, s := range sizes() {
		names = append(names, s.name)
		cols = append(cols, s.collection())
		var dim list
		dim.integers("x-dimension", s.x)
		dim.integers("y-dimension", s.y)
		dims = append(dims, goipp.Collection(dim))
	}
	a.strings("media-supported", goipp.TagKeyword, names...)
	a.strings("media-default", goipp.TagKeyword, names[0])
	a.strings("media-ready", goipp.TagKeyword, names[:2]...)
	a.add("media-col-database", goipp.TagBeginCollection, cols...)
	a.add("media-col-default", goipp.TagBeginCollection, cols[0])
	a.add("media-col-ready", goipp.TagBeginCollection, cols[:2]...)
	a.add("media-size-supported", goipp.TagBeginCollection, dims...)
	a.strings("media-col-supported", goipp.TagKeyword, "media-bottom-margin", "media-left-margin", "media-right-margin",
		"media-size", "media-size-name", "media-source", "media-top-margin", "media-type")
	for _, side := range []string{"bottom", "left", "right", "top"} {
		a.integers("media-"+side+"-margin-supported", margin)
	}
	a.strings("media-source-supported", goipp.TagKeyword, "main")
	a.strings("media-type-supported", goipp.TagKeyword, "stationery")
	a.add("printer-supply", goipp.TagString, goipp.Binary("index=1;class=supplyThatIsConsumed;type=toner;unit=percent;maxcapacity=100;level=100;colorantname=black;"))
	a.strings("printer-supply-description", goipp.TagText, "Black Toner")
	a.add("printer-input-tray", goipp.TagString, goipp.Binary("type=sheetFeedAutoNonRemovableTray;mediafeed=0;mediaxfeed=0;maxcapacity=250;level=250;status=0;name=main;"))
	a.add("printer-output-tray", goipp.TagString, goipp.Binary("type=unRemovableBin;maxcapacity=100;remaining=100;status=0;name=face-down;stackingorder=firstToLast;pagedelivery=faceDown;"))
}
