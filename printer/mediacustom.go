package printer

import "strings"

// limits are the least and the most of custom sizes, in microns.
type limits struct{ width, height [2]int }

func (l limits) none() bool { return l.width[1] == 0 }

// add makes room for sizes. Trays with limits of their own count together: the
// protocol has one set for a printer.
func (l *limits) add(minWidth, maxWidth, minHeight, maxHeight int) {
	minWidth, minHeight = max(minWidth, 1), max(minHeight, 1)
	if l.none() {
		*l = limits{[2]int{minWidth, maxWidth}, [2]int{minHeight, maxHeight}}
		return
	}
	l.width = [2]int{min(l.width[0], minWidth), max(l.width[1], maxWidth)}
	l.height = [2]int{min(l.height[0], minHeight), max(l.height[1], maxHeight)}
}

// keywordLimits adds the limits that names tell in pairs: custom_min_… and
// custom_max_…, roll_min_… and roll_max_… (PWG 5101.1, 5.3). A roll of one width is a
// size of its own.
func (s *sizes) keywordLimits() {
	for _, class := range []string{"custom_", "roll_"} {
		lo, hi := s.pair(class)
		if lo.text == "" || hi.text == "" || lo.width > hi.width || lo.height > hi.height {
			continue
		}
		if class == "roll_" && lo.width == hi.width {
			s.add(size{Media: Media{X: hundredths(hi.width), Least: hundredths(lo.height), Most: hundredths(hi.height)}, width: hi.width})
			continue
		}
		s.limits.add(lo.width, hi.width, lo.height, hi.height)
	}
}

// pair returns the least and the most of a class of names: of several the first.
func (s *sizes) pair(class string) (lo, hi mediaKeyword) {
	for _, k := range s.names {
		if !strings.HasPrefix(k.text, class) {
			continue
		}
		if k.kind == leastSize && lo.text == "" {
			lo = k
		}
		if k.kind == mostSize && hi.text == "" {
			hi = k
		}
	}
	return lo, hi
}

// roll adds a size of one width and any length.
func (s *sizes) roll(e mediaEntry) {
	z := size{Media: Media{X: e.x.Lower, Least: e.y.Lower, Most: e.y.Upper}, width: e.x.Lower * micron}
	if e.complete() {
		z.Margins = []Inset{e.inset}
	}
	names := s.names
	if k, ok := readKeyword(e.name); ok {
		names = append([]mediaKeyword{k}, names...)
	}
	for _, k := range names {
		if k.kind == rollSize && abs(k.width-z.width) <= near*micron {
			s.name(&z, k)
			break
		}
	}
	s.add(z)
}
