package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/cups"
	"platen/internal/cli"
	"platen/internal/nearest"
	"platen/internal/ppd"
	"platen/printer"
)

// capture is a captured answer, and what is not in it.
type capture struct {
	from, name, source, ppd string
	raw, bare               bool
}

// read translates the printer that is meant, and tells of the others if none was named.
func (f capture) read(tell io.Writer) (printer.Printer, error) {
	data, err := os.ReadFile(f.from)
	if err != nil {
		return printer.Printer{}, fmt.Errorf("read the captured answer: %w", err)
	}
	msg, err := cups.Decode(data)
	if err != nil {
		return printer.Printer{}, cli.Hint(fmt.Errorf("%s is no IPP message: %w", f.from, err),
			"it must hold the body of the answer as the printer sent it, without HTTP headers")
	}
	if code := goipp.Status(msg.Code); code >= goipp.StatusRedirectionOtherSite {
		return printer.Printer{}, fmt.Errorf("%s holds no printer: the answer was %s", f.from, code)
	}
	all := printersOf(msg)
	attrs, err := f.choose(all)
	if err != nil {
		return printer.Printer{}, err
	}
	if f.name == "" && len(all) > 1 {
		names := each(all, func(a goipp.Attributes) string { return cli.Printable(textOf(a, "printer-name")) })
		fmt.Fprintf(tell, "platen: note: %s has %d printers, and this is the first, %s; --name chooses another: %s\n",
			f.from, len(all), names[0], strings.Join(names[1:], ", "))
	}
	o := printer.Origin{Name: printer.Name(f.name), Raw: f.raw, Render: !f.bare}
	if o.Source, err = f.origin(attrs); err != nil {
		return printer.Printer{}, err
	}
	if o.Source == printer.SourceCUPS {
		name := cmp.Or(string(o.Name), textOf(attrs, "printer-name"))
		o.URI = "ipp://localhost/printers/" + url.PathEscape(name)
	} else {
		o.URI = textOf(attrs, "printer-uri-supported")
	}
	if o.PPD, err = f.readPPD(o.Source); err != nil {
		return printer.Printer{}, err
	}
	p, err := printer.FromIPP(attrs, o)
	if err != nil {
		return p, cli.Hint(err, "ask for all attributes: requested-attributes all, media-col-database")
	}
	return p, nil
}

// printersOf returns the attributes of each printer of an answer.
func printersOf(m *goipp.Message) []goipp.Attributes {
	var list []goipp.Attributes
	for _, g := range m.Groups {
		if g.Tag == goipp.TagPrinterGroup {
			list = append(list, g.Attrs)
		}
	}
	return list
}

// choose returns the printer that is meant: the one named, or else the first.
func (f capture) choose(all []goipp.Attributes) (goipp.Attributes, error) {
	if len(all) == 0 {
		return nil, cli.Hint(fmt.Errorf("%s holds no printer's attributes", f.from),
			"capture the answer of Get-Printer-Attributes or CUPS-Get-Printers, not the request")
	}
	if f.name == "" || len(all) == 1 {
		return all[0], nil
	}
	names := each(all, func(a goipp.Attributes) string { return textOf(a, "printer-name") })
	if i := slices.Index(names, f.name); i >= 0 {
		return all[i], nil
	}
	return nil, cli.Hint(fmt.Errorf("%s has no printer %s", f.from, f.name), "it has %s", strings.Join(nearest.First(f.name, names), ", "))
}

// origin returns who gave the answer. Several attributes are CUPS's alone; printers
// that were made with its code have some of the others.
func (f capture) origin(attrs goipp.Attributes) (printer.Source, error) {
	switch printer.Source(f.source) {
	case printer.SourceCUPS, printer.SourceDirect:
		return printer.Source(f.source), nil
	case "":
	default:
		return "", cli.Usage(errors.New("--source is cups or direct"))
	}
	has := func(name string) bool {
		return slices.ContainsFunc(attrs, func(a goipp.Attribute) bool { return a.Name == name })
	}
	if has("cups-version") || has("server-is-sharing-printers") || has("printer-type") && has("marker-change-time") {
		return printer.SourceCUPS, nil
	}
	return printer.SourceDirect, nil
}

// textOf returns the first value of an attribute in words, "" if there is none.
func textOf(attrs goipp.Attributes, name string) string {
	for _, a := range attrs {
		if a.Name == name && len(a.Values) > 0 {
			return a.Values[0].V.String()
		}
	}
	return ""
}

// readPPD reads the PPD that was given; nil for none.
func (f capture) readPPD(from printer.Source) (*ppd.File, error) {
	if f.ppd == "" {
		return nil, nil
	}
	if from != printer.SourceCUPS {
		return nil, cli.Usage(errors.New("only queues of CUPS have a PPD: if the file's answer is one's, say --source cups"))
	}
	data, err := os.ReadFile(f.ppd)
	if err != nil {
		return nil, fmt.Errorf("read the PPD: %w", err)
	}
	file, err := ppd.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s is no PPD: %w", f.ppd, err)
	}
	return file, nil
}
