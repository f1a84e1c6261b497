package ipp

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// unknownLevel is the level of a supply that nobody knows (RFC 3805, prtMarkerSuppliesLevel).
const unknownLevel = -2

// supplies says how full toner and ink are (PWG 5100.13, 6.5): to whom prints here.
func (d *description) supplies() {
	var values, words []string
	if d.known() {
		values, words = d.markers()
	}
	if len(values) == 0 {
		values, words = []string{supply(1, "other", unknownLevel, "none")}, []string{"Supplies"}
	}
	var list []goipp.Value
	for _, v := range values {
		list = append(list, goipp.Binary(v))
	}
	d.Add("printer-supply", goipp.TagString, list...)
	d.Strings("printer-supply-description", goipp.TagText, words...)
}

func (d *description) markers() (values, words []string) {
	var cds gcp.CDS
	_ = json.Unmarshal(d.f.SemanticState, &cds) // it was checked when it was reported; none is none
	levels := map[string]int{}
	if cds.Printer != nil && cds.Printer.MarkerState != nil {
		for _, u := range cds.Printer.MarkerState.Item {
			if u.LevelPercent != nil {
				levels[u.VendorID] = *u.LevelPercent
			}
		}
	}
	for i, m := range d.can.Marker {
		level, known := levels[m.VendorID]
		if !known {
			level = unknownLevel
		}
		color := "unknown"
		if m.Color != nil {
			color = strings.ToLower(strings.ReplaceAll(string(m.Color.Type), "_", "-"))
		}
		kind := map[gcp.MarkerType]string{gcp.MarkerToner: "toner", gcp.MarkerInk: "ink", gcp.MarkerStaples: "staples"}[m.Type]
		if kind == "" {
			kind = "other"
		}
		name := m.CustomDisplayName
		if name == "" {
			name = color + " " + kind
		}
		values, words = append(values, supply(i+1, kind, level, color)), append(words, name)
	}
	return values, words
}

func supply(index int, kind string, level int, color string) string {
	return fmt.Sprintf("index=%d;class=supplyThatIsConsumed;type=%s;unit=percent;maxcapacity=100;level=%d;colorantname=%s;", index, kind, level, color)
}
