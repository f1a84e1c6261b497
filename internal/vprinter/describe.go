package vprinter

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
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
	var m ippserver.List
	var dim ippserver.List
	dim.Integers("x-dimension", s.x)
	dim.Integers("y-dimension", s.y)
	m.Add("media-size", goipp.TagBeginCollection, goipp.Collection(dim))
	m.Strings("media-size-name", goipp.TagKeyword, s.name)
	for _, side := range []string{"bottom", "left", "right", "top"} {
		m.Integers("media-"+side+"-margin", margin)
	}
	m.Strings("media-source", goipp.TagKeyword, "main")
	m.Strings("media-type", goipp.TagKeyword, "stationery")
	return goipp.Collection(m)
}

// attributes returns everything about the printer.
func (p *Printer) attributes(m *goipp.Message) goipp.Attributes {
	var a ippserver.List
	p.identity(&a, m)
	p.state(&a)
	p.capabilities(&a)
	p.media(&a)
	return goipp.Attributes(a)
}

func (p *Printer) identity(a *ippserver.List, m *goipp.Message) {
	uri := cmp.Or(ippserver.Text(m.Operation, "printer-uri"), "ipp://localhost"+Path)
	a.Strings("printer-uri-supported", goipp.TagURI, uri)
	a.Strings("uri-security-supported", goipp.TagKeyword, "none")
	a.Strings("uri-authentication-supported", goipp.TagKeyword, "requesting-user-name")
	a.Strings("printer-name", goipp.TagName, p.opt.Name)
	a.Strings("printer-info", goipp.TagText, p.opt.Name)
	a.Strings("printer-location", goipp.TagText, "")
	a.Strings("printer-geo-location", goipp.TagURI, "geo:0,0")
	a.Strings("printer-organization", goipp.TagText, "")
	a.Strings("printer-organizational-unit", goipp.TagText, "")
	a.Strings("printer-make-and-model", goipp.TagText, "Platen Virtual Printer")
	a.Strings("printer-device-id", goipp.TagText, "MFG:Platen;MDL:Virtual Printer;CMD:"+commands(p.opt.Formats)+";")
	a.Strings("printer-more-info", goipp.TagURI, "http"+strings.TrimPrefix(uri, "ipp"))
	a.Strings("printer-supply-info-uri", goipp.TagURI, "http"+strings.TrimPrefix(uri, "ipp"))
	a.Strings("printer-icons", goipp.TagURI, "http"+strings.TrimPrefix(uri, "ipp"))
	a.Strings("printer-uuid", goipp.TagURI, p.uuid)
	a.Strings("printer-firmware-name", goipp.TagName, "platen")
	a.Strings("printer-firmware-string-version", goipp.TagText, "1.0")
	a.Strings("printer-get-attributes-supported", goipp.TagKeyword, "document-format")
	a.Strings("ipp-versions-supported", goipp.TagKeyword, "1.0", "1.1", "2.0")
	a.Strings("ipp-features-supported", goipp.TagKeyword, "ipp-everywhere")
	a.Strings("charset-configured", goipp.TagCharset, "utf-8")
	a.Strings("charset-supported", goipp.TagCharset, "us-ascii", "utf-8")
	a.Strings("natural-language-configured", goipp.TagLanguage, "en")
	a.Strings("generated-natural-language-supported", goipp.TagLanguage, "en")
	var ops []int
	for _, o := range p.operations() {
		ops = append(ops, int(o))
	}
	a.Enums("operations-supported", ops...)
	a.Strings("identify-actions-default", goipp.TagKeyword, "display")
	a.Strings("identify-actions-supported", goipp.TagKeyword, "display")
}

func commands(formats []string) string {
	var c []string
	for _, f := range formats {
		c = append(c, strings.ToUpper(strings.TrimPrefix(extension(f), ".")))
	}
	return strings.Join(c, ",")
}

func (p *Printer) state(a *ippserver.List) {
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
	a.Enums("printer-state", state)
	a.Strings("printer-state-reasons", goipp.TagKeyword, reasons...)
	a.Strings("printer-state-message", goipp.TagText, "")
	a.Integers("printer-up-time", p.upTime(now))
	a.Integers("printer-state-change-time", p.upTime(p.changed))
	a.Integers("printer-config-change-time", 1)
	a.Add("printer-current-time", goipp.TagDateTime, goipp.Time{Time: now})
	a.Add("printer-state-change-date-time", goipp.TagDateTime, goipp.Time{Time: p.changed})
	a.Add("printer-config-change-date-time", goipp.TagDateTime, goipp.Time{Time: p.born})
	a.Add("printer-is-accepting-jobs", goipp.TagBoolean, goipp.Boolean(!p.fault.Reject))
	a.Integers("queued-job-count", queued)
}

