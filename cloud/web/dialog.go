package web

import (
	"cmp"
	"slices"
	"strconv"

	"platen/gcp"
)

// fieldKind is how a choice looks.
type fieldKind string

// The kinds of fields.
const (
	fieldSelect fieldKind = "select"
	fieldNumber fieldKind = "number"
	fieldText   fieldKind = "text"
	fieldSecret fieldKind = "password" // never remembered, and in no address
)

// field is one choice of the print dialog.
type field struct {
	ID      string // in the page
	Name    string // in the form
	Item    string // of the ticket; "" where it is no item of its own
	Label   string
	Hint    string
	Kind    fieldKind
	Choices []fieldChoice // of a select
	Default string
	Value   string // what is chosen
	Min     string // of a number
	Max     string
	Step    string
	Mode    string // of the keyboard on a phone, "" for the usual
	With    string // the value of the field before with which it counts; "" for always
	Problem string // what is wrong with the value
	Rare    bool   // it is among the further choices
}

// fieldChoice is one value of a select.
type fieldChoice struct{ Value, Label string }

// The names of the fields that are not of the printer's own.
const (
	nameCopies, nameRange, nameSubset     = "copies", "range", "subset"
	nameColor, nameDuplex                 = "color", "duplex"
	nameMedia, nameWidth, nameHeight      = "media", "media_width", "media_height"
	nameOrientation, nameFit, nameMargins = "orientation", "fit", "margins"
	nameDPI, nameCollate, nameReverse     = "dpi", "collate", "reverse"
	vendorPrefix                          = "v:"
	valueCustom, valueYes, valueNo        = "custom", "yes", "no"
	valueOdd, valueEven                   = "odd", "even"
	valueAll                              = "all"
)

// dialog describes the form for a printer: a field for each of its sections that
// offers a choice. It is a function of its arguments alone.
func dialog(cdd gcp.CDD, words map[string]string) []field {
	can := cdd.Printer
	b := builder{words: words}
	b.copies(can.Copies)
	b.pages(can.PageRange)
	b.color(can.Color)
	b.duplex(can.Duplex)
	b.media(can.MediaSize)
	b.orientation(can.PageOrientation)
	b.vendor(can.VendorCapability, usual)
	b.fit(can.FitToPage)
	b.margins(can.Margins)
	b.dpi(can.DPI)
	b.collate(can.Collate)
	b.reverse(can.ReverseOrder)
	b.vendor(can.VendorCapability, rare)
	for i := range b.list {
		b.list[i].ID = "choice" + strconv.Itoa(i)
		b.list[i].Value = b.list[i].Default
	}
	return b.list
}

// builder gathers fields.
type builder struct {
	words map[string]string
	list  []field
}

// add adds a field; a select with one value is no choice.
func (b *builder) add(f field) {
	if f.Kind == fieldSelect && len(f.Choices) < 2 {
		return
	}
	b.list = append(b.list, f)
}

// copies offers a number also where the printer tells no section: the service and the
// printer's capabilities decide what becomes of it.
func (b *builder) copies(c *gcp.Copies) {
	f := field{Name: nameCopies, Item: "copies", Label: b.words["print.copies"], Kind: fieldNumber, Default: "1", Min: "1", Step: "1"}
	if c != nil && c.Default > 1 {
		f.Default = strconv.Itoa(c.Default)
	}
	if c != nil && c.Max > 0 {
		f.Max = strconv.Itoa(c.Max)
	}
	b.add(f)
}

func (b *builder) pages(p *gcp.PageRange) {
	if p == nil {
		return
	}
	b.add(field{Name: nameRange, Item: "page_range", Label: b.words["print.range"], Hint: b.words["print.rangehint"], Kind: fieldText})
	b.add(field{Name: nameSubset, Label: b.words["print.subset"], Kind: fieldSelect, Default: valueAll, Choices: []fieldChoice{
		{valueAll, b.words["print.subset.all"]}, {valueOdd, b.words["print.subset.odd"]}, {valueEven, b.words["print.subset.even"]},
	}})
}

func (b *builder) color(c *gcp.Color) {
	if c == nil {
		return
	}
	names := map[gcp.ColorType]string{
		gcp.ColorStandard: b.words["print.color.standard"], gcp.ColorMonochrome: b.words["print.color.mono"],
		gcp.ColorCustom: b.words["print.color.custom"], gcp.ColorCustomMonochrome: b.words["print.color.custommono"],
		gcp.ColorAuto: b.words["print.auto"],
	}
	b.add(listed(field{Name: nameColor, Item: "color", Label: b.words["print.color"]}, c.Option, func(o gcp.ColorOption) listing {
		name := cmp.Or(o.CustomDisplayName, localized(o.CustomDisplayNameLocalized), names[o.Type], readable(string(o.Type)))
		return listing{fieldChoice{colorKey(o), name}, o.IsDefault}
	}))
}

