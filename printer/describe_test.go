package printer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// reply is a Get-Printer-Attributes answer that is read without the code under test:
// the first of duplicated attributes, without out-of-band values.
type reply map[string][]goipp.Value

func read(attrs goipp.Attributes) reply {
	out := reply{}
	for _, a := range attrs {
		if _, again := out[a.Name]; again {
			continue
		}
		out[a.Name] = []goipp.Value{}
		for _, v := range a.Values {
			if v.T < 0x10 || v.T > 0x1f {
				out[a.Name] = append(out[a.Name], v.V)
			}
		}
	}
	return out
}

// words returns the values of a keyword or name attribute, each once.
func (a reply) words(name string) []string {
	var out []string
	for _, v := range a[name] {
		s := ""
		switch t := v.(type) {
		case goipp.String:
			s = string(t)
		case goipp.TextWithLang:
			s = t.Text
		}
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func (a reply) ints(name string) []int {
	var out []int
	for _, v := range a[name] {
		if n, ok := v.(goipp.Integer); ok && !slices.Contains(out, int(n)) {
			out = append(out, int(n))
		}
	}
	return out
}

func (a reply) collections(name string) []reply {
	var out []reply
	for _, v := range a[name] {
		if c, ok := v.(goipp.Collection); ok {
			out = append(out, read(goipp.Attributes(c)))
		}
	}
	return out
}

// paper is a size in microns.
type paper struct{ w, h int }

func (p paper) near(q paper) bool {
	return math.Abs(float64(p.w-q.w)) <= 500 && math.Abs(float64(p.h-q.h)) <= 500
}

// named reads the size of a PWG 5101.1 name that is neither a limit nor a roll.
func named(keyword string) (paper, bool) {
	parts := strings.Split(keyword, "_")
	if len(parts) < 3 || parts[0] == "roll" || strings.HasPrefix(parts[1], "min") || strings.HasPrefix(parts[1], "max") {
		return paper{}, false
	}
	var w, h float64
	var unit string
	if n, err := fmt.Sscanf(strings.ReplaceAll(parts[len(parts)-1], "x", " "), "%g %g%s", &w, &h, &unit); n != 3 || err != nil {
		return paper{}, false
	}
	scale := map[string]float64{"mm": 1000, "in": 25400}[unit]
	if parts[0] == "disc" {
		w = h
	}
	return paper{int(math.Round(w * scale)), int(math.Round(h * scale))}, scale > 0 && w > 0 && h > 0
}

// papers returns all sizes that an answer lists.
func (a reply) papers() []paper {
	var out []paper
	size := func(s reply) {
		x, y := s.ints("x-dimension"), s.ints("y-dimension")
		if len(x) > 0 && len(y) > 0 && x[0] > 0 && y[0] > 0 {
			out = append(out, paper{x[0] * 10, y[0] * 10})
		}
	}
	for _, c := range a.collections("media-col-database") {
		for _, s := range c.collections("media-size") {
			size(s)
		}
	}
	for _, s := range a.collections("media-size-supported") {
		size(s)
	}
	for _, k := range a.words("media-supported") {
		if p, ok := named(k); ok {
			out = append(out, p)
		}
	}
	_, limits := a["media-size-supported"]
	has := func(begin string) bool {
		return slices.ContainsFunc(a.words("media-supported"), func(k string) bool { return strings.HasPrefix(k, begin) })
	}
	if len(out) > 0 || limits || has("custom_min") && has("custom_max") {
		return out
	}
	// What is loaded counts where nothing is listed.
	for _, name := range []string{"media-col-ready", "media-col-default"} {
		for _, c := range a.collections(name) {
			for _, s := range c.collections("media-size") {
				size(s)
			}
		}
	}
	return out
}

// checkDescription compares a CDD with the answer that it was made of: what is listed
// is there once, nothing else is, and each list has the right default.
func checkDescription(t *testing.T, attrs goipp.Attributes, p printer.Printer) {
	t.Helper()
	a, s := read(attrs), p.CDD.Printer
	checkPapers(t, a, s)
	var values []string
	var def []bool
	for _, o := range colorOptions(s) {
		values, def = append(values, strings.TrimPrefix(o.VendorID, "print-color-mode:")), append(def, o.IsDefault)
	}
	if len(a.words("print-color-mode-supported")) > 0 {
		same(t, "colour modes", values, a.words("print-color-mode-supported"))
		usual(t, "colour mode", values, def, a.words("print-color-mode-default"))
	}
	values, def = nil, nil
	if s.Duplex != nil {
		for _, o := range s.Duplex.Option {
			word := map[gcp.DuplexType]string{gcp.DuplexNone: "one-sided", gcp.DuplexLongEdge: "two-sided-long-edge", gcp.DuplexShortEdge: "two-sided-short-edge"}[o.Type]
			values, def = append(values, word), append(def, o.IsDefault)
		}
	}
	known := slices.DeleteFunc(a.words("sides-supported"), func(s string) bool {
		return s != "one-sided" && s != "two-sided-long-edge" && s != "two-sided-short-edge"
	})
	same(t, "duplex modes", values, known)
	usual(t, "duplex mode", values, def, a.words("sides-default"))
	checkResolutions(t, a, s)
	checkVendor(t, a, s)
	checkFinishings(t, a, s)
}

func colorOptions(s gcp.PrinterDescriptionSection) []gcp.ColorOption {
	if s.Color == nil {
		return nil
	}
	return s.Color.Option
}

// same compares two lists in any order.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	g, w := slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(g, w) {
		t.Errorf("%s: %q, want %q", what, g, w)
	}
}

