package printer

import (
	"math"
	"strconv"
	"strings"

	"platen/gcp"
)

// mediaKind is what a media name says of a size.
type mediaKind int

const (
	plainSize mediaKind = iota
	rollSize            // as wide as it says, as long as it must be
	leastSize           // a limit of custom sizes
	mostSize            // the other one
)

// mediaKeyword is a PWG 5101.1 name that was read: class_name_WxHmm or in.
type mediaKeyword struct {
	text          string
	stem          string // class and name: iso_a4
	kind          mediaKind
	width, height int // in microns; the height of a roll may be 0
	inches        bool
}

// readKeyword reads a media name. Names of trays and types, which old printers list
// too (RFC 2911, 4.2.11), are none of a size.
func readKeyword(text string) (mediaKeyword, bool) {
	k := mediaKeyword{text: text}
	name := text
	if pwg, ok := legacyName(text); ok {
		name = pwg
	}
	class, rest, ok := strings.Cut(name, "_")
	if !ok || class == "" || !k.readMeasures(name, class) {
		return k, false
	}
	if class == "custom" || class == "roll" {
		switch {
		case strings.HasPrefix(rest, "min"):
			k.kind = leastSize
		case strings.HasPrefix(rest, "max"):
			k.kind = mostSize
		case class == "roll":
			k.kind = rollSize
		}
	}
	if class == "disc" {
		k.width = k.height // of inner and outer rim (PWG 5101.1, 5.1.4)
	}
	return k, k.width > 0 && (k.height > 0 || k.kind == rollSize || k.kind == leastSize && class == "roll")
}

// readMeasures finds the measures in a name: they are its last part, or stand before a
// word of the maker's (iso_a4_210x297mm_borderless).
func (k *mediaKeyword) readMeasures(name, class string) bool {
	end := len(name)
	for range 2 {
		i := strings.LastIndexByte(name[:end], '_')
		if i < 0 {
			return false
		}
		if k.readSize(name[i+1:end], class) {
			k.stem = name[:i]
			return true
		}
		end = i
	}
	return false
}

// readSize reads "210x297mm" or "8.5x11in"; without a unit it is in mm but for
// American sizes.
func (k *mediaKeyword) readSize(size, class string) bool {
	unit := 1000.0
	switch {
	case strings.HasSuffix(size, "mm"):
		size = strings.TrimSuffix(size, "mm")
	case strings.HasSuffix(size, "in"):
		size, unit = strings.TrimSuffix(size, "in"), 25400
	case class == "na" || class == "oe" || class == "asme" || class == "roc":
		unit = 25400
	}
	w, h, ok := strings.Cut(size, "x")
	x, errX := strconv.ParseFloat(w, 64)
	y, errY := strconv.ParseFloat(h, 64)
	const most = longest * micron
	if !ok || errX != nil || errY != nil || !(x >= 0 && y >= 0 && x*unit <= most && y*unit <= most) {
		return false
	}
	k.width, k.height, k.inches = int(math.Round(x*unit)), int(math.Round(y*unit)), unit != 1000
	return true
}

// standards are the sizes that the protocol has names for, made once for a printer.
type standards []gcp.StandardSize

// name returns the protocol's name of a size that has a PWG 5101.1 name, iso_a4, and
// these measures in microns, or "" for a custom one. The rule of the names is the same
// but for the size part; printers also use good names for other sizes of their own,
// such as prc_16k_195x270mm, which are not what the protocol means.
func (list standards) name(stem string, width, height int) gcp.MediaSizeName {
	name := gcp.MediaSizeName(upperName(stem))
	if name == "ASME_F" {
		name = "NA_ASME_F"
	}
	for _, s := range list {
		if s.Name == name && s.Is(width, height) {
			return name
		}
	}
	return ""
}

// nearest returns the standard size that is nearest to measures in microns, if one
// is the same: printers give sizes without names, and PPDs count in points.
func (list standards) nearest(width, height int) (gcp.StandardSize, bool) {
	var best gcp.StandardSize
	off := math.MaxInt
	for _, s := range list {
		if d := abs(s.Width-width) + abs(s.Height-height); s.Is(width, height) && d < off {
			best, off = s, d
		}
	}
	return best, off < math.MaxInt
}

// display names a size that the protocol has no name for: with what the name says
// beyond the measures, if it says anything.
func (k mediaKeyword) display() string {
	size := measures(k.width, k.height, k.inches)
	parts := strings.Split(k.text, "_")
	if len(parts) < 3 || parts[0] == "custom" || parts[0] == "choice" || k.kind == leastSize || k.kind == mostSize {
		return size
	}
	name := sizeName(strings.Join(parts[1:len(parts)-1], " "))
	switch {
	case name == "":
		return size
	case parts[0] == "disc":
		name = "Disc " + name
	}
	return name + " (" + size + ")"
}

// sizeName makes a size's name readable: "photo-l" is "Photo L", "16k" is "16K". What
// only tells measures, or that the size is somebody's own, is left out.
func sizeName(name string) string {
	var words []string
	for _, w := range strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == ' ' }) {
		if w == "custom" {
			return ""
		}
		if x, _, ok := strings.Cut(w, "x"); ok && strings.Trim(x, "0123456789.") == "" {
			continue
		}
		if len(w) <= 3 && w[0] >= '0' && w[0] <= '9' && strings.Trim(w, "0123456789mc") != "" {
			w = strings.ToUpper(w)
		}
		words = append(words, strings.ToUpper(w[:1])+w[1:])
	}
	return strings.Join(words, " ")
}

// measures says a size in words; a height of 0 is that of a roll.
func measures(width, height int, inches bool) string {
	per, unit := 1000.0, " mm"
	if inches {
		per, unit = 25400, " in"
	}
	number := func(n int) string {
		return strconv.FormatFloat(math.Round(float64(n)/per*1000)/1000, 'f', -1, 64)
	}
	if height == 0 {
		return number(width) + unit + " wide"
	}
	return number(width) + " × " + number(height) + unit
}

// keywordSize returns the measures in a media name in 1/100 mm.
func keywordSize(keyword string) (x, y int, ok bool) {
	k, ok := readKeyword(keyword)
	return hundredths(k.width), hundredths(k.height), ok
}
