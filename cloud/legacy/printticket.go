package legacy

import (
	"encoding/xml"
	"fmt"
	"strings"

	"platen/gcp"
)

// PrintTicket is a ticket as connectors of XPS printers read it.
func (d *Description) PrintTicket(t gcp.CJT) string {
	choices, copies := d.Choices(t)
	if d.copies == "" {
		copies = 0
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<psf:PrintTicket xmlns:psf="` + psf + `" xmlns:psk="` + psk + `"` +
		` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"`)
	for _, prefix := range prefixes(choices) {
		if uri, ok := d.namespaces[prefix]; ok && prefix != "psk" && prefix != "psf" && prefix != "xsi" && prefix != "xsd" {
			fmt.Fprintf(&b, ` xmlns:%s="%s"`, prefix, escaped(uri))
		}
	}
	b.WriteString(` version="1">` + "\n")
	for _, c := range choices {
		if !d.known(c) {
			continue
		}
		fmt.Fprintf(&b, `<psf:Feature name="%s"><psf:Option name="%s">`, escaped(c.Feature), escaped(c.Option))
		if m, ok := d.media[c]; ok {
			scored(&b, "psk:MediaSizeWidth", m.width)
			scored(&b, "psk:MediaSizeHeight", m.height)
		}
		b.WriteString("</psf:Option></psf:Feature>\n")
	}
	if copies > 0 {
		fmt.Fprintf(&b, `<psf:ParameterInit name="%s"><psf:Value xsi:type="xsd:integer">%d</psf:Value></psf:ParameterInit>`+"\n", escaped(d.copies), copies)
	}
	b.WriteString("</psf:PrintTicket>\n")
	return b.String()
}

// known reports whether the printer lists a choice: names that it does not list
// could have no namespace.
func (d *Description) known(c Choice) bool {
	for _, f := range d.Features {
		if f.Name != c.Feature {
			continue
		}
		for _, o := range f.Options {
			if o.Name == c.Option {
				return true
			}
		}
	}
	return false
}

func scored(b *strings.Builder, name string, n int) {
	fmt.Fprintf(b, `<psf:ScoredProperty name="%s"><psf:Value xsi:type="xsd:integer">%d</psf:Value></psf:ScoredProperty>`, name, n)
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}