// usual checks that exactly one option is the default: the first of those that the
// printer says and has, else the first of all.
func usual(t *testing.T, what string, values []string, flags []bool, says []string) {
	t.Helper()
	if len(values) == 0 {
		return
	}
	want := values[0]
	for _, s := range says[:min(1, len(says))] {
		if slices.Contains(values, s) {
			want = s
		}
	}
	var got []string
	for i, f := range flags {
		if f {
			got = append(got, values[i])
		}
	}
	if !slices.Equal(got, []string{want}) {
		t.Errorf("default %s: %q, want %q", what, got, want)
	}
}

func checkPapers(t *testing.T, a reply, s gcp.PrinterDescriptionSection) {
	t.Helper()
	var options []gcp.MediaSizeOption
	if s.MediaSize != nil {
		options = s.MediaSize.Option
	}
	listed := a.papers()
	ids := map[string]bool{}
	for i, o := range options {
		if ids[o.VendorID] || o.Name == "" && o.CustomDisplayName == "" {
			t.Errorf("size %d is %+v", i, o)
		}
		ids[o.VendorID] = true
		p := paper{o.WidthMicrons, o.HeightMicrons}
		if o.IsContinuousFeed {
			continue
		}
		if !slices.ContainsFunc(listed, p.near) {
			t.Errorf("%+v is not what the printer lists", o)
		}
		for _, other := range options[:i] {
			if (paper{other.WidthMicrons, other.HeightMicrons}).near(p) {
				t.Errorf("%+v and %+v are the same size", o, other)
			}
		}
	}
	for _, p := range listed {
		if !slices.ContainsFunc(options, func(o gcp.MediaSizeOption) bool { return p.near(paper{o.WidthMicrons, o.HeightMicrons}) }) {
			t.Errorf("%+v is listed, but not among the sizes", p)
		}
	}
	if len(options) > 0 {
		checkDefaultPaper(t, a, options)
	}
}

// checkDefaultPaper: media-col-default, else media-default, else what is loaded.
func checkDefaultPaper(t *testing.T, a reply, options []gcp.MediaSizeOption) {
	t.Helper()
	var says []paper
	for _, name := range []string{"media-col-default", "media-default", "media-col-ready", "media-ready"} {
		if !strings.HasPrefix(name, "media-col") {
			for _, k := range a.words(name) {
				if p, ok := named(k); ok {
					says = append(says, p)
				}
			}
			continue
		}
		for _, c := range a.collections(name) {
			for _, s := range c.collections("media-size") {
				if x, y := s.ints("x-dimension"), s.ints("y-dimension"); len(x) > 0 && len(y) > 0 {
					says = append(says, paper{x[0] * 10, y[0] * 10})
				}
			}
		}
	}
	want := paper{options[0].WidthMicrons, options[0].HeightMicrons}
	for _, p := range says {
		if slices.ContainsFunc(options, func(o gcp.MediaSizeOption) bool { return p.near(paper{o.WidthMicrons, o.HeightMicrons}) }) {
			want = p
			break
		}
	}
	n := 0
	for _, o := range options {
		if !o.IsDefault {
			continue
		}
		if n++; !want.near(paper{o.WidthMicrons, o.HeightMicrons}) {
			t.Errorf("default size %+v, want %+v", o, want)
		}
	}
	if n != 1 {
		t.Errorf("%d default sizes", n)
	}
}

