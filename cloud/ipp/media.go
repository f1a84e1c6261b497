package ipp

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/ippserver"
)

// micron is one in 1/100 mm.
const micron = 10

func hundredths(microns int) int { return (microns + micron/2) / micron }

// mediaName returns the PWG 5101.1 name of a size: the connector's own, else made of the
// protocol's name, which is the same but for the measures, else of the measures.
func mediaName(o gcp.MediaSizeOption) string {
	if name, ok := strings.CutPrefix(o.VendorID, "media:"); ok && name != "" {
		return name
	}
	if o.Name == "" {
		o.Name = standardName(o.WidthMicrons, o.HeightMicrons)
	}
	class, rest, ok := strings.Cut(strings.ToLower(string(o.Name)), "_")
	switch {
	case !ok:
		class, rest = "custom", "size"
	case o.Name == "NA_ASME_F":
		class, rest = "asme", "f"
	}
	size := measure(o.WidthMicrons, 1000) + "x" + measure(o.HeightMicrons, 1000) + "mm"
	if class == "na" || class == "asme" {
		size = measure(o.WidthMicrons, 25400) + "x" + measure(o.HeightMicrons, 25400) + "in"
	}
	if class == "custom" {
		rest = size
	}
	return class + "_" + strings.ReplaceAll(rest, "_", "-") + "_" + size
}

// standardName returns the protocol's name of a size, "" if it has none.
func standardName(width, height int) gcp.MediaSizeName {
	for _, s := range gcp.StandardSizes() {
		if s.Is(width, height) {
			return s.Name
		}
	}
	return ""
}

func measure(microns int, unit float64) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.FormatFloat(float64(microns)/unit, 'f', 4, 64), "0"), ".")
}

// sheets are the sizes of sheets; those of rolls have no end, and are not among them.
func sheets(can gcp.PrinterDescriptionSection) []gcp.MediaSizeOption {
	var list []gcp.MediaSizeOption
	if can.MediaSize != nil {
		for _, o := range can.MediaSize.Option {
			if o.WidthMicrons > 0 && o.HeightMicrons > 0 {
				list = append(list, o)
			}
		}
	}
	if len(list) == 0 { // a printer that says nothing of paper: what most have
		list = []gcp.MediaSizeOption{
			{Name: "ISO_A4", WidthMicrons: 210000, HeightMicrons: 297000, IsDefault: true},
			{Name: "NA_LETTER", WidthMicrons: 215900, HeightMicrons: 279400},
		}
	}
	return list
}

func usualSheet(list []gcp.MediaSizeOption) gcp.MediaSizeOption {
	if i := slices.IndexFunc(list, func(o gcp.MediaSizeOption) bool { return o.IsDefault }); i >= 0 {
		return list[i]
	}
	return list[0]
}

// inset is margins in 1/100 mm.
type inset struct{ top, right, bottom, left int }

// insets are the printer's margins, the usual ones first.
func insets(can gcp.PrinterDescriptionSection) []inset {
	var list []inset
	if can.Margins != nil {
		for _, o := range can.Margins.Option {
			in := inset{hundredths(o.TopMicrons), hundredths(o.RightMicrons), hundredths(o.BottomMicrons), hundredths(o.LeftMicrons)}
			switch {
			case slices.Contains(list, in):
			case o.IsDefault:
				list = slices.Insert(list, 0, in)
			default:
				list = append(list, in)
			}
		}
	}
	if len(list) == 0 {
		list = []inset{{423, 423, 423, 423}} // a sixth of an inch, which printers leave
	}
	return list
}

func sizeCollection(x, y int) goipp.Collection {
	var l ippserver.List
	l.Integers("x-dimension", x)
	l.Integers("y-dimension", y)
	return goipp.Collection(l)
}

// column is one media-col (PWG 5100.7, 6.3.1).
func column(size goipp.Collection, name string, in inset, source, kind string) goipp.Collection {
	var l ippserver.List
	l.Add("media-size", goipp.TagBeginCollection, size)
	if name != "" {
		l.Words("media-size-name", name)
	}
	l.Integers("media-bottom-margin", in.bottom)
	l.Integers("media-left-margin", in.left)
	l.Integers("media-right-margin", in.right)
	l.Integers("media-top-margin", in.top)
	if source != "" {
		l.Words("media-source", source)
	}
	if kind != "" {
		l.Words("media-type", kind)
	}
	return goipp.Collection(l)
}

