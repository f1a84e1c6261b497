package ipp

import (
	"fmt"
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/impose"
)

// rasterPDF reports whether raster is made into PDF on its way in: then the printer's
// own way with it does not matter, and back sides lie as they are read.
func rasterPDF(takes func(string) bool) bool { return takes(impose.PDF) }

// raster says how PWG and Apple raster must be made (PWG 5102.4, 5; the keywords of
// urf-supported are those of Apple's printers).
func (d *description) raster() {
	formats := d.documentFormats()
	own := gcp.PWGRasterConfig{}
	if c := d.can.PWGRasterConfig; c != nil {
		own = *c
	}
	resolutions, types, back := d.rasterResolutions(own), []string{"sgray_8", "srgb_8", "black_1"}, "normal"
	if !rasterPDF(d.f.Takes) {
		types, back = nil, strings.ToLower(strings.ReplaceAll(string(own.DocumentSheetBack), "_", "-"))
		for _, t := range own.DocumentTypeSupported {
			types = append(types, rasterType(t))
		}
		if back == "" {
			back = "rotated"
		}
	}
	if slices.Contains(formats, impose.PWG) && len(types) > 0 {
		var values []goipp.Value
		for _, r := range resolutions {
			values = append(values, r)
		}
		d.Add("pwg-raster-document-resolution-supported", goipp.TagResolution, values...)
		d.Strings("pwg-raster-document-type-supported", goipp.TagKeyword, types...)
		d.Strings("pwg-raster-document-sheet-back", goipp.TagKeyword, back)
	}
	if slices.Contains(formats, impose.URF) {
		d.Strings("urf-supported", goipp.TagKeyword, d.urf()...)
	}
}

// rasterType is a type of raster as IPP has it, such as adobe-rgb_8 (PWG 5102.4, 5).
func rasterType(t gcp.PWGType) string {
	word := strings.ToLower(string(t))
	at := max(0, strings.LastIndexByte(word, '_'))
	return strings.ReplaceAll(word[:at], "_", "-") + word[at:]
}

// rasterResolutions are those that a client may draw at: where PDF is made of it, the
// printer's own that all clients know, and 300 in any case.
func (d *description) rasterResolutions(own gcp.PWGRasterConfig) []goipp.Resolution {
	var list []goipp.Resolution
	add := func(x, y int) {
		if r := (goipp.Resolution{Xres: x, Yres: y, Units: goipp.UnitsDpi}); !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	if !rasterPDF(d.f.Takes) {
		for _, r := range own.DocumentResolutionSupported {
			add(r.CrossFeedDir, r.FeedDir)
		}
		return list
	}
	add(plainDPI, plainDPI)
	for _, r := range dots(d.can) {
		if r.Xres == r.Yres && (r.Xres == 600 || r.Xres == 150) {
			add(r.Xres, r.Yres)
		}
	}
	return list
}

// urf is urf-supported: version, colours, copies by the printer, duplex as it is read,
// qualities and resolutions.
func (d *description) urf() []string {
	list := []string{"V1.4", "CP1", "W8", "SRGB24", "PQ3-4-5", "IS1", "MT1-2-3-4-5", "OB9"}
	var rs []string
	for _, r := range d.rasterResolutions(gcp.PWGRasterConfig{}) {
		if r.Xres == r.Yres {
			rs = append(rs, fmt.Sprint(r.Xres))
		}
	}
	if len(rs) == 0 {
		rs = []string{"300"}
	}
	list = append(list, "RS"+strings.Join(rs, "-"))
	if slices.ContainsFunc(sidesList(d.can).words, func(s string) bool { return s != "one-sided" }) {
		list = append(list, "DM1")
	}
	return list
}