func checkResolutions(t *testing.T, a reply, s gcp.PrinterDescriptionSection) {
	t.Helper()
	inches := func(name string) []string {
		var out []string
		for _, v := range a[name] {
			r, ok := v.(goipp.Resolution)
			if !ok {
				continue
			}
			scale := 1.0
			if r.Units == goipp.UnitsDpcm {
				scale = 2.54
			}
			d := fmt.Sprintf("%.0fx%.0f", math.Round(float64(r.Xres)*scale), math.Round(float64(r.Yres)*scale))
			if !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
		return out
	}
	var values []string
	var def []bool
	if s.DPI != nil {
		for _, o := range s.DPI.Option {
			values, def = append(values, fmt.Sprintf("%dx%d", o.HorizontalDPI, o.VerticalDPI)), append(def, o.IsDefault)
		}
	}
	same(t, "resolutions", values, inches("printer-resolution-supported"))
	usual(t, "resolution", values, def, inches("printer-resolution-default"))
}

// checkVendor compares the lists of keywords and numbers, and the units.
func checkVendor(t *testing.T, a reply, s gcp.PrinterDescriptionSection) {
	t.Helper()
	member := func(name, member string) []string {
		var out []string
		for _, c := range a.collections(name) {
			out = append(out, c.words(member)...)
		}
		return out
	}
	for _, id := range []string{"output-bin", "media-source", "media-type", "print-content-optimize", "print-rendering-intent", "job-sheets", "job-hold-until"} {
		want, says := a.words(id+"-supported"), a.words(id+"-default")
		if id == "media-source" || id == "media-type" {
			for _, v := range member("media-col-database", id) {
				if !slices.Contains(want, v) {
					want = append(want, v)
				}
			}
			says = append(append(member("media-col-default", id), says...), member("media-col-ready", id)...)
			if len(want) == 0 {
				continue // what is loaded counts then
			}
		}
		values, def := selected(s, id)
		same(t, id, values, want)
		usual(t, id, values, def, says)
	}
	for _, id := range []string{"print-quality"} {
		values, def := selected(s, id)
		same(t, id, values, numerals(a.ints(id+"-supported")))
		usual(t, id, values, def, numerals(a.ints(id+"-default")))
	}
	units := func(list []gcp.Unit) (out []string) {
		for _, u := range list {
			out = append(out, u.VendorID)
		}
		return out
	}
	for id, list := range map[string][]gcp.Unit{"media-source": s.InputTrayUnit, "output-bin": s.OutputBinUnit} {
		if values, _ := selected(s, id); len(values) > 0 {
			same(t, id+" units", units(list), slices.DeleteFunc(values, func(v string) bool { return v == "auto" }))
		}
	}
}

func numerals(list []int) []string {
	var out []string
	for _, n := range list {
		out = append(out, strconv.Itoa(n))
	}
	return out
}

// selected returns the values of a vendor capability.
func selected(s gcp.PrinterDescriptionSection, id string) (values []string, def []bool) {
	for _, c := range s.VendorCapability {
		if c.ID == id && c.SelectCap != nil {
			for _, o := range c.SelectCap.Option {
				values, def = append(values, string(o.Value)), append(def, o.IsDefault)
			}
		}
	}
	return values, def
}

// checkFinishings: every number but none is in one group, and the groups' defaults are
// the printer's.
func checkFinishings(t *testing.T, a reply, s gcp.PrinterDescriptionSection) {
	t.Helper()
	var got []string
	says := numerals(a.ints("finishings-default"))
	for _, c := range s.VendorCapability {
		if !strings.HasPrefix(c.ID, "finishings/") {
			continue
		}
		values, def := selected(s, c.ID)
		if values[0] != "3" || len(values) < 2 {
			t.Errorf("%s: %q", c.ID, values)
		}
		got = append(got, values[1:]...)
		on := 0
		for i, v := range values {
			if def[i] {
				on++
			}
			if i > 0 && def[i] && !slices.Contains(says, v) || i == 0 && def[0] && slices.ContainsFunc(values[1:], func(v string) bool { return slices.Contains(says, v) }) {
				t.Errorf("%s: default %s, the printer's are %q", c.ID, v, says)
			}
		}
		if on != 1 {
			t.Errorf("%s has %d defaults", c.ID, on)
		}
	}
	same(t, "finishings", got, slices.DeleteFunc(numerals(a.ints("finishings-supported")), func(n string) bool { return n == "3" }))
}

// Every capture is described as it is.
func TestDescriptionOfCaptures(t *testing.T) {
	for _, s := range shots(t) {
		for _, render := range []bool{false, true} {
			t.Run(fmt.Sprint(s.name, " ", render), func(t *testing.T) {
				p, err := printer.FromIPP(s.attrs, printer.Origin{Source: s.src, URI: "ipp://host/ipp/print", Render: render})
				if err != nil {
					t.Fatal(err)
				}
				checkDescription(t, s.attrs, p)
			})
		}
	}
}

// So is every answer that printers might give.
func TestDescriptionOfAnyPrinter(t *testing.T) {
	for seed := range uint64(1000) {
		attrs := wildPrinter(rand.New(rand.NewPCG(seed, 4)))
		p, err := printer.FromIPP(attrs, printer.Origin{Source: printer.SourceDirect, URI: "ipp://host/ipp/print", Render: seed%2 == 0})
		if err != nil {
			t.Fatal(err)
		}
		checkDescription(t, attrs, p)
		if t.Failed() {
			t.Fatalf("seed %d: %v", seed, attrs)
		}
	}
}
