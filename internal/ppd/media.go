package ppd

import (
	"math"
	"strconv"
	"strings"

	"platen/gcp"
)

// micronsPerPoint is 25 400 microns an inch in 72 points.
const micronsPerPoint = 25400.0 / 72

func microns(points float64) int { return int(math.Round(points * micronsPerPoint)) }

// MediaSizes lists the choices of PageSize that what is installed allows, and the
// limits of sizes of one's own; nil without any. The vendor_id is prefix and the
// choice. Of several choices of one size the default one or else the first counts:
// borderless and small variants of a size are margins, not sizes.
func (f *File) MediaSizes(prefix string) *gcp.MediaSize {
	o := f.Option("PageSize")
	if o == nil {
		return nil
	}
	known := standardSizes()
	var m gcp.MediaSize
	places := map[[2]int]int{}
	for _, c := range f.Possible(*o) {
		z, ok := f.sizeOf(known, c.Keyword)
		if !ok || borderless(c.Keyword) {
			continue
		}
		option := gcp.MediaSizeOption{
			Name: z.Name, WidthMicrons: z.Width, HeightMicrons: z.Height,
			IsDefault: c.Keyword == o.Default, VendorID: prefix + c.Keyword,
		}
		if z.Name == "" {
			option.CustomDisplayName = c.Text
		}
		at := [2]int{z.Width, z.Height}
		i, twice := places[at]
		switch {
		case twice && option.IsDefault:
			m.Option[i] = option
		case !twice:
			places[at] = len(m.Option)
			m.Option = append(m.Option, option)
		}
	}
	f.ownSizes(*o, &m)
	if len(m.Option) == 0 && m.MaxWidthMicrons == 0 {
		return nil
	}
	gcp.OneDefault(m.Option, func(o *gcp.MediaSizeOption) *bool { return &o.IsDefault })
	return &m
}

// borderless reports whether a choice is a size without margins.
func borderless(keyword string) bool {
	return strings.HasSuffix(strings.ToLower(keyword), ".fullbleed")
}

// sizeOf returns the size of a choice of PageSize: the standard one of the keyword,
// the one that the keyword spells out, or the file's, rounded to a standard one.
func (f *File) sizeOf(known sizes, keyword string) (gcp.StandardSize, bool) {
	paper, given := f.papers[keyword]
	given = given && paper.Width > 0
	w, h := microns(paper.Width), microns(paper.Height)
	spelled, ok := spelledOut(keyword)
	if z, standard := known.byKeyword[keyword]; standard {
		spelled, ok = z, true
	}
	// Some files have sizes that are not what their keywords say: the printer
	// goes by the file.
	if ok && (!given || spelled.Is(w, h)) {
		if z, standard := known.find(spelled.Width, spelled.Height); standard && spelled.Name == "" {
			return z, true
		}
		return spelled, true
	}
	if !given {
		return gcp.StandardSize{}, false
	}
	if z, standard := known.find(w, h); standard {
		return z, true
	}
	return gcp.StandardSize{Width: w, Height: h}, true
}

// spelledOut reads sizes such as 100x150mm, 4x6in and w283h425 (points).
func spelledOut(keyword string) (gcp.StandardSize, bool) {
	unit, text := 0.0, keyword
	var w, h string
	ok := false
	switch {
	case strings.HasSuffix(keyword, "mm"):
		unit, text = 1000, strings.TrimSuffix(keyword, "mm")
	case strings.HasSuffix(keyword, "in"):
		unit, text = 25400, strings.TrimSuffix(keyword, "in")
	}
	if unit > 0 {
		w, h, ok = strings.Cut(text, "x")
	} else if text, ok = strings.CutPrefix(keyword, "w"); ok {
		unit = micronsPerPoint
		w, h, ok = strings.Cut(text, "h")
	}
	x, errX := strconv.ParseFloat(w, 64)
	y, errY := strconv.ParseFloat(h, 64)
	if !ok || errX != nil || errY != nil || !(x > 0 && y > 0 && x*unit < 1e8 && y*unit < 1e8) {
		return gcp.StandardSize{}, false
	}
	return gcp.StandardSize{Width: int(math.Round(x * unit)), Height: int(math.Round(y * unit))}, true
}

// ownSizes sets the limits of sizes of one's own (PPD 4.3, 5.16: CustomPageSize).
func (f *File) ownSizes(o Option, m *gcp.MediaSize) {
	w, h := o.Params["Width"], o.Params["Height"]
	if !o.Custom || !(w.Max > 0 && h.Max > 0) {
		return
	}
	if f.MaxWidth > 0 {
		w.Max = min(w.Max, f.MaxWidth)
	}
	if f.MaxHeight > 0 {
		h.Max = min(h.Max, f.MaxHeight)
	}
	if w.Min > w.Max || h.Min > h.Max {
		return
	}
	m.MinWidthMicrons, m.MaxWidthMicrons = microns(max(w.Min, 1)), microns(w.Max)
	m.MinHeightMicrons, m.MaxHeightMicrons = microns(max(h.Min, 1)), microns(h.Max)
}

// margins are those of the default size, without which those of the hardware count.
func (f *File) margins() *gcp.Margins {
	in := f.HWMargins
	if o := f.Option("PageSize"); o != nil {
		if p, ok := f.papers[o.Default]; ok && p.Area != nil && p.Width > 0 {
			a := Margins{Left: p.Area.Left, Bottom: p.Area.Bottom, Right: p.Width - p.Area.Right, Top: p.Height - p.Area.Top}
			if a.Left >= 0 && a.Bottom >= 0 && a.Right >= 0 && a.Top >= 0 && in == nil {
				in = &a
			}
		}
	}
	if in == nil {
		return nil
	}
	kind := gcp.MarginsStandard
	if *in == (Margins{}) {
		kind = gcp.MarginsBorderless
	}
	return &gcp.Margins{Option: []gcp.MarginsOption{{
		Type: kind, TopMicrons: microns(in.Top), RightMicrons: microns(in.Right),
		BottomMicrons: microns(in.Bottom), LeftMicrons: microns(in.Left), IsDefault: true,
	}}}
}
