package printer_test

import (
	"math/rand/v2"

	"github.com/OpenPrinting/goipp"
)

// wild makes answers of printers, good and bad.
type wild struct {
	*rand.Rand
	out goipp.Attributes
}

// wildPrinter makes an answer: some lists are absent, some hold a value twice, some
// have a default that they do not hold, or none.
func wildPrinter(r *rand.Rand) goipp.Attributes {
	w := &wild{Rand: r}
	w.out.Add(goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(3)))
	w.keywords("document-format", "application/pdf", "image/pwg-raster", "image/urf", "image/jpeg", "application/octet-stream")
	w.keywords("print-color-mode", "color", "monochrome", "auto", "auto-monochrome", "bi-level", "highlight", "com.example-vivid")
	w.keywords("sides", "one-sided", "two-sided-long-edge", "two-sided-short-edge", "tumble")
	w.keywords("output-bin", "face-up", "face-down", "auto", "tray-1", "mailbox-7", "stacker-2", "com.example-shredder")
	w.keywords("print-content-optimize", "auto", "photo", "text", "quilting")
	w.keywords("print-rendering-intent", "auto", "perceptual")
	w.keywords("job-sheets", "none", "standard")
	w.keywords("job-hold-until", "no-hold", "night")
	w.numbers("print-quality", 3, 4, 5)
	w.numbers("finishings", 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 24, 28, 35, 50, 63, 70, 89, 90, 101, 0x40000046, 0x40001234, 17)
	w.resolutions()
	w.media()
	if w.half() {
		w.out.Add(goipp.MakeAttribute("media-default", goipp.TagNoValue, goipp.Void{})) // again, and void
	}
	return w.out
}

func (w *wild) half() bool { return w.IntN(2) == 0 }

// some returns some of n places, now and then one of them twice.
func (w *wild) some(n int) []int {
	list := w.Perm(n)[:w.IntN(n+1)]
	if len(list) > 0 && w.IntN(4) == 0 {
		list = append(list, list[0])
	}
	return list
}

func (w *wild) keywords(name string, values ...string) {
	a := goipp.Attribute{Name: name + "-supported"}
	tag := goipp.TagKeyword
	if w.IntN(5) == 0 {
		tag = goipp.TagName
	}
	for _, i := range w.some(len(values)) {
		a.Values.Add(tag, goipp.String(values[i]))
	}
	w.list(a, func() goipp.Attribute {
		return goipp.MakeAttribute(name+"-default", tag, goipp.String(values[w.IntN(len(values))]))
	})
}

func (w *wild) numbers(name string, values ...int) {
	a := goipp.Attribute{Name: name + "-supported"}
	for _, i := range w.some(len(values)) {
		a.Values.Add(goipp.TagEnum, goipp.Integer(values[i]))
	}
	w.list(a, func() goipp.Attribute {
		return goipp.MakeAttribute(name+"-default", goipp.TagEnum, goipp.Integer(values[w.IntN(len(values))]))
	})
}

// list adds a list and perhaps its default, which may be void, or no value of it.
func (w *wild) list(a goipp.Attribute, def func() goipp.Attribute) {
	d := def()
	switch w.IntN(4) {
	case 0:
		d = goipp.MakeAttribute(d.Name, goipp.TagNoValue, goipp.Void{})
	case 1:
		d.Name = ""
	}
	if d.Name != "" {
		w.out.Add(d)
	}
	if len(a.Values) > 0 {
		w.out.Add(a)
	}
}

func (w *wild) resolutions() {
	values := []goipp.Resolution{
		{Xres: 300, Yres: 300, Units: goipp.UnitsDpi},
		{Xres: 600, Yres: 600, Units: goipp.UnitsDpi},
		{Xres: 1200, Yres: 600, Units: goipp.UnitsDpi},
		{Xres: 236, Yres: 236, Units: goipp.UnitsDpcm}, // 599
		{Xres: 118, Yres: 118, Units: goipp.UnitsDpcm}, // 300 again
	}
	a := goipp.Attribute{Name: "printer-resolution-supported"}
	for _, i := range w.some(len(values)) {
		a.Values.Add(goipp.TagResolution, values[i])
	}
	w.list(a, func() goipp.Attribute {
		return goipp.MakeAttribute("printer-resolution-default", goipp.TagResolution, values[w.IntN(len(values))])
	})
}