func (d *description) media() {
	list, margins := sheets(d.can), insets(d.can)
	usual := usualSheet(list)
	sources, kinds := vendorWords(d.can, "media-source", "auto"), vendorWords(d.can, "media-type", "stationery")
	var names []string
	var dims, database []goipp.Value
	for _, o := range list {
		size := sizeCollection(hundredths(o.WidthMicrons), hundredths(o.HeightMicrons))
		name := mediaName(o)
		if slices.Contains(names, name) {
			continue
		}
		names, dims = append(names, name), append(dims, size)
		for _, in := range margins {
			database = append(database, column(size, name, in, "", ""))
		}
	}
	if custom, ok := d.customSize(); ok {
		dims = append(dims, custom)
		for _, in := range margins[:1] {
			database = append(database, column(custom, "", in, "", ""))
		}
		m := d.can.MediaSize
		names = append(names, "custom_min_"+measure(m.MinWidthMicrons, 1000)+"x"+measure(m.MinHeightMicrons, 1000)+"mm",
			"custom_max_"+measure(m.MaxWidthMicrons, 1000)+"x"+measure(m.MaxHeightMicrons, 1000)+"mm")
	}
	// What is loaded nobody tells the service; what comes out if nothing is asked for, it
	// knows.
	ready := column(sizeCollection(hundredths(usual.WidthMicrons), hundredths(usual.HeightMicrons)), mediaName(usual), margins[0], sources.usual, kinds.usual)
	d.Words("media-supported", names...)
	d.Words("media-default", mediaName(usual))
	d.Words("media-ready", mediaName(usual))
	d.Add("media-size-supported", goipp.TagBeginCollection, dims...)
	d.Add("media-col-default", goipp.TagBeginCollection, ready)
	d.Add("media-col-ready", goipp.TagBeginCollection, ready)
	if d.database {
		d.Add(databaseName, goipp.TagBeginCollection, database...)
	}
	d.Strings("media-col-supported", goipp.TagKeyword, "media-bottom-margin", "media-left-margin", "media-right-margin",
		"media-size", "media-size-name", "media-source", "media-top-margin", "media-type")
	d.margins(margins)
	d.Words("media-source-supported", sources.words...)
	d.Words("media-type-supported", kinds.words...)
}

func (d *description) margins(list []inset) {
	for _, side := range []struct {
		name string
		of   func(inset) int
	}{
		{"bottom", func(in inset) int { return in.bottom }},
		{"left", func(in inset) int { return in.left }},
		{"right", func(in inset) int { return in.right }},
		{"top", func(in inset) int { return in.top }},
	} {
		var values []int
		for _, in := range list {
			if n := side.of(in); !slices.Contains(values, n) {
				values = append(values, n)
			}
		}
		d.Integers("media-"+side.name+"-margin-supported", values...)
	}
}

// customSize is the range of sizes between the printer's limits.
func (d *description) customSize() (goipp.Collection, bool) {
	m := d.can.MediaSize
	if m == nil || m.MaxWidthMicrons <= 0 || m.MaxHeightMicrons <= 0 {
		return nil, false
	}
	var l ippserver.List
	l.Add("x-dimension", goipp.TagRange, goipp.Range{Lower: hundredths(m.MinWidthMicrons), Upper: hundredths(m.MaxWidthMicrons)})
	l.Add("y-dimension", goipp.TagRange, goipp.Range{Lower: hundredths(m.MinHeightMicrons), Upper: hundredths(m.MaxHeightMicrons)})
	return goipp.Collection(l), true
}

// nameMeasures are the measures at the end of a media name.
var nameMeasures = regexp.MustCompile(`_([0-9.]+)x([0-9.]+)(mm|in)$`)

// sizeOf finds a size by its measures in microns: one of the printer's, or one between
// its limits.
func sizeOf(can gcp.PrinterDescriptionSection, width, height int) (gcp.MediaSizeTicketItem, bool) {
	for _, o := range sheets(can) {
		if (gcp.StandardSize{Width: o.WidthMicrons, Height: o.HeightMicrons}).Is(width, height) {
			return gcp.MediaSizeTicketItem{WidthMicrons: o.WidthMicrons, HeightMicrons: o.HeightMicrons, VendorID: o.VendorID}, true
		}
	}
	m := can.MediaSize
	ok := m != nil && width >= m.MinWidthMicrons && width <= m.MaxWidthMicrons && height >= m.MinHeightMicrons && height <= m.MaxHeightMicrons
	return gcp.MediaSizeTicketItem{WidthMicrons: width, HeightMicrons: height}, ok
}

// sizeNamed finds a size by its PWG 5101.1 name.
func sizeNamed(can gcp.PrinterDescriptionSection, name string) (gcp.MediaSizeTicketItem, bool) {
	for _, o := range sheets(can) {
		if mediaName(o) == name {
			return gcp.MediaSizeTicketItem{WidthMicrons: o.WidthMicrons, HeightMicrons: o.HeightMicrons, VendorID: o.VendorID}, true
		}
	}
	m := nameMeasures.FindStringSubmatch(name)
	if m == nil {
		return gcp.MediaSizeTicketItem{}, false
	}
	unit := 1000.0
	if m[3] == "in" {
		unit = 25400
	}
	x, errX := strconv.ParseFloat(m[1], 64)
	y, errY := strconv.ParseFloat(m[2], 64)
	const most = 1e8 // microns: a hundred metres
	if errX != nil || errY != nil || x*unit > most || y*unit > most {
		return gcp.MediaSizeTicketItem{}, false
	}
	return sizeOf(can, int(x*unit+0.5), int(y*unit+0.5))
}
