package printer

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// near is how far, in 1/100 mm, a size may be from another and still be the
// same: PPDs count in points, so that A4 is 20990 x 29704.
const near = 50

// micron is one in 1/100 mm.
const micron = 10

// mediaSizes lists the sizes, each once, in the printer's order, and the same
// sizes as the printer has them.
func mediaSizes(m attributes) ([]Media, *gcp.MediaSize) {
	known := m.texts("media-supported")
	var list []Media
	var s gcp.MediaSize
	for _, c := range m.collections("media-col-database") {
		if size := c.collection("media-size"); size != nil {
			list = addSize(list, &s, c, size, known)
		}
	}
	if len(list) == 0 {
		for _, size := range m.collections("media-size-supported") {
			list = addSize(list, &s, nil, size, known)
		}
	}
	if len(list) == 0 {
		for _, k := range known {
			if x, y, ok := keywordSize(k); ok && !limitKeyword(k) {
				list = addMedia(list, Media{Keyword: strings.Clone(k), X: x, Y: y})
			}
		}
	}
	for _, k := range known {
		customLimits(&s, k)
	}
	if len(list) == 0 && s.MaxWidthMicrons == 0 {
		return nil, nil
	}
	for _, l := range list {
		s.Option = append(s.Option, l.option())
	}
	if i := defaultMedia(m, list); i >= 0 {
		s.Option[i].IsDefault = true
	}
	oneDefault(s.Option, func(o *gcp.MediaSizeOption) *bool { return &o.IsDefault })
	return list, &s
}

// addSize adds one entry of the printer's database; a range of sizes becomes the
// limits of custom sizes.
func addSize(list []Media, s *gcp.MediaSize, entry, size attributes, known []string) []Media {
	xlo, xhi := bounds(size, "x-dimension")
	ylo, yhi := bounds(size, "y-dimension")
	if xhi <= 0 || yhi <= 0 {
		return list
	}
	if xlo != xhi || ylo != yhi {
		widen(s, xlo, ylo)
		widen(s, xhi, yhi)
		return list
	}
	name := entry.text("media-size-name")
	if name == "" {
		name = nearestKeyword(known, xlo, ylo)
	}
	md := Media{Keyword: strings.Clone(valid(name)), X: xlo, Y: ylo}
	if entry != nil {
		md.Margins = []Inset{inset(entry)}
	}
	return addMedia(list, md)
}

// addMedia adds a size, or its margins to the same size.
func addMedia(list []Media, md Media) []Media {
	for i := range list {
		if list[i].Keyword == md.Keyword && list[i].is(md.X, md.Y) {
			for _, in := range md.Margins {
				if !slices.Contains(list[i].Margins, in) {
					list[i].Margins = append(list[i].Margins, in)
				}
			}
			return list
		}
	}
	return append(list, md)
}

// is reports whether x and y, in 1/100 mm, are this size.
func (md Media) is(x, y int) bool {
	return abs(md.X-x) <= near && abs(md.Y-y) <= near
}

// exact returns the size of the name where there is one: PPDs round.
func (md Media) exact() (x, y int) {
	if x, y, ok := keywordSize(md.Keyword); ok && md.is(x, y) {
		return x, y
	}
	return md.X, md.Y
}

func (md Media) option() gcp.MediaSizeOption {
	o := gcp.MediaSizeOption{VendorID: "media:" + md.Keyword, Name: mediaName(md.Keyword)}
	x, y := md.exact()
	o.WidthMicrons, o.HeightMicrons = x*micron, y*micron
	if name, ok := microns(md.Keyword); ok && md.is(name[0]/micron, name[1]/micron) {
		o.WidthMicrons, o.HeightMicrons = name[0], name[1]
	}
	if md.Keyword == "" {
		o.VendorID = "media-size:" + strconv.Itoa(md.X) + "x" + strconv.Itoa(md.Y)
	}
	if o.Name == "" {
		o.CustomDisplayName = md.display()
	}
	return o
}

// display names a size that the protocol has no name for.
func (md Media) display() string {
	parts := strings.Split(md.Keyword, "_")
	if len(parts) == 3 && parts[0] != "custom" {
		return readable(parts[1])
	}
	mm := func(n int) string { return strconv.FormatFloat(float64(n)/100, 'f', -1, 64) }
	x, y := md.exact()
	return mm(x) + " x " + mm(y) + " mm"
}

