package printer

import (
	"slices"
	"strconv"
	"strings"

	"platen/gcp"
)

// vendorFinishing is the bit of finishings that a maker adds. CUPS gave numbers with
// it to what the registry did not have yet: without it they are the registry's.
const vendorFinishing = 0x40000000

// finishingKeywords are the finishings of the IANA registry: what finishing-template
// calls them, each line after its number. The groups follow from them.
const finishingKeywords = `
4 staple
5 punch
6 cover
7 bind
8 saddle-stitch
9 edge-stitch
10 fold
11 trim
12 bale
13 booklet-maker
14 jog-offset
15 coat
16 laminate
20 staple-top-left
21 staple-bottom-left
22 staple-top-right
23 staple-bottom-right
24 edge-stitch-left
25 edge-stitch-top
26 edge-stitch-right
27 edge-stitch-bottom
28 staple-dual-left
29 staple-dual-top
30 staple-dual-right
31 staple-dual-bottom
32 staple-triple-left
33 staple-triple-top
34 staple-triple-right
35 staple-triple-bottom
50 bind-left
51 bind-top
52 bind-right
53 bind-bottom
60 trim-after-pages
61 trim-after-documents
62 trim-after-copies
63 trim-after-job
70 punch-top-left
71 punch-bottom-left
72 punch-top-right
73 punch-bottom-right
74 punch-dual-left
75 punch-dual-top
76 punch-dual-right
77 punch-dual-bottom
78 punch-triple-left
79 punch-triple-top
80 punch-triple-right
81 punch-triple-bottom
82 punch-quad-left
83 punch-quad-top
84 punch-quad-right
85 punch-quad-bottom
86 punch-multiple-left
87 punch-multiple-top
88 punch-multiple-right
89 punch-multiple-bottom
90 fold-accordion
91 fold-double-gate
92 fold-gate
93 fold-half
94 fold-half-z
95 fold-left-gate
96 fold-letter
97 fold-parallel
98 fold-poster
99 fold-right-gate
100 fold-z
101 fold-engineering-z
`

// finishingGroups are the groups in the order of their first numbers. A choice of one
// excludes the others of its group, and nothing else (ipp.md's table follows
// PWG 5100.1, 5.1): edges are stitched with staples.
func finishingGroups() []string {
	return []string{
		"staple", "punch", "cover", "bind", "saddle-stitch", "edge-stitch", "fold", "trim",
		"bale", "booklet-maker", "jog-offset", "coat", "laminate", "other",
	}
}

// finishingKeyword returns the registry's keyword for an enum, "" if it has none.
func finishingKeyword(n int) string {
	_, rest, ok := strings.Cut(finishingKeywords, "\n"+strconv.Itoa(n&^vendorFinishing)+" ")
	if !ok {
		return ""
	}
	keyword, _, _ := strings.Cut(rest, "\n")
	return keyword
}

// finishingGroup returns the group of an enum.
func finishingGroup(n int) string {
	n &^= vendorFinishing
	if n >= 20 && n <= 35 {
		return "staple"
	}
	keyword := finishingKeyword(n)
	for _, g := range finishingGroups() {
		if keyword == g || strings.HasPrefix(keyword, g+"-") {
			return g
		}
	}
	return "other"
}

// finishingText names an enum: "Staple top left", or its number.
func finishingText(n int) string {
	if keyword := finishingKeyword(n); keyword != "" {
		return readable(keyword)
	}
	return "Finishing " + strconv.Itoa(n)
}

// finishings lists a choice for each group of finishings that the printer has, with
// None, which asks for nothing of the group.
func finishings(m attributes) []gcp.VendorCapability {
	def := m.numbers("finishings-default")
	have := enums(m, "finishings-supported")
	var out []gcp.VendorCapability
	for _, group := range finishingGroups() {
		none := gcp.SelectCapOption{Value: gcp.Text(strconv.Itoa(noFinishing)), DisplayName: "None"}
		options := []gcp.SelectCapOption{none}
		for _, n := range have {
			if n == noFinishing || finishingGroup(n) != group {
				continue
			}
			options = append(options, gcp.SelectCapOption{
				Value: gcp.Text(strconv.Itoa(n)), DisplayName: finishingText(n), IsDefault: slices.Contains(def, n),
			})
		}
		if len(options) > 1 {
			out = append(out, selection("finishings/"+group, options))
		}
	}
	return out
}

// enums returns the values of an integer or enum list, each once.
func enums(m attributes, name string) []int {
	var out []int
	seen := map[int]bool{}
	for _, n := range first(m.numbers(name)) {
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}

// templates lists the finishings that have a name and no number: a template that a
// listed number means too is not offered twice (PWG 5100.1, 5.2.3).
func templates(m attributes) []gcp.VendorCapability {
	const none = "none"
	names := m.members("finishings-col-database", "finishing-template")
	names = append(names, m.texts("finishing-template-supported")...)
	var numbered []string
	for _, n := range enums(m, "finishings-supported") {
		numbered = append(numbered, finishingKeyword(n))
	}
	def := none
	if d := m.members("finishings-col-default", "finishing-template"); len(d) > 0 {
		def = valid(d[0])
	}
	options := []gcp.SelectCapOption{{Value: none, DisplayName: "None"}}
	for _, name := range unique(names) {
		if name != none && !slices.Contains(numbered, name) {
			options = append(options, gcp.SelectCapOption{Value: gcp.Text(name), DisplayName: valueText(templateID, name), IsDefault: name == def})
		}
	}
	if len(options) == 1 {
		return nil
	}
	return []gcp.VendorCapability{selection(templateID, options)}
}

// members returns a text member of each value of a collection attribute.
func (m attributes) members(name, member string) []string {
	var out []string
	for _, c := range first(m.collections(name)) {
		if t := c.text(member); t != "" {
			out = append(out, t)
		}
	}
	return out
}