// wildSize is a size with its name and measures, which may be a little off.
type wildSize struct {
	name string
	x, y int
}

// wildSizes are more than 1 mm apart, but for what stands beside each other.
func wildSizes() []wildSize {
	return []wildSize{
		{"iso_a4_210x297mm", 20990, 29704},
		{"na_letter_8.5x11in", 21590, 27940},
		{"na_number-10_4.125x9.5in", 10477, 24130},
		{"prc_16k_195x270mm", 19500, 27000},
		{"disc_standard_40x118mm", 11800, 11800},
		{"custom_100x200mm_100x200mm", 10000, 20000},
		{"oe_photo-l_3.5x5in", 8890, 12700},
		{"iso_dl_110x220mm", 11000, 22000},
		{"prc_5_110x220mm", 11000, 22000},
		{"om_b-5-jis_182.03x257.18mm", 18203, 25718},
		{"na_super-b_13x19in", 33020, 48260},
	}
}

func (w *wild) media() {
	all := wildSizes()
	if w.half() {
		a := goipp.Attribute{Name: "media-supported"}
		for _, i := range w.some(len(all)) {
			a.Values.Add(goipp.TagKeyword, goipp.String(all[i].name))
		}
		for _, extra := range []string{"custom_min_3x5in", "custom_max_13x19in", "tray-1", "unknown", "na_"} {
			if w.half() {
				a.Values.Add(goipp.TagKeyword, goipp.String(extra))
			}
		}
		w.list(a, func() goipp.Attribute {
			return goipp.MakeAttribute("media-default", goipp.TagKeyword, goipp.String(all[w.IntN(len(all))].name))
		})
	}
	if w.half() {
		w.out.Add(goipp.MakeAttribute("media-col-default", goipp.TagBeginCollection, w.entry(all[w.IntN(len(all))])))
	}
	if w.half() {
		w.entries("media-col-ready", 2)
	}
	if w.half() {
		w.entries("media-col-database", 3*len(all))
	}
	if w.half() {
		a := goipp.Attribute{Name: "media-size-supported"}
		for _, i := range w.some(len(all)) {
			a.Values.Add(goipp.TagBeginCollection, measure(goipp.Integer(all[i].x), goipp.Integer(all[i].y)))
		}
		if w.half() {
			a.Values.Add(goipp.TagBeginCollection, measure(goipp.Range{Lower: 7620, Upper: 33020}, goipp.Range{Lower: 12700, Upper: 48260}))
		}
		if len(a.Values) > 0 {
			w.out.Add(a)
		}
	}
	w.keywords("media-source", "main", "tray-1", "auto", "com.example-drawer")
	w.keywords("media-type", "stationery", "labels", "HPMatte90gsm")
}

func (w *wild) entries(name string, n int) {
	a := goipp.Attribute{Name: name}
	all := wildSizes()
	for range 1 + w.IntN(n) {
		a.Values.Add(goipp.TagBeginCollection, w.entry(all[w.IntN(len(all))]))
	}
	w.out.Add(a)
}

func measure(x, y goipp.Value) goipp.Collection {
	tag := goipp.TagInteger
	if _, ok := x.(goipp.Range); ok {
		tag = goipp.TagRange
	}
	return goipp.Collection{goipp.MakeAttribute("x-dimension", tag, x), goipp.MakeAttribute("y-dimension", tag, y)}
}

func (w *wild) entry(s wildSize) goipp.Collection {
	c := goipp.Collection{goipp.MakeAttribute("media-size", goipp.TagBeginCollection, measure(goipp.Integer(s.x), goipp.Integer(s.y)))}
	if w.half() {
		c.Add(goipp.MakeAttribute("media-size-name", goipp.TagKeyword, goipp.String(s.name)))
	}
	if w.half() {
		c.Add(goipp.MakeAttribute("media-source", goipp.TagKeyword, goipp.String([]string{"main", "rear", "roll-1"}[w.IntN(3)])))
	}
	if w.half() {
		c.Add(goipp.MakeAttribute("media-type", goipp.TagKeyword, goipp.String([]string{"stationery", "photographic"}[w.IntN(2)])))
	}
	if margin := w.IntN(3); margin < 2 {
		for _, side := range []string{"top", "right", "bottom", "left"} {
			c.Add(goipp.MakeAttribute("media-"+side+"-margin", goipp.TagInteger, goipp.Integer(300*margin)))
		}
	}
	return c
}
