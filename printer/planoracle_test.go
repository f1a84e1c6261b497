package printer_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"
)

// answer is a printer's own answer, read here by other means than the package's: it
// says whether a printer lists what it is asked for.
type answer map[string]goipp.Values

func answerOf(attrs goipp.Attributes) answer {
	a := answer{}
	for _, x := range attrs {
		if _, again := a[x.Name]; again {
			continue // RFC 8011 forbids it; the first counts
		}
		var vals goipp.Values
		for _, v := range x.Values {
			if v.T.Type() != goipp.TypeVoid {
				vals = append(vals, v)
			}
		}
		a[x.Name] = vals
	}
	return a
}

func (a answer) has(name, value string) bool {
	return slices.ContainsFunc(a[name], func(v struct {
		T goipp.Tag
		V goipp.Value
	},
	) bool {
		return strings.TrimSpace(v.V.String()) == value
	})
}

// covers reports whether a number is among the integers, enums and ranges of an
// attribute.
func (a answer) covers(name string, n int) bool {
	for _, v := range a[name] {
		switch x := v.V.(type) {
		case goipp.Integer:
			if int(x) == n || name == "copies-supported" && len(a[name]) == 1 && n >= 1 && n <= int(x) {
				return true
			}
		case goipp.Range:
			if x.Lower <= n && n <= x.Upper {
				return true
			}
		}
	}
	return false
}

// lists returns an error for an attribute, or a value of one, that the printer does
// not list. What a PPD has is no business of IPP.
func (a answer) lists(x goipp.Attribute, cups bool) error {
	switch x.Name {
	case "media-col":
		return a.listsMedia(x.Values[0].V.(goipp.Collection))
	case "media":
		return a.listsName(x.Values[0].V.String())
	case "page-ranges":
		if !cups && !a.has("page-ranges-supported", "true") {
			return fmt.Errorf("page-ranges-supported is not true")
		}
		return nil
	case "document-password":
		if n := len(x.Values[0].V.(goipp.Binary)); !a.atLeast("document-password-supported", n) {
			return fmt.Errorf("a password of %d octets", n)
		}
		return nil
	case "job-password":
		if n := len(x.Values[0].V.(goipp.Binary)); !a.atLeast("job-password-supported", n) && n != 32 {
			return fmt.Errorf("a password of %d octets", n)
		}
		return nil
	case "job-password-encryption":
		if len(a["job-password-encryption-supported"]) > 0 && !a.has("job-password-encryption-supported", x.Values[0].V.String()) {
			return fmt.Errorf("encryption %s", x.Values)
		}
		return nil
	case "finishings-col":
		return a.listsTemplate(x.Values[0].V.(goipp.Collection))
	case "job-priority", "print-darkness", "print-speed", "job-account-id", "job-accounting-user-id":
		if len(a[x.Name+"-supported"]) == 0 {
			return fmt.Errorf("no %s-supported", x.Name)
		}
		return nil
	case "print-scaling", "copies", "multiple-document-handling", "orientation-requested":
		if cups {
			return nil // CUPS does it, whatever it lists (ipp.md 4.1)
		}
	}
	return a.listsValues(x)
}

func (a answer) listsValues(x goipp.Attribute) error {
	name := x.Name + "-supported"
	for _, v := range x.Values {
		var ok bool
		switch n := v.V.(type) {
		case goipp.Integer:
			ok = a.covers(name, int(n))
		default:
			ok = a.has(name, strings.TrimSpace(v.V.String())) || a.hasResolution(name, v.V)
		}
		if !ok {
			return fmt.Errorf("%s %s is not among %s", x.Name, v.V, a[name])
		}
	}
	return nil
}

// hasResolution compares resolutions by their dots, whatever the units.
func (a answer) hasResolution(name string, v goipp.Value) bool {
	inch := func(n int, u goipp.Units) int {
		if u == goipp.UnitsDpcm {
			return (n*254 + 50) / 100
		}
		return n
	}
	r, ok := v.(goipp.Resolution)
	if !ok {
		return false
	}
	for _, x := range a[name] {
		h, ok := x.V.(goipp.Resolution)
		if ok && inch(h.Xres, h.Units) == inch(r.Xres, r.Units) && inch(h.Yres, h.Units) == inch(r.Yres, r.Units) {
			return true
		}
	}
	return false
}

func (a answer) atLeast(name string, n int) bool {
	for _, v := range a[name] {
		if i, ok := v.V.(goipp.Integer); ok && int(i) >= n {
			return true
		}
	}
	return false
}

// listsName reports whether a PWG name is listed, or between the limits of custom
// names.
func (a answer) listsName(name string) error {
	if a.has("media-supported", name) || strings.HasPrefix(name, "custom_") {
		return nil
	}
	for _, v := range a["media-col-database"] {
		if c, ok := v.V.(goipp.Collection); ok && answerOf(goipp.Attributes(c)).has("media-size-name", name) {
			return nil
		}
	}
	return fmt.Errorf("media %s is not listed", name)
}

