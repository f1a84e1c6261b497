package printer

import (
	"slices"
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// near is how far, in 1/100 mm, a size may be from another and still be the
// same: PPDs count in points, so that A4 is 20990 x 29704.
const near = gcp.SizeTolerance / micron

// micron is one in 1/100 mm.
const micron = 10

// sizes collects the media sizes of an answer, each once.
type sizes struct {
	standards standards
	names     []mediaKeyword
	list      []size
	limits    limits
	rolls     bool // the printer has rolls: what has one width and many lengths is one
}

// size is one media size, as the printer has it and as the protocol has it.
type size struct {
	Media
	width, height int // in microns; a height of 0 is that of a roll
	key           mediaKeyword
}

// mediaSizes lists the sizes, each once, in the printer's order, and the same sizes
// as the printer has them. All of the printer's lists count, since many are not
// whole: first the database, which has the margins, then the sizes, then the names.
func (p papers) mediaSizes() ([]Media, *gcp.MediaSize) {
	s := &sizes{standards: gcp.StandardSizes(), names: p.names, rolls: p.rolls()}
	for _, e := range p.database {
		s.entry(e)
	}
	for _, e := range p.sizes {
		s.entry(e)
	}
	for _, k := range p.names {
		s.keyword(k)
	}
	s.keywordLimits()
	if len(s.list) == 0 && s.limits.none() {
		for _, e := range append(slices.Clone(p.loaded), p.usual) {
			s.entry(e)
		}
	}
	return s.section(p)
}

// section makes the CDD's section; nil where there are no sizes at all.
func (s *sizes) section(p papers) ([]Media, *gcp.MediaSize) {
	if len(s.list) == 0 && s.limits.none() {
		return nil, nil
	}
	out := &gcp.MediaSize{
		MinWidthMicrons: s.limits.width[0], MaxWidthMicrons: s.limits.width[1],
		MinHeightMicrons: s.limits.height[0], MaxHeightMicrons: s.limits.height[1],
	}
	var list []Media
	for _, z := range s.list {
		if len(z.Margins) == 0 {
			z.Margins = p.marginsOfAll()
		}
		list = append(list, z.Media)
		out.Option = append(out.Option, s.option(z))
	}
	if i := s.usual(p); i >= 0 {
		out.Option[i].IsDefault = true
	}
	gcp.OneDefault(out.Option, func(o *gcp.MediaSizeOption) *bool { return &o.IsDefault })
	return list, out
}

// entry adds an entry of the database or of the sizes; a range of sizes becomes the
// limits of custom sizes, or a roll.
func (s *sizes) entry(e mediaEntry) {
	if e.x.Upper <= 0 {
		return
	}
	fixed := e.x.Lower == e.x.Upper
	switch {
	case fixed && e.y.Upper > 0 && e.exact():
		s.exact(e)
	case fixed && (e.y.Upper == 0 || s.rolls || isRoll(e.source)):
		s.roll(e)
	case e.y.Upper > 0:
		s.limits.add(e.x.Lower*micron, e.x.Upper*micron, e.y.Lower*micron, e.y.Upper*micron)
	}
}

// exact adds a size that has measures. Its name is the printer's for it, if it has
// one, else that of the standard size that it is.
func (s *sizes) exact(e mediaEntry) {
	z := size{Media: Media{X: e.x.Lower, Y: e.y.Lower}, width: e.x.Lower * micron, height: e.y.Lower * micron}
	if e.complete() {
		z.Margins = []Inset{e.inset}
	}
	if k, ok := s.named(e.name, z.width, z.height); ok {
		s.name(&z, k)
	} else if std, ok := s.standards.nearest(z.width, z.height); ok {
		z.width, z.height = std.Width, std.Height
	}
	s.add(z)
}

// keyword adds a size that the printer gives a name of.
func (s *sizes) keyword(k mediaKeyword) {
	z := size{Media: Media{X: hundredths(k.width), Y: hundredths(k.height)}, width: k.width, height: k.height}
	switch k.kind {
	case plainSize:
	case rollSize:
		z.Y, z.height = 0, 0
	case leastSize, mostSize:
		return
	}
	s.name(&z, k)
	s.add(z)
}

// name takes the measures of a name: they are exact, and measures are often not.
func (s *sizes) name(z *size, k mediaKeyword) {
	z.Keyword, z.key = strings.Clone(k.text), k
	z.width = k.width
	if z.height != 0 {
		z.height = k.height
	}
	// A name made of measures says nothing that a standard size does not say better.
	if std, ok := s.standards.nearest(z.width, z.height); ok && strings.HasPrefix(k.text, "custom_") {
		z.width, z.height = std.Width, std.Height
	}
}

// add adds a size, or its margins to the same size.
func (s *sizes) add(z size) {
	i := s.find(z.width, z.height)
	if i < 0 {
		if len(s.list) < maxListed {
			s.list = append(s.list, z)
		}
		return
	}
	have := &s.list[i]
	for _, in := range z.Margins {
		if !slices.Contains(have.Margins, in) && len(have.Margins) < maxInsets {
			have.Margins = append(have.Margins, in)
		}
	}
	if have.Keyword == "" && z.Keyword != "" {
		s.name(have, z.key)
	}
}

// maxInsets is how many sets of margins one size may have.
const maxInsets = 20

// find returns the place of the nearest size that is the same, or -1.
func (s *sizes) find(width, height int) int {
	best, off := -1, 0
	for i, z := range s.list {
		dx, dy := abs(z.width-width), abs(z.height-height)
		if dx <= near*micron && dy <= near*micron && (z.height == 0) == (height == 0) && (best < 0 || dx+dy < off) {
			best, off = i, dx+dy
		}
	}
	return best
}

// named returns the printer's name for measures: the one that the entry itself has,
// else the nearest that it lists. One that the protocol knows comes before others,
// which CUPS makes up for the same paper without margins.
func (s *sizes) named(own string, width, height int) (mediaKeyword, bool) {
	if k, ok := readKeyword(own); ok && k.kind == plainSize && k.same(width, height) {
		return k, true
	}
	var best mediaKeyword
	least := 1 << 30
	for _, k := range s.names {
		if k.kind != plainSize || !k.same(width, height) {
			continue
		}
		off := abs(k.width-width) + abs(k.height-height)
		if strings.HasPrefix(k.text, "custom_") {
			off += 1 << 20
		}
		if off < least {
			best, least = k, off
		}
	}
	return best, least < 1<<30
}

// same reports whether measures in microns are the name's.
func (k mediaKeyword) same(width, height int) bool {
	return abs(k.width-width) <= near*micron && abs(k.height-height) <= near*micron
}

func (s *sizes) option(z size) gcp.MediaSizeOption {
	o := gcp.MediaSizeOption{
		VendorID:     mediaPrefix + z.Keyword,
		WidthMicrons: z.width, HeightMicrons: z.height, IsContinuousFeed: z.height == 0,
	}
	if z.Keyword == "" {
		o.VendorID = "media-size:" + strconv.Itoa(z.X) + "x" + strconv.Itoa(z.Y)
	}
	if !o.IsContinuousFeed {
		o.Name = s.standards.name(z.key.stem, z.width, z.height)
		if std, ok := s.standards.nearest(z.width, z.height); ok && o.Name == "" && (z.Keyword == "" || strings.HasPrefix(z.Keyword, "custom_")) {
			o.Name = std.Name
		}
	}
	if o.Name == "" {
		o.CustomDisplayName = z.display()
	}
	return o
}

// display names a size that the protocol has no name for.
func (z size) display() string {
	if z.Keyword == "" {
		z.key = mediaKeyword{width: z.width, height: z.height}
	}
	if z.height == 0 {
		return "Roll, " + measures(z.width, 0, z.key.inches)
	}
	return z.key.display()
}

// usual returns the place of the default size: that of media-col-default, else of
// media-default, else one that is loaded; -1 if the printer names none of its own.
func (s *sizes) usual(p papers) int {
	if i := s.place(p.usual); i >= 0 {
		return i
	}
	if i := s.placeOf(p.m.texts("media-default")); i >= 0 {
		return i
	}
	for _, e := range p.loaded {
		if i := s.place(e); i >= 0 {
			return i
		}
	}
	return s.placeOf(p.m.texts("media-ready"))
}

// place returns the place of an entry's size, of the roll that it is cut from, or -1.
func (s *sizes) place(e mediaEntry) int {
	if e.x.Upper <= 0 || e.x.Lower != e.x.Upper {
		return -1
	}
	if i := s.find(e.x.Lower*micron, e.y.Lower*micron); i >= 0 && e.exact() {
		return i
	}
	return s.find(e.x.Lower*micron, 0)
}

// placeOf returns the place of the first name that is a size of the list, or -1.
func (s *sizes) placeOf(names []string) int {
	for _, name := range names {
		name = valid(name)
		if i := slices.IndexFunc(s.list, func(z size) bool { return z.Keyword != "" && z.Keyword == name }); i >= 0 {
			return i
		}
		if k, ok := readKeyword(name); ok && k.kind != leastSize && k.kind != mostSize {
			x, y := hundredths(k.width), hundredths(k.height)
			if i := s.place(mediaEntry{x: goipp.Range{Lower: x, Upper: x}, y: goipp.Range{Lower: y, Upper: y}}); i >= 0 {
				return i
			}
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
