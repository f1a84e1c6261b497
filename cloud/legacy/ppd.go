package legacy

import (
	"strings"

	"platen/gcp"
	"platen/internal/ppd"
)

// maxCopies is what a printer with a PPD is told at most; the file says nothing of
// copies, which the print system makes.
const maxCopies = 9999

// readPPD reads a PPD file. One that cannot be understood offers its choices as
// they are.
func (d *Description) readPPD(text string) {
	d.Features = append(d.Features, features(text)...)
	d.copies = "copies"
	f, err := ppd.Parse([]byte(text))
	if err != nil {
		for _, feature := range d.Features {
			d.CDD.Printer.VendorCapability = append(d.CDD.Printer.VendorCapability, selection(feature))
		}
	} else {
		d.CDD = ppd.CDD(f)
		d.connect(f)
	}
	d.CDD.Printer.Copies = &gcp.Copies{Default: 1, Max: maxCopies}
}

// connect remembers which choice of the file each option of the CDD is.
func (d *Description) connect(f *ppd.File) {
	s := d.CDD.Printer
	if s.MediaSize != nil {
		d.paper = "PageSize"
		for _, o := range s.MediaSize.Option {
			c := Choice{d.paper, o.VendorID}
			d.sizes[o.VendorID] = c
			d.media[c] = mediaSize{o.WidthMicrons, o.HeightMicrons}
		}
	}
	if s.Color != nil {
		for _, o := range s.Color.Option {
			if feature, option, ok := strings.Cut(o.VendorID, ":"); ok {
				d.colors[o.VendorID] = Choice{feature, option}
			}
		}
	}
	if s.DPI != nil {
		for _, o := range s.DPI.Option {
			d.dpi[o.VendorID] = Choice{f.ResolutionKeyword(), o.VendorID}
		}
	}
	if o := f.Option(f.DuplexKeyword()); o != nil {
		for _, c := range o.Choices {
			if t := ppd.Sides(c.Keyword); t != "" && d.sides[t] == (Choice{}) {
				d.sides[t] = Choice{o.Keyword, c.Keyword}
			}
		}
	}
}

// features lists the choices of a PPD: the keywords between *OpenUI and *CloseUI
// (PPD 4.3, 5.2) and their options, with the code that makes the choice. Programs of
// version 1.0 get them as they are written, code and all, also of files that ppd.Parse
// refuses: so the lines are read here once more.
func features(text string) []Feature {
	var list []Feature
	defaults := map[string]string{}
	open := -1
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || !strings.HasPrefix(key, "*") {
			if strings.HasPrefix(line, "*CloseUI") {
				open = -1
			}
			continue
		}
		word, rest, _ := strings.Cut(key, " ")
		value = strings.TrimSpace(value)
		switch {
		case word == "*OpenUI" || word == "*JCLOpenUI":
			name, shown := translation(strings.TrimPrefix(strings.TrimSpace(rest), "*"))
			list = append(list, Feature{Name: name, DisplayName: shown, Type: "Feature", Options: []Option{}})
			open = len(list) - 1
		case word == "*CloseUI" || word == "*JCLCloseUI":
			open = -1
		case strings.HasPrefix(word, "*Default"):
			defaults[strings.TrimPrefix(word, "*Default")] = value
		case open >= 0 && word == "*"+list[open].Name && rest != "":
			name, shown := translation(strings.TrimSpace(rest))
			list[open].Options = append(list[open].Options, Option{Name: name, DisplayName: shown, Value: strings.Trim(value, `"`)})
		}
	}
	for i := range list {
		for k := range list[i].Options {
			list[i].Options[k].Default = list[i].Options[k].Name == defaults[list[i].Name]
		}
	}
	return list
}

// translation splits "A4/A4 Paper" into the keyword and what people read.
func translation(s string) (name, shown string) {
	name, shown, ok := strings.Cut(s, "/")
	if !ok || shown == "" {
		shown = name
	}
	return name, shown
}
