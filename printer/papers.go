package printer

import (
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"
)

// maxListed is how many values of one list are translated: more than any printer
// has, and few enough that an answer made to be slow is not.
const maxListed = 2000

// papers is what an answer says of media.
type papers struct {
	m        attributes
	names    []mediaKeyword // media-supported, but for what is none of a size
	database []mediaEntry   // media-col-database
	sizes    []mediaEntry   // media-size-supported
	usual    mediaEntry     // media-col-default
	loaded   []mediaEntry   // media-col-ready
}

// mediaEntry is one media-col (PWG 5100.7, 6.3.1) in 1/100 mm.
type mediaEntry struct {
	name         string // media-size-name
	source, kind string
	x, y         goipp.Range // alike but for ranges; zero if it tells no size
	inset        Inset
	sides        int // how many margins are told
}

func papersOf(m attributes) papers {
	p := papers{m: m, database: m.entries("media-col-database"), loaded: m.entries("media-col-ready")}
	for _, k := range first(m.texts("media-supported")) {
		if k, ok := readKeyword(valid(k)); ok {
			p.names = append(p.names, k)
		}
	}
	for _, v := range first(m["media-size-supported"]) {
		if c, ok := v.V.(goipp.Collection); ok {
			var e mediaEntry
			e.readSize(c)
			p.sizes = append(p.sizes, e)
		}
	}
	if usual := m.entries("media-col-default"); len(usual) > 0 {
		p.usual = usual[0]
	}
	return p
}

// first returns the values of a list that are looked at.
func first[T any](list []T) []T { return list[:min(len(list), maxListed)] }

// entries reads the values of a media-col attribute.
func (m attributes) entries(name string) []mediaEntry {
	var out []mediaEntry
	for _, v := range m[name] {
		if c, ok := v.V.(goipp.Collection); ok && len(out) < 10*maxListed {
			out = append(out, entryOf(c))
		}
	}
	return out
}

// entryOf reads a media-col. There are thousands of them, so it makes no index.
func entryOf(c goipp.Collection) mediaEntry {
	var e mediaEntry
	for _, a := range c {
		if len(a.Values) == 0 || outOfBand(a.Values[0].T) {
			continue
		}
		v := a.Values[0].V
		switch a.Name {
		case "media-size":
			if s, ok := v.(goipp.Collection); ok {
				e.readSize(s)
			}
		case "media-size-name":
			e.name = valid(textOf(v))
		case "media-source":
			e.source = valid(textOf(v))
		case "media-type":
			e.kind = valid(textOf(v))
		case "media-top-margin":
			e.readMargin(&e.inset.Top, v)
		case "media-right-margin":
			e.readMargin(&e.inset.Right, v)
		case "media-bottom-margin":
			e.readMargin(&e.inset.Bottom, v)
		case "media-left-margin":
			e.readMargin(&e.inset.Left, v)
		}
	}
	if k, ok := readKeyword(e.name); ok && e.x == (goipp.Range{}) {
		x, y := hundredths(k.width), hundredths(k.height)
		e.x, e.y = goipp.Range{Lower: x, Upper: x}, goipp.Range{Lower: y, Upper: y}
	}
	return e
}

func (e *mediaEntry) readMargin(side *int, v goipp.Value) {
	if n, ok := v.(goipp.Integer); ok && n >= 0 {
		*side = int(n)
		e.sides++
	}
}

// readSize reads a media-size. Some printers put the name here.
func (e *mediaEntry) readSize(c goipp.Collection) {
	for _, a := range c {
		if len(a.Values) == 0 || outOfBand(a.Values[0].T) {
			continue
		}
		v := a.Values[0].V
		switch a.Name {
		case "x-dimension":
			e.x = span(v)
		case "y-dimension":
			e.y = span(v)
		case "media-size-name":
			e.name = valid(textOf(v))
		}
	}
}

// longest is 1 km in 1/100 mm: longer than any paper, and far from overflow. Printers
// with rolls write down the largest number there is.
const longest = 1e8

// span returns an integer or a range as a range, the zero one where it is neither.
func span(v goipp.Value) goipp.Range {
	r := goipp.Range{}
	switch n := v.(type) {
	case goipp.Integer:
		r = goipp.Range{Lower: int(n), Upper: int(n)}
	case goipp.Range:
		r = n
	}
	if r.Upper < r.Lower || r.Upper < 0 {
		return goipp.Range{}
	}
	return goipp.Range{Lower: min(max(r.Lower, 0), longest), Upper: min(r.Upper, longest)}
}

// exact reports whether the entry has one size.
func (e mediaEntry) exact() bool { return e.x.Lower == e.x.Upper && e.y.Lower == e.y.Upper }

// complete reports whether the entry tells all four margins.
func (e mediaEntry) complete() bool { return e.sides == 4 }

// listed joins a list with what only media-col-database has, each once. What is
// loaded or usual counts where a printer lists nothing else.
func (p papers) listed(attribute string, member func(mediaEntry) string) []string {
	out := slices.Clone(first(p.m.texts(attribute)))
	for _, e := range p.database {
		out = append(out, member(e))
	}
	out = unique(out)
	if len(out) == 0 {
		for _, e := range append(slices.Clone(p.loaded), p.usual) {
			out = append(out, member(e))
		}
		out = unique(out)
	}
	return out
}

func (p papers) sources() []string {
	return p.listed("media-source-supported", func(e mediaEntry) string { return e.source })
}

func (p papers) kinds() []string {
	return p.listed("media-type-supported", func(e mediaEntry) string { return e.kind })
}

// rolls reports whether the printer feeds from rolls.
func (p papers) rolls() bool {
	return slices.ContainsFunc(p.names, func(k mediaKeyword) bool { return strings.HasPrefix(k.text, "roll_") }) ||
		slices.ContainsFunc(p.sources(), isRoll)
}