// listsMedia looks for an entry of the printer's database with the size, the
// margins, the source and the type.
func (a answer) listsMedia(col goipp.Collection) error {
	c := answerOf(goipp.Attributes(col))
	for _, member := range []string{"media-source", "media-type"} {
		if v := c[member]; len(v) > 0 && !a.has(member+"-supported", v[0].V.String()) {
			return fmt.Errorf("%s %s is not listed", member, v[0].V)
		}
	}
	size := c["media-size"]
	margins := len(c["media-top-margin"]) > 0
	switch {
	case len(size) == 0 && margins:
		return fmt.Errorf("margins without a size: %v", col)
	case len(size) == 0:
		return nil
	}
	want := answerOf(goipp.Attributes(size[0].V.(goipp.Collection)))
	x, y := int(want["x-dimension"][0].V.(goipp.Integer)), int(want["y-dimension"][0].V.(goipp.Integer))
	for _, entry := range a.entries() {
		if !entry.fits(x, y) {
			continue
		}
		same := true
		for _, side := range []string{"top", "right", "bottom", "left"} {
			name := "media-" + side + "-margin"
			same = same && (!margins || len(entry[name]) == 0 || entry.covers(name, int(c[name][0].V.(goipp.Integer))))
		}
		if same {
			return nil
		}
	}
	return fmt.Errorf("no entry for %v", col)
}

// entries are the sizes that the printer lists, in whatever way, as entries of a
// database.
func (a answer) entries() []answer {
	var out []answer
	for _, v := range a["media-col-database"] {
		if c, ok := v.V.(goipp.Collection); ok {
			out = append(out, answerOf(goipp.Attributes(c)))
		}
	}
	for _, v := range a["media-size-supported"] {
		out = append(out, answer{"media-size": goipp.Values{v}})
	}
	var lo, hi [2]int
	for _, v := range a["media-supported"] {
		x, y, ok := pwgSize(v.V.String())
		switch {
		case !ok:
		case strings.HasPrefix(v.V.String(), "custom_min"), strings.HasPrefix(v.V.String(), "roll_min"):
			lo = [2]int{x, y}
		case strings.HasPrefix(v.V.String(), "custom_max"), strings.HasPrefix(v.V.String(), "roll_max"):
			hi = [2]int{x, y}
		default:
			out = append(out, sizeEntry(goipp.Integer(x), goipp.Integer(y)))
		}
	}
	if hi[0] > 0 {
		out = append(out, sizeEntry(goipp.Range{Lower: lo[0], Upper: hi[0]}, goipp.Range{Lower: lo[1], Upper: hi[1]}))
	}
	return out
}

func sizeEntry(x, y goipp.Value) answer {
	tag := func(v goipp.Value) goipp.Tag {
		if _, ok := v.(goipp.Range); ok {
			return goipp.TagRange
		}
		return goipp.TagInteger
	}
	return answerOf(goipp.Attributes{goipp.MakeAttribute("media-size", goipp.TagBeginCollection, goipp.Collection{
		goipp.MakeAttribute("x-dimension", tag(x), x), goipp.MakeAttribute("y-dimension", tag(y), y),
	})})
}

// fits allows for a rounding of 1/100 mm, and for the 1/2 mm by which names and
// points differ.
func (a answer) fits(x, y int) bool {
	if len(a["media-size"]) == 0 {
		return false
	}
	c, ok := a["media-size"][0].V.(goipp.Collection)
	if !ok {
		return false
	}
	size := answerOf(goipp.Attributes(c))
	near := func(name string, n int) bool {
		for _, v := range size[name] {
			switch d := v.V.(type) {
			case goipp.Integer:
				return int(d) >= n-50 && int(d) <= n+50
			case goipp.Range:
				return d.Lower <= n+1 && n-1 <= d.Upper
			}
		}
		return false
	}
	return near("x-dimension", x) && near("y-dimension", y)
}

// pwgSize reads the size at the end of a PWG 5101.1 name in 1/100 mm.
func pwgSize(name string) (x, y int, ok bool) {
	size := name[strings.LastIndexByte(name, '_')+1:]
	unit := 100.0
	if strings.HasSuffix(size, "in") {
		unit = 2540
	}
	var w, h float64
	if n, err := fmt.Sscanf(strings.TrimRight(size, "min"), "%fx%f", &w, &h); n != 2 || err != nil {
		return 0, 0, false
	}
	return int(w*unit + .5), int(h*unit + .5), true
}

func (a answer) listsTemplate(col goipp.Collection) error {
	want := answerOf(goipp.Attributes(col))["finishing-template"][0].V.String()
	for _, v := range a["finishings-col-database"] {
		if c, ok := v.V.(goipp.Collection); ok && answerOf(goipp.Attributes(c)).has("finishing-template", want) {
			return nil
		}
	}
	if a.has("finishing-template-supported", want) {
		return nil
	}
	return fmt.Errorf("finishing-template %s is not listed", want)
}

// members returns the members of media-col in attrs.
func members(attrs goipp.Attributes) answer {
	for _, x := range attrs {
		if x.Name == "media-col" {
			return answerOf(goipp.Attributes(x.Values[0].V.(goipp.Collection)))
		}
	}
	return nil
}