func (b *builder) duplex(d *gcp.Duplex) {
	if d == nil {
		return
	}
	names := map[gcp.DuplexType]string{
		gcp.DuplexNone: b.words["print.duplex.none"], gcp.DuplexLongEdge: b.words["print.duplex.long"],
		gcp.DuplexShortEdge: b.words["print.duplex.short"],
	}
	b.add(listed(field{Name: nameDuplex, Item: "duplex", Label: b.words["print.duplex"]}, d.Option, func(o gcp.DuplexOption) listing {
		kind := gcp.DuplexType(cmp.Or(string(o.Type), string(gcp.DuplexNone)))
		return listing{fieldChoice{string(kind), cmp.Or(names[kind], readable(string(kind)))}, o.IsDefault}
	}))
}

// orientation takes AUTO for the default, where it is offered: what nearly all
// printers call portrait by default turns wide pages all the same (decision 009).
func (b *builder) orientation(p *gcp.PageOrientation) {
	if p == nil {
		return
	}
	names := map[gcp.OrientationType]string{
		gcp.OrientationAuto: b.words["print.auto"], gcp.OrientationPortrait: b.words["print.orientation.portrait"],
		gcp.OrientationLandscape: b.words["print.orientation.landscape"],
	}
	f := listed(field{Name: nameOrientation, Item: "page_orientation", Label: b.words["print.orientation"]}, p.Option, func(o gcp.OrientationOption) listing {
		return listing{fieldChoice{string(o.Type), cmp.Or(names[o.Type], readable(string(o.Type)))}, o.IsDefault}
	})
	if f.Default == string(gcp.OrientationPortrait) && f.has(string(gcp.OrientationAuto)) {
		f.Default = string(gcp.OrientationAuto)
	}
	b.add(f)
}

func (b *builder) fit(p *gcp.FitToPage) {
	if p == nil {
		return
	}
	names := map[gcp.FitToPageType]string{
		gcp.FitNone: b.words["print.fit.none"], gcp.FitPage: b.words["print.fit.page"], gcp.FitGrow: b.words["print.fit.grow"],
		gcp.FitShrink: b.words["print.fit.shrink"], gcp.FitFill: b.words["print.fit.fill"],
	}
	b.add(listed(field{Name: nameFit, Item: "fit_to_page", Label: b.words["print.fit"], Rare: true}, p.Option, func(o gcp.FitToPageOption) listing {
		return listing{fieldChoice{string(o.Type), cmp.Or(names[o.Type], readable(string(o.Type)))}, o.IsDefault}
	}))
}

func (b *builder) collate(c *gcp.Collate) {
	if c == nil {
		return
	}
	f := field{Name: nameCollate, Item: "collate", Label: b.words["print.collate"], Kind: fieldSelect, Default: valueYes, Rare: true, Choices: []fieldChoice{
		{valueYes, b.words["print.collate.yes"]}, {valueNo, b.words["print.collate.no"]},
	}}
	if c.Default != nil && !*c.Default {
		f.Default = valueNo
	}
	b.add(f)
}

func (b *builder) reverse(r *gcp.ReverseOrder) {
	if r == nil {
		return
	}
	f := field{Name: nameReverse, Item: "reverse_order", Label: b.words["print.reverse"], Kind: fieldSelect, Default: valueNo, Rare: true, Choices: []fieldChoice{
		{valueNo, b.words["print.reverse.no"]}, {valueYes, b.words["print.reverse.yes"]},
	}}
	if r.Default {
		f.Default = valueYes
	}
	b.add(f)
}

// listing is an option as a choice.
type listing struct {
	fieldChoice
	isDefault bool
}

// listed fills a select with options; the first default counts, or else the first.
func listed[T any](f field, options []T, show func(T) listing) field {
	f.Kind = fieldSelect
	chosen := false
	for _, o := range options {
		l := show(o)
		if l.Value == "" || f.has(l.Value) {
			continue
		}
		f.Choices = append(f.Choices, l.fieldChoice)
		if f.Default == "" || l.isDefault && !chosen {
			f.Default, chosen = l.Value, l.isDefault
		}
	}
	return f
}

// has reports whether a select offers a value.
func (f *field) has(value string) bool {
	return slices.ContainsFunc(f.Choices, func(c fieldChoice) bool { return c.Value == value })
}

// colorKey names a colour mode in the form.
func colorKey(o gcp.ColorOption) string { return cmp.Or(o.VendorID, string(o.Type)) }
