package printer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// lines reads a file of testdata, without its comments.
func lines(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for text := range strings.Lines(string(b)) {
		if text = strings.TrimSpace(text); text != "" && text[0] != '#' {
			out = append(out, text)
		}
	}
	return out
}

// sizesOf translates a printer with nothing but these attributes.
func sizesOf(t *testing.T, attrs ...goipp.Attribute) *gcp.MediaSize {
	t.Helper()
	p, err := printer.FromIPP(append(attrs, goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(3))), printer.Origin{Source: printer.SourceDirect})
	if err != nil {
		t.Fatal(err)
	}
	if s := p.CDD.Printer.MediaSize; s != nil {
		return s
	}
	return &gcp.MediaSize{}
}

// The names of PWG 5101.1 become those of the protocol by one rule: it finds 159 of
// 164, and asme_f is written with its country. The other four are of older lists.
func TestMediaNames(t *testing.T) {
	found := map[string]bool{}
	for _, k := range lines(t, "pwg-media.txt") {
		list := sizesOf(t, kw("media-supported", k)).Option
		if len(list) != 1 || list[0].VendorID != "media:"+k || !list[0].IsDefault {
			t.Errorf("%s: %+v", k, list)
			continue
		}
		name := string(list[0].Name)
		if name == "" && list[0].CustomDisplayName == "" {
			t.Errorf("%s has no name", k)
		}
		if name != "" && found[name] {
			t.Errorf("%s is %s, which another is too", k, name)
		}
		found[name] = true
	}
	var missing []string
	for _, l := range lines(t, "cdd-media.txt") {
		if name, _, _ := strings.Cut(l, " "); !found[name] {
			missing = append(missing, name)
		}
	}
	if want := []string{"OM_POSTFIX", "PRC_10", "PRC_3", "PRC_5"}; !slices.Equal(slices.Sorted(slices.Values(missing)), want) {
		t.Errorf("no PWG name becomes %q, want %q", missing, want)
	}
}

// Each name of the protocol stands for the measures that connectors send with it, and
// a size without a name, with measures to half a millimetre, gets its name.
func TestMediaMeasures(t *testing.T) {
	// These have about the same measures: a printer that gives no name may mean either.
	twins := map[string]string{"PRC_5": "ISO_DL", "PRC_3": "ISO_B6", "NA_A2": "JPN_CHOU2", "NA_FOOLSCAP": "JIS_EXEC"}
	for _, l := range lines(t, "cdd-media.txt") {
		name, measures, ok := strings.Cut(l, " ")
		var w, h int
		if n, err := fmt.Sscanf(measures, "%dx%d", &w, &h); !ok || n != 2 || err != nil {
			continue
		}
		for _, off := range []int{0, 40, -40} {
			a := goipp.MakeAttribute("media-size-supported", goipp.TagBeginCollection, measure(goipp.Integer(w/10+off), goipp.Integer(h/10-off)))
			list := sizesOf(t, a).Option
			if len(list) != 1 || string(list[0].Name) != name && string(list[0].Name) != twins[name] || off == 0 && (list[0].WidthMicrons-w > 500 || w-list[0].WidthMicrons > 500) {
				t.Errorf("%d x %d is %+v, want %s", w, h, list, name)
			}
		}
	}
}

// Sizes that have a good name for something else, no name, or an old one.
func TestMediaOddities(t *testing.T) {
	for _, c := range []struct {
		keyword string
		want    gcp.MediaSizeOption // zero: it is no size
	}{
		{"prc_16k_195x270mm", gcp.MediaSizeOption{WidthMicrons: 195000, HeightMicrons: 270000, CustomDisplayName: "16K (195 × 270 mm)"}},
		{"na_legal_8.5x13.4in", gcp.MediaSizeOption{WidthMicrons: 215900, HeightMicrons: 340360, CustomDisplayName: "Legal (8.5 × 13.4 in)"}},
		{"custom_209.9x297.04mm_209.9x297.04mm", gcp.MediaSizeOption{Name: "ISO_A4", WidthMicrons: 210000, HeightMicrons: 297000}},
		{"custom_a-card_50x80mm", gcp.MediaSizeOption{WidthMicrons: 50000, HeightMicrons: 80000, CustomDisplayName: "50 × 80 mm"}},
		{"om_large-photo_200x300", gcp.MediaSizeOption{Name: "OM_LARGE_PHOTO", WidthMicrons: 200000, HeightMicrons: 300000}},
		{"choice_iso_a4_210x297mm_na_letter_8.5x11in", gcp.MediaSizeOption{WidthMicrons: 215900, HeightMicrons: 279400, CustomDisplayName: "8.5 × 11 in"}},
		{"iso-a4-white", gcp.MediaSizeOption{Name: "ISO_A4", WidthMicrons: 210000, HeightMicrons: 297000}},
		{"na-number-10-envelope", gcp.MediaSizeOption{Name: "NA_NUMBER_10", WidthMicrons: 104775, HeightMicrons: 241300}},
		{"A4", gcp.MediaSizeOption{Name: "ISO_A4", WidthMicrons: 210000, HeightMicrons: 297000}},
		{"iso_a4_210x297mm_borderless", gcp.MediaSizeOption{Name: "ISO_A4", WidthMicrons: 210000, HeightMicrons: 297000}},
		{"roll_label_4x0in", gcp.MediaSizeOption{WidthMicrons: 101600, IsContinuousFeed: true, CustomDisplayName: "Roll, 4 in wide"}},
		{"tray-1", gcp.MediaSizeOption{}},
		{"custom_max_8.5x14in", gcp.MediaSizeOption{}},
		{"unknown", gcp.MediaSizeOption{}},
		{"iso_a4_0x297mm", gcp.MediaSizeOption{}},
		{"iso_a4_1e99x297mm", gcp.MediaSizeOption{}},
		{"iso_a4_NaNxNaNmm", gcp.MediaSizeOption{}},
	} {
		list := sizesOf(t, kw("media-supported", c.keyword)).Option
		if c.want.WidthMicrons == 0 {
			if len(list) != 0 {
				t.Errorf("%s: %+v", c.keyword, list)
			}
			continue
		}
		c.want.VendorID, c.want.IsDefault = "media:"+c.keyword, true
		if len(list) != 1 || fmt.Sprint(list[0]) != fmt.Sprint(c.want) {
			t.Errorf("%s: %+v, want %+v", c.keyword, list, c.want)
		}
	}
}
