package ppd_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"platen/gcp"
	"platen/internal/ppd"
)

func read(t testing.TB, path string) *ppd.File {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := ppd.Parse(b)
	if err != nil {
		t.Fatalf("Parse(%s): %v", path, err)
	}
	return f
}

func office(t testing.TB) *ppd.File { return read(t, "testdata/office.ppd") }

func keywords(choices []ppd.Choice) []string {
	var out []string
	for _, c := range choices {
		out = append(out, c.Keyword)
	}
	return out
}

func TestFacts(t *testing.T) {
	f := office(t)
	if f.Manufacturer != "Platen" || f.NickName != "Platen Office 9, PDF" || !f.ColorDevice || f.Throughput != 32 {
		t.Errorf("the facts are %+v", f)
	}
	if want := (ppd.Margins{Left: 12, Bottom: 14.4, Right: 12, Top: 14.4}); f.HWMargins == nil || *f.HWMargins != want {
		t.Errorf("HWMargins = %v, want %v", f.HWMargins, want)
	}
	var groups, installed []string
	for _, o := range f.Options {
		groups = append(groups, o.Group)
		if o.Installable {
			installed = append(installed, o.Keyword+"="+o.Default)
		}
	}
	if want := []string{"OptionFinisher=None", "OptionTray3=False", "OptionDisk=True"}; !slices.Equal(installed, want) {
		t.Errorf("installable are %v, want %v", installed, want)
	}
	if want := []string{"InstallableOptions", "", "Finishing", "Quality", "Job"}; !slices.Equal(slices.Compact(groups), want) {
		t.Errorf("the groups are %v, want %v", slices.Compact(groups), want)
	}
	p, ok := f.Paper("A4")
	if want := (ppd.Paper{Width: 595, Height: 842, Area: &ppd.Margins{Left: 12, Bottom: 14.4, Right: 583, Top: 827.6}}); !ok || !cmp.Equal(p, want) {
		t.Errorf("A4 = %+v, want %+v", p, want)
	}
	pin := f.Option("LockedPrintPassword")
	if want := (map[string]ppd.Param{"Password": {Type: "passcode", Min: 4, Max: 8}}); !pin.Custom || !cmp.Equal(pin.Params, want) {
		t.Errorf("the PIN's parameters are %v, want %v", pin.Params, want)
	}
}

// Names come in English where the file has them so, and in its own encoding and in
// hexadecimal where not.
func TestTexts(t *testing.T) {
	o := office(t).Option("Smoothing")
	got := []string{o.Text}
	for _, c := range o.Choices {
		got = append(got, c.Text)
	}
	if want := []string{"Smoothing", "Aus", "Fine", "Sehr fein"}; !slices.Equal(got, want) {
		t.Errorf("the texts are %q, want %q", got, want)
	}
	for _, tt := range []struct{ encoding, text, want string }{
		{"ISOLatin1", "Gl<E4>tten <42>", "Glätten B"},
		{"ISOLatin1", "<476CE47474>", "Glätt"},
		{"ISOLatin1", "<47 6C\tE4>", "Glä"},
		{"ISOLatin1", "Gl\xe4tt\xe4", "Glättä"},
		{"WindowsANSI", "\x80 \x93a\x94", "€ “a”"},
		{"UTF-8", "Glätte 光沢", "Glätte 光沢"},
		{"UTF-8", "<E58589>", "光"},
		{"", "Gl\xe4", "Glä"},
		{"JIS83-RKSJ", "\x8c\xf5\x91\xf2", "K"}, // not read: the keyword
		{"ISOLatin1", "a<b", "a<b"},
		{"ISOLatin1", "a<zz>b", "a<zz>b"},
		{"ISOLatin1", "  two \t blanks\x00 ", "two blanks"},
		{"ISOLatin1", "", "K"},
	} {
		f, err := ppd.Parse(fmt.Appendf(nil, "*PPD-Adobe: \"4.3\"\n*LanguageEncoding: %s\n*OpenUI *K/%s: PickOne\n*K A: \"\"\n*CloseUI: *K\n", tt.encoding, tt.text))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Option("K").Text; got != tt.want {
			t.Errorf("%s %q is %q, want %q", tt.encoding, tt.text, got, tt.want)
		}
	}
}

func TestConstraintsOfWhatIsInstalled(t *testing.T) {
	f := office(t)
	for option, want := range map[string][]string{
		"StapleLocation": {"None"},
		"InputSlot":      {"Tray1"},
		"JobType":        {"Normal", "SamplePrint", "LockedPrint"},
		"Duplex":         {"None", "DuplexNoTumble", "DuplexTumble"}, // with a transparency alone it is not
		"Watermark":      {"None"},
	} {
		if got := keywords(f.Possible(*f.Option(option))); !slices.Equal(got, want) {
			t.Errorf("the choices of %s are %v, want %v", option, got, want)
		}
	}
}

