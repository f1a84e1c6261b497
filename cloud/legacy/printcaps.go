package legacy

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"platen/gcp"
)

// readXPS reads PrintCapabilities, and a PrintTicket with the defaults.
func (d *Description) readXPS(text, defaults string) error {
	root, namespaces, err := readSchema(text)
	if err != nil {
		return err
	}
	d.namespaces = namespaces
	chosen := map[string]string{}
	if ticket, _, err := readSchema(defaults); err == nil {
		for _, f := range ticket.find("Feature") {
			for _, o := range f.find("Option") {
				chosen[f.name] = o.name
			}
		}
	}
	for _, e := range root.find("Feature") {
		f := feature(e, chosen[e.name])
		if f.Name == "" || len(f.Options) == 0 {
			continue
		}
		d.Features = append(d.Features, f)
		if !d.section(e, f) {
			d.CDD.Printer.VendorCapability = append(d.CDD.Printer.VendorCapability, selection(f))
		}
	}
	for _, e := range root.find("ParameterDef") {
		d.Features = append(d.Features, Feature{
			Name: e.name, PSKDisplayName: cmp.Or(e.property("psk:DisplayName"), bare(e.name)), Type: "ParameterDef", Options: []Option{},
		})
		if e.name == "psk:JobCopiesAllDocuments" {
			d.copies = e.name
			d.CDD.Printer.Copies = &gcp.Copies{
				Default: max(1, number(parameter(e, "DefaultValue"))), Max: number(parameter(e, "MaxValue")),
			}
		}
	}
	return nil
}

// parameter returns a property of a parameter, whose names are the framework's.
func parameter(e *element, name string) string {
	for _, p := range e.find("Property") {
		if bare(p.name) == name {
			return p.value
		}
	}
	return ""
}

// feature is an element as the array lists it. Options without a name cannot be
// asked for.
func feature(e *element, chosen string) Feature {
	f := Feature{Name: e.name, PSKDisplayName: cmp.Or(e.property("psk:DisplayName"), bare(e.name)), Type: "Feature"}
	for _, o := range e.find("Option") {
		if o.name == "" || slices.ContainsFunc(f.Options, func(have Option) bool { return have.Name == o.name }) {
			continue
		}
		f.Options = append(f.Options, Option{
			Name: o.name, PSKDisplayName: cmp.Or(o.property("psk:DisplayName"), bare(o.name)), Default: o.name == chosen,
		})
	}
	return f
}

// bare is a name without its prefix.
func bare(name string) string { return name[strings.IndexByte(name, ':')+1:] }