// bounds returns the limits of an integer or a range.
func bounds(size attributes, name string) (lo, hi int) {
	for _, v := range size[name] {
		switch n := v.V.(type) {
		case goipp.Integer:
			return int(n), int(n)
		case goipp.Range:
			return n.Lower, n.Upper
		}
	}
	return 0, 0
}

// microns reads the size at the end of a PWG 5101.1 name: class_name_WxHmm or in.
func microns(keyword string) ([2]int, bool) {
	var none [2]int
	i := strings.LastIndexByte(keyword, '_')
	if i < 0 {
		return none, false
	}
	size, unit := keyword[i+1:], 1000.0
	switch {
	case strings.HasSuffix(size, "mm"):
		size = strings.TrimSuffix(size, "mm")
	case strings.HasSuffix(size, "in"):
		size, unit = strings.TrimSuffix(size, "in"), 25400
	default:
		return none, false
	}
	w, h, ok := strings.Cut(size, "x")
	x, errX := strconv.ParseFloat(w, 64)
	y, errY := strconv.ParseFloat(h, 64)
	// 100 m is longer than any paper, and far from overflow.
	if !ok || errX != nil || errY != nil || !(x > 0 && y > 0 && x*unit < 1e8 && y*unit < 1e8) {
		return none, false
	}
	return [2]int{int(math.Round(x * unit)), int(math.Round(y * unit))}, true
}

// keywordSize is microns in 1/100 mm.
func keywordSize(keyword string) (x, y int, ok bool) {
	s, ok := microns(keyword)
	return (s[0] + micron/2) / micron, (s[1] + micron/2) / micron, ok
}

// nearestKeyword returns the printer's name for a size that it gives without one.
func nearestKeyword(known []string, x, y int) string {
	for _, k := range known {
		if kx, ky, ok := keywordSize(k); ok && !limitKeyword(k) && abs(kx-x) <= near && abs(ky-y) <= near {
			return k
		}
	}
	return ""
}

// limitKeyword reports whether a name gives a limit of custom sizes, not a size.
func limitKeyword(k string) bool {
	return strings.HasPrefix(k, "custom_min") || strings.HasPrefix(k, "custom_max") ||
		strings.HasPrefix(k, "roll_min") || strings.HasPrefix(k, "roll_max")
}

// customLimits takes the limits of custom sizes from custom_min_… and custom_max_….
func customLimits(s *gcp.MediaSize, k string) {
	if !strings.HasPrefix(k, "custom_min") && !strings.HasPrefix(k, "custom_max") {
		return
	}
	if x, y, ok := keywordSize(k); ok {
		widen(s, x, y)
	}
}

// widen makes a size in 1/100 mm fit into the limits of custom sizes.
func widen(s *gcp.MediaSize, x, y int) {
	x, y = max(x, 1)*micron, max(y, 1)*micron
	if s.MaxWidthMicrons == 0 {
		s.MinWidthMicrons, s.MaxWidthMicrons, s.MinHeightMicrons, s.MaxHeightMicrons = x, x, y, y
		return
	}
	s.MinWidthMicrons, s.MaxWidthMicrons = min(s.MinWidthMicrons, x), max(s.MaxWidthMicrons, x)
	s.MinHeightMicrons, s.MaxHeightMicrons = min(s.MinHeightMicrons, y), max(s.MaxHeightMicrons, y)
}

// defaultMedia returns the place of the default size, -1 if the printer names none
// that it also lists.
func defaultMedia(m attributes, list []Media) int {
	def := m.collection("media-col-default")
	if def == nil {
		def = m.collection("media-col-ready")
	}
	if size := def.collection("media-size"); size != nil {
		x, _ := bounds(size, "x-dimension")
		y, _ := bounds(size, "y-dimension")
		if i := slices.IndexFunc(list, func(l Media) bool { return l.is(x, y) }); i >= 0 {
			return i
		}
	}
	for _, name := range append(m.texts("media-default"), m.texts("media-ready")...) {
		if i := slices.IndexFunc(list, func(l Media) bool { return l.Keyword == name }); i >= 0 {
			return i
		}
	}
	return -1
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