func TestLineEndsAndOddStatements(t *testing.T) {
	b, err := os.ReadFile("testdata/office.ppd")
	if err != nil {
		t.Fatal(err)
	}
	want := ppd.CDD(office(t))
	for name, change := range map[string]func(string) string{
		"CR LF": func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"CR":    func(s string) string { return strings.ReplaceAll(s, "\n", "\r") },
		"mark":  func(s string) string { return "\xef\xbb\xbf" + s },
		"unknown": func(s string) string {
			return s + "*SymbolValue ^x: \"\n*Fake: 1\n\"\n*End\n*?Query: \"\"\n*\nno\n*NoColon\n"
		},
		"twice":        func(s string) string { return s + s },
		"no last line": func(s string) string { return strings.TrimSpace(s) },
	} {
		f, err := ppd.Parse([]byte(change(string(b))))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want, ppd.CDD(f)); diff != "" {
			t.Errorf("%s changes the CDD: %s", name, diff)
		}
	}
}

func TestRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":      {nil, ppd.ErrNotPPD},
		"PDF":          {[]byte("%PDF-1.4\n*x: 1\n"), ppd.ErrNotPPD},
		"large":        {make([]byte, ppd.MaxSize+1), ppd.ErrTooBig},
		"open quote":   {[]byte("*PPD-Adobe: \"4.3\n*x: 1\n"), nil},
		"many options": {[]byte("*PPD-Adobe: \"4.3\"\n" + numbered(2000, "*OpenUI *K%d: PickOne\n")), nil},
		"many choices": {[]byte("*PPD-Adobe: \"4.3\"\n*OpenUI *K: PickOne\n" + numbered(30000, "*K C%d: \"\"\n")), nil},
	} {
		_, err := ppd.Parse(tt.data)
		if err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

func numbered(n int, format string) string {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// A CDD by the rules of the protocol's own translation of PPD files.
func TestCDD(t *testing.T) {
	got := ppd.CDD(office(t))
	want := gcp.CDD{Version: "1.0", Printer: gcp.PrinterDescriptionSection{
		PrintingSpeed: &gcp.PrintingSpeed{Option: []gcp.PrintingSpeedOption{{SpeedPPM: 32}}},
		MediaSize: &gcp.MediaSize{
			Option: []gcp.MediaSizeOption{
				{Name: "ISO_A4", WidthMicrons: 210000, HeightMicrons: 297000, IsDefault: true, VendorID: "A4"},
				{Name: "NA_LETTER", WidthMicrons: 215900, HeightMicrons: 279400, VendorID: "Letter"},
				{Name: "OM_SMALL_PHOTO", WidthMicrons: 100000, HeightMicrons: 150000, VendorID: "100x150mm"},
				{WidthMicrons: 141111, HeightMicrons: 176389, CustomDisplayName: "Odd", VendorID: "w400h500"},
			},
			MinWidthMicrons: 76200, MaxWidthMicrons: 304800, MinHeightMicrons: 127000, MaxHeightMicrons: 457200,
		},
		Margins: &gcp.Margins{Option: []gcp.MarginsOption{{
			Type: gcp.MarginsStandard, TopMicrons: 5080, RightMicrons: 4233, BottomMicrons: 5080, LeftMicrons: 4233, IsDefault: true,
		}}},
		Color: &gcp.Color{Option: []gcp.ColorOption{
			{VendorID: "ColorModel:Gray", Type: gcp.ColorMonochrome, CustomDisplayName: "Grayscale"},
			{VendorID: "ColorModel:RGB", Type: gcp.ColorStandard, CustomDisplayName: "Color", IsDefault: true},
		}},
		Duplex: &gcp.Duplex{Option: []gcp.DuplexOption{
			{Type: gcp.DuplexNone, IsDefault: true}, {Type: gcp.DuplexLongEdge}, {Type: gcp.DuplexShortEdge},
		}},
		DPI: &gcp.DPI{Option: []gcp.DPIOption{
			{HorizontalDPI: 600, VerticalDPI: 600, IsDefault: true, VendorID: "600dpi"},
			{HorizontalDPI: 1200, VerticalDPI: 600, VendorID: "1200x600dpi"},
		}},
	}}
	vendor := got.Printer.VendorCapability
	got.Printer.VendorCapability = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the CDD differs (-want +got):\n%s", diff)
	}
	var ids []string
	for _, c := range vendor {
		ids = append(ids, c.ID)
	}
	wantIDs := []string{
		"InputSlot", "MediaType", "OutputBin", "StapleLocation", "TonerSave", "Smoothing", "Watermark",
		"JobType", "JobType:LockedPrint/LockedPrintPassword",
	}
	if !slices.Equal(ids, wantIDs) {
		t.Errorf("the vendor capabilities are %v, want %v", ids, wantIDs)
	}
	for _, c := range vendor {
		switch c.ID {
		case "TonerSave":
			if c.Type != gcp.VendorTypedValue || c.TypedValueCap.ValueType != gcp.ValueBoolean || c.TypedValueCap.Default != "false" {
				t.Errorf("TonerSave is %+v", c)
			}
		case "Smoothing":
			if o := c.SelectCap.Option; len(o) != 3 || o[1].Value != "Fine" || !o[1].IsDefault || o[1].DisplayName != "Fine" {
				t.Errorf("Smoothing is %+v", o)
			}
		case "JobType":
			if o := c.SelectCap.Option; len(o) != 2 {
				t.Errorf("JobType is %+v; a locked print needs its number", o)
			}
		case "JobType:LockedPrint/LockedPrintPassword":
			if c.DisplayName != "PIN for locked print (4 to 8 digits)" || c.TypedValueCap.ValueType != gcp.ValueString {
				t.Errorf("the PIN is %+v", c)
			}
		}
	}
}

// Files that makers wrote: what is in the option lists is in the CDD once.
func TestForeignFiles(t *testing.T) {
	files, err := filepath.Glob("/usr/share/ppd/cupsfilters/*.ppd")
	if err != nil || len(files) == 0 {
		t.Skip("no PPD files of cups-filters are here")
	}
	for _, path := range files {
		f := read(t, path)
		s := ppd.CDD(f).Printer
		if f.Manufacturer == "" || s.MediaSize == nil || len(s.MediaSize.Option) < 5 || s.Color == nil {
			t.Errorf("%s: %s has sizes %v", path, f.NickName, s.MediaSize)
			continue
		}
		seen := map[[2]int]bool{}
		defaults := 0
		for _, o := range s.MediaSize.Option {
			at := [2]int{o.WidthMicrons, o.HeightMicrons}
			if seen[at] {
				t.Errorf("%s: %s is there twice", path, o.VendorID)
			}
			seen[at] = true
			if o.IsDefault {
				defaults++
			}
		}
		if defaults != 1 {
			t.Errorf("%s: %d default sizes", path, defaults)
		}
		for _, o := range f.Options {
			if o.Installable || o.UI == ppd.PickMany || len(f.Possible(o)) == 0 || inSection(f, s, o) {
				continue
			}
			if !slices.ContainsFunc(s.VendorCapability, func(c gcp.VendorCapability) bool { return strings.HasSuffix(c.ID, o.Keyword) }) {
				if len(f.Possible(o)) == len(o.Choices) {
					t.Errorf("%s: %s is nowhere", path, o.Keyword)
				}
			}
		}
	}
}

func inSection(f *ppd.File, s gcp.PrinterDescriptionSection, o ppd.Option) bool {
	switch o.Keyword {
	case "PageSize", "PageRegion", f.ColorKeyword():
		return true
	case f.DuplexKeyword():
		return s.Duplex != nil
	case "Resolution":
		return s.DPI != nil
	}
	return false
}

func FuzzParse(f *testing.F) {
	b, err := os.ReadFile("testdata/office.ppd")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("*PPD-Adobe: \"4.3\"\n*OpenUI *K/<: PickOne\n*DefaultK: A\n*K A/<zz>: \"\n\"\n*UIConstraints: *K *K *K A\n"))
	f.Add([]byte("*PPD-Adobe: \"4.3\"\n*OpenUI *PageSize: PickOne\n*PageSize w1e99hNaN: \"\"\n*PaperDimension A: \"NaN Inf\"\n*ParamCustomPageSize Width: 1 points NaN 1e999\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := ppd.Parse(b)
		if err != nil {
			return
		}
		cdd := ppd.CDD(file)
		if m := cdd.Printer.MediaSize; m != nil {
			for _, o := range m.Option {
				if o.WidthMicrons <= 0 || o.HeightMicrons <= 0 {
					t.Errorf("a size of %d x %d", o.WidthMicrons, o.HeightMicrons)
				}
			}
		}
		for _, c := range cdd.Printer.VendorCapability {
			if c.DisplayName == "" || c.SelectCap != nil && len(c.SelectCap.Option) == 0 {
				t.Errorf("a capability without name or choice: %+v", c)
			}
		}
	})
}

// CUPS asks for some choices by finishings: those that the file names, else those
// that it knows.
func TestFinishings(t *testing.T) {
	for _, tt := range []struct {
		line string
		c    ppd.Choosing
		want bool
	}{
		{"", ppd.Choosing{Option: "StapleLocation", Choice: "UpperLeft"}, true},
		{"", ppd.Choosing{Option: "StapleLocation", Choice: "None"}, false},
		{"", ppd.Choosing{Option: "Stapler", Choice: "On"}, false},
		{"*cupsIPPFinishings 4/staple: \"*Stapler On\"\n", ppd.Choosing{Option: "Stapler", Choice: "On"}, true},
		{"*cupsIPPFinishings 4/staple: \"*Stapler On\"\n", ppd.Choosing{Option: "StapleLocation", Choice: "UpperLeft"}, false},
	} {
		f, err := ppd.Parse([]byte("*PPD-Adobe: \"4.3\"\n" + tt.line))
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Finishing(tt.c); got != tt.want {
			t.Errorf("with %q, Finishing(%v) = %t", tt.line, tt.c, got)
		}
	}
}