func number(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// section puts a feature into the section of the CDD that it is, and reports
// whether there is one.
func (d *Description) section(e *element, f Feature) bool {
	switch f.Name {
	case "psk:PageMediaSize":
		return d.mediaSection(e, f)
	case "psk:PageOutputColor":
		return d.colorSection(f)
	case "psk:JobDuplexAllDocumentsContiguously", "psk:DocumentDuplex", "psk:JobDuplexAllDocuments":
		return d.duplexSection(f)
	case "psk:PageOrientation":
		return d.orientationSection(f)
	case "psk:PageResolution":
		return d.resolutionSection(e, f)
	case "psk:DocumentCollate", "psk:JobCollateAllDocuments":
		return d.collateSection(f)
	}
	return false
}

func (d *Description) mediaSection(e *element, f Feature) bool {
	var m gcp.MediaSize
	for _, o := range e.find("Option") {
		i := slices.IndexFunc(f.Options, func(have Option) bool { return have.Name == o.name })
		w, h := number(o.property("psk:MediaSizeWidth")), number(o.property("psk:MediaSizeHeight"))
		if i < 0 || w == 0 || h == 0 || d.sizes[o.name] != (Choice{}) {
			continue
		}
		option := gcp.MediaSizeOption{
			Name: cmp.Or(mediaName(bare(o.name)), "CUSTOM"), WidthMicrons: w, HeightMicrons: h, VendorID: o.name, IsDefault: f.Options[i].Default,
		}
		if option.Name == "CUSTOM" {
			option.CustomDisplayName = f.Options[i].PSKDisplayName
		}
		m.Option = append(m.Option, option)
		c := Choice{f.Name, o.name}
		d.sizes[o.name], d.media[c] = c, mediaSize{w, h}
	}
	if m.Option == nil {
		return false
	}
	gcp.OneDefault(m.Option, func(o *gcp.MediaSizeOption) *bool { return &o.IsDefault })
	d.CDD.Printer.MediaSize, d.paper = &m, f.Name
	return true
}

// mediaName returns the protocol's name for a size of the Print Schema.
func mediaName(keyword string) gcp.MediaSizeName {
	if size, ok := strings.CutPrefix(keyword, "ISOA"); ok && size != "" && strings.Trim(size, "0123456789") == "" {
		return gcp.MediaSizeName("ISO_A" + size)
	}
	if size, ok := strings.CutPrefix(keyword, "JISB"); ok && size != "" && strings.Trim(size, "0123456789") == "" {
		return gcp.MediaSizeName("JIS_B" + size)
	}
	switch keyword {
	case "NorthAmericaLetter":
		return "NA_LETTER"
	case "NorthAmericaLegal":
		return "NA_LEGAL"
	case "NorthAmericaExecutive":
		return "NA_EXECUTIVE"
	case "NorthAmericaTabloid":
		return "NA_LEDGER"
	case "NorthAmericaStatement":
		return "NA_INVOICE"
	case "NorthAmericaNumber10Envelope":
		return "NA_NUMBER_10"
	case "NorthAmericaMonarchEnvelope":
		return "NA_MONARCH"
	case "NorthAmerica4x6":
		return "NA_INDEX_4X6"
	case "NorthAmerica5x7":
		return "NA_5X7"
	case "ISODLEnvelope":
		return "ISO_DL"
	case "ISOC5Envelope":
		return "ISO_C5"
	case "JapanHagakiPostcard":
		return "JPN_HAGAKI"
	}
	return ""
}

func (d *Description) colorSection(f Feature) bool {
	var s gcp.Color
	count := map[gcp.ColorType]int{}
	for _, o := range f.Options {
		kind := gcp.ColorCustom
		switch o.Name {
		case "psk:Color":
			kind = gcp.ColorStandard
		case "psk:Grayscale", "psk:Monochrome":
			kind = gcp.ColorMonochrome
		}
		option := gcp.ColorOption{VendorID: f.Name + ":" + o.Name, Type: kind, IsDefault: o.Default}
		if count[kind]++; kind == gcp.ColorMonochrome && count[kind] > 1 {
			option.Type = gcp.ColorCustomMonochrome
		}
		if option.Type == gcp.ColorCustom || option.Type == gcp.ColorCustomMonochrome {
			option.CustomDisplayName = o.PSKDisplayName
		}
		s.Option = append(s.Option, option)
		d.colors[option.VendorID] = Choice{f.Name, o.Name}
	}
	gcp.OneDefault(s.Option, func(o *gcp.ColorOption) *bool { return &o.IsDefault })
	d.CDD.Printer.Color = &s
	return true
}

func (d *Description) duplexSection(f Feature) bool {
	var s gcp.Duplex
	for _, o := range f.Options {
		t, ok := map[string]gcp.DuplexType{
			"psk:OneSided": gcp.DuplexNone, "psk:TwoSidedLongEdge": gcp.DuplexLongEdge, "psk:TwoSidedShortEdge": gcp.DuplexShortEdge,
		}[o.Name]
		if ok && d.sides[t] == (Choice{}) {
			d.sides[t] = Choice{f.Name, o.Name}
			s.Option = append(s.Option, gcp.DuplexOption{Type: t, IsDefault: o.Default})
		}
	}
	if s.Option == nil {
		return false
	}
	gcp.OneDefault(s.Option, func(o *gcp.DuplexOption) *bool { return &o.IsDefault })
	d.CDD.Printer.Duplex = &s
	return true
}

func (d *Description) orientationSection(f Feature) bool {
	var s gcp.PageOrientation
	for _, o := range f.Options {
		t, ok := map[string]gcp.OrientationType{
			"psk:Portrait": gcp.OrientationPortrait, "psk:Landscape": gcp.OrientationLandscape,
		}[o.Name]
		if ok {
			d.turns[t] = Choice{f.Name, o.Name}
			s.Option = append(s.Option, gcp.OrientationOption{Type: t, IsDefault: o.Default})
		}
	}
	if s.Option == nil {
		return false
	}
	gcp.OneDefault(s.Option, func(o *gcp.OrientationOption) *bool { return &o.IsDefault })
	d.CDD.Printer.PageOrientation = &s
	return true
}

func (d *Description) resolutionSection(e *element, f Feature) bool {
	var s gcp.DPI
	for _, o := range e.find("Option") {
		i := slices.IndexFunc(f.Options, func(have Option) bool { return have.Name == o.name })
		x, y := number(o.property("psk:ResolutionX")), number(o.property("psk:ResolutionY"))
		if i < 0 || x == 0 || y == 0 || d.dpi[o.name] != (Choice{}) {
			continue
		}
		s.Option = append(s.Option, gcp.DPIOption{HorizontalDPI: x, VerticalDPI: y, VendorID: o.name, IsDefault: f.Options[i].Default})
		d.dpi[o.name] = Choice{f.Name, o.name}
	}
	if s.Option == nil {
		return false
	}
	gcp.OneDefault(s.Option, func(o *gcp.DPIOption) *bool { return &o.IsDefault })
	d.CDD.Printer.DPI = &s
	return true
}

func (d *Description) collateSection(f Feature) bool {
	def := true
	for _, o := range f.Options {
		switch o.Name {
		case "psk:Collated":
			d.collated[true] = Choice{f.Name, o.Name}
		case "psk:Uncollated":
			d.collated[false] = Choice{f.Name, o.Name}
			def = !o.Default
		}
	}
	if len(d.collated) < 2 {
		return false
	}
	d.CDD.Printer.Collate = &gcp.Collate{Default: &def}
	return true
}