func (p *Printer) capabilities(a *ippserver.List) {
	o := p.opt
	a.Strings("document-format-default", goipp.TagMimeType, octets)
	a.Strings("document-format-supported", goipp.TagMimeType, append([]string{octets}, o.Formats...)...)
	a.Strings("compression-supported", goipp.TagKeyword, "none")
	a.Strings("pdl-override-supported", goipp.TagKeyword, "attempted")
	a.Integers("multiple-operation-time-out", int(createLease/time.Second))
	a.Strings("multiple-operation-time-out-action", goipp.TagKeyword, "abort-job")
	a.Add("multiple-document-jobs-supported", goipp.TagBoolean, goipp.Boolean(false))
	a.Add("job-ids-supported", goipp.TagBoolean, goipp.Boolean(false))
	a.Strings("which-jobs-supported", goipp.TagKeyword, "completed", "not-completed", "all")
	a.Strings("job-creation-attributes-supported", goipp.TagKeyword,
		"copies", "finishings", "media", "media-col", "orientation-requested", "output-bin", "page-ranges", "print-color-mode",
		"print-content-optimize", "print-quality", "print-rendering-intent", "print-scaling", "printer-resolution", "sides")
	a.Add("copies-supported", goipp.TagRange, goipp.Range{Lower: 1, Upper: 999})
	a.Integers("copies-default", 1)
	a.Enums("finishings-supported", 3)
	a.Enums("finishings-default", 3)
	a.Enums("orientation-requested-supported", 3, 4, 5, 6)
	a.Add("orientation-requested-default", goipp.TagNoValue, goipp.Void{})
	a.Strings("output-bin-supported", goipp.TagKeyword, "face-down")
	a.Strings("output-bin-default", goipp.TagKeyword, "face-down")
	a.Add("page-ranges-supported", goipp.TagBoolean, goipp.Boolean(true))
	modes, def := []string{"monochrome"}, "monochrome"
	sides := []string{"one-sided"}
	if o.Color {
		modes, def = []string{"auto", "color", "monochrome"}, "auto"
	}
	if o.Duplex {
		sides = append(sides, "two-sided-long-edge", "two-sided-short-edge")
	}
	a.Add("color-supported", goipp.TagBoolean, goipp.Boolean(o.Color))
	a.Strings("print-color-mode-supported", goipp.TagKeyword, modes...)
	a.Strings("print-color-mode-default", goipp.TagKeyword, def)
	a.Strings("sides-supported", goipp.TagKeyword, sides...)
	a.Strings("sides-default", goipp.TagKeyword, "one-sided")
	for _, name := range []string{"print-content-optimize", "print-rendering-intent", "print-scaling"} {
		a.Strings(name+"-default", goipp.TagKeyword, "auto")
	}
	a.Strings("print-content-optimize-supported", goipp.TagKeyword, "auto")
	a.Strings("print-rendering-intent-supported", goipp.TagKeyword, "auto")
	a.Strings("print-scaling-supported", goipp.TagKeyword, "auto", "auto-fit", "fill", "fit", "none")
	a.Enums("print-quality-supported", 3, 4, 5)
	a.Enums("print-quality-default", 4)
	dpi := goipp.Resolution{Xres: 300, Yres: 300, Units: goipp.UnitsDpi}
	a.Add("printer-resolution-supported", goipp.TagResolution, dpi)
	a.Add("printer-resolution-default", goipp.TagResolution, dpi)
	a.Integers("pages-per-minute", 60)
	if o.Color {
		a.Integers("pages-per-minute-color", 60)
	}
	a.Add("pwg-raster-document-resolution-supported", goipp.TagResolution, dpi)
	a.Strings("pwg-raster-document-sheet-back", goipp.TagKeyword, "normal")
	a.Strings("pwg-raster-document-type-supported", goipp.TagKeyword, "black_1", "sgray_8", "srgb_8")
	a.Strings("overrides-supported", goipp.TagKeyword, "document-numbers", "pages")
}

func (p *Printer) media(a *ippserver.List) {
	var names []string
	var cols, dims []goipp.Value
	for _, s := range sizes() {
		names = append(names, s.name)
		cols = append(cols, s.collection())
		var dim ippserver.List
		dim.Integers("x-dimension", s.x)
		dim.Integers("y-dimension", s.y)
		dims = append(dims, goipp.Collection(dim))
	}
	a.Strings("media-supported", goipp.TagKeyword, names...)
	a.Strings("media-default", goipp.TagKeyword, names[0])
	a.Strings("media-ready", goipp.TagKeyword, names[:2]...)
	a.Add("media-col-database", goipp.TagBeginCollection, cols...)
	a.Add("media-col-default", goipp.TagBeginCollection, cols[0])
	a.Add("media-col-ready", goipp.TagBeginCollection, cols[:2]...)
	a.Add("media-size-supported", goipp.TagBeginCollection, dims...)
	a.Strings("media-col-supported", goipp.TagKeyword, "media-bottom-margin", "media-left-margin", "media-right-margin",
		"media-size", "media-size-name", "media-source", "media-top-margin", "media-type")
	for _, side := range []string{"bottom", "left", "right", "top"} {
		a.Integers("media-"+side+"-margin-supported", margin)
	}
	a.Strings("media-source-supported", goipp.TagKeyword, "main")
	a.Strings("media-type-supported", goipp.TagKeyword, "stationery")
	a.Add("printer-supply", goipp.TagString, goipp.Binary("index=1;class=supplyThatIsConsumed;type=toner;unit=percent;maxcapacity=100;level=100;colorantname=black;"))
	a.Strings("printer-supply-description", goipp.TagText, "Black Toner")
	a.Add("printer-input-tray", goipp.TagString, goipp.Binary("type=sheetFeedAutoNonRemovableTray;mediafeed=0;mediaxfeed=0;maxcapacity=250;level=250;status=0;name=main;"))
	a.Add("printer-output-tray", goipp.TagString, goipp.Binary("type=unRemovableBin;maxcapacity=100;remaining=100;status=0;name=face-down;stackingorder=firstToLast;pagedelivery=faceDown;"))
}
