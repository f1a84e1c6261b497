package printer

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/ppd"
)

// officePPD reads a PPD with options that IPP knows nothing of.
func officePPD(t *testing.T) *ppd.File {
	t.Helper()
	b, err := os.ReadFile("../internal/ppd/testdata/office.ppd")
	if err != nil {
		t.Fatal(err)
	}
	f, err := ppd.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func keywords(name string, values ...string) goipp.Attribute {
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(goipp.TagKeyword, goipp.String(v))
	}
	return a
}

// cupsQueue are the attributes of a queue that tells of two sizes, and of what else
// is given.
func cupsQueue(more ...goipp.Attribute) goipp.Attributes {
	return append(goipp.Attributes{
		goipp.MakeAttribute("printer-name", goipp.TagName, goipp.String("office")),
		goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(3)),
		keywords("media-supported", "iso_a4_210x297mm", "na_letter_8.5x11in"),
		keywords("media-default", "iso_a4_210x297mm"),
		goipp.MakeAttribute("document-format-supported", goipp.TagMimeType, goipp.String("application/pdf")),
		keywords("sides-supported", "one-sided", "two-sided-long-edge", "two-sided-short-edge"),
	}, more...)
}

func fromPPD(t *testing.T, more ...goipp.Attribute) Printer {
	t.Helper()
	p, err := FromIPP(cupsQueue(more...), Origin{Name: "office", Source: SourceCUPS, PPD: officePPD(t)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func ppdIDs(p Printer) []string {
	var ids []string
	for _, c := range p.CDD.Printer.VendorCapability {
		if id, ok := strings.CutPrefix(c.ID, "ppd:"); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// What IPP tells is not offered a second time, and what it does not is.
func TestPPDOnlyWhereIPPHasNothing(t *testing.T) {
	const always = "StapleLocation TonerSave Smoothing Watermark JobType JobType:LockedPrint/LockedPrintPassword"
	for _, tt := range []struct {
		name string
		more []goipp.Attribute
		want string
	}{
		{"nothing", nil, "InputSlot MediaType Resolution OutputBin " + always},
		{"trays and bins", []goipp.Attribute{
			keywords("media-source-supported", "tray-1"), keywords("media-type-supported", "stationery"), keywords("output-bin-supported", "side"),
		}, "Resolution " + always},
		{"resolutions", []goipp.Attribute{
			goipp.MakeAttribute("printer-resolution-supported", goipp.TagResolution, goipp.Resolution{Xres: 600, Yres: 600, Units: goipp.UnitsDpi}),
		}, "InputSlot MediaType OutputBin " + always},
		{"finishings", []goipp.Attribute{
			{Name: "finishings-supported", Values: goipp.Values{{T: goipp.TagEnum, V: goipp.Integer(3)}, {T: goipp.TagEnum, V: goipp.Integer(20)}}},
		}, "InputSlot MediaType Resolution OutputBin " + strings.TrimPrefix(always, "StapleLocation ")},
	} {
		if got := ppdIDs(fromPPD(t, tt.more...)); !slices.Equal(got, strings.Fields(tt.want)) {
			t.Errorf("%s: %v, want %v", tt.name, got, strings.Fields(tt.want))
		}
	}
}

func TestPPDColor(t *testing.T) {
	c := fromPPD(t).CDD.Printer.Color
	if c == nil || len(c.Option) != 2 || c.Option[0].VendorID != "ppd:ColorModel:Gray" || c.Option[0].Type != gcp.ColorMonochrome ||
		c.Option[1].VendorID != "ppd:ColorModel:RGB" || !c.Option[1].IsDefault {
		t.Errorf("without print-color-mode the colours are %+v", c)
	}
	c = fromPPD(t, keywords("print-color-mode-supported", "color", "monochrome")).CDD.Printer.Color
	if c == nil || c.Option[0].VendorID != "print-color-mode:color" {
		t.Errorf("with print-color-mode the colours are %+v", c)
	}
	plan, err := PlanJob(fromPPD(t), gcp.CJT{Print: gcp.PrintTicketSection{Color: &gcp.ColorTicketItem{Type: gcp.ColorMonochrome}}}, "application/pdf")
	attrs := plan.Attributes
	if err != nil || !slices.ContainsFunc(attrs, func(a goipp.Attribute) bool { return a.Name == "ColorModel" && a.Values.String() == "Gray" }) {
		t.Errorf("monochrome asks for %v, %v", attrs, err)
	}
}

// Sizes that CUPS does not tell go back by the PPD's keyword.
func TestPPDSizes(t *testing.T) {
	p := fromPPD(t)
	var ids []string
	for _, o := range p.CDD.Printer.MediaSize.Option {
		ids = append(ids, o.VendorID)
	}
	want := []string{"media:iso_a4_210x297mm", "media:na_letter_8.5x11in", "ppd:PageSize:100x150mm", "ppd:PageSize:w400h500"}
	if !slices.Equal(ids, want) || len(p.Capabilities.Media) != len(ids) {
		t.Fatalf("the sizes are %v (%d), want %v", ids, len(p.Capabilities.Media), want)
	}
	plan, err := PlanJob(p, gcp.CJT{Print: gcp.PrintTicketSection{
		MediaSize: &gcp.MediaSizeTicketItem{WidthMicrons: 100000, HeightMicrons: 150000},
	}}, "application/pdf")
	attrs := plan.Attributes
	if err != nil || len(attrs) != 1 || attrs[0].Name != "PageSize" || attrs[0].Values.String() != "100x150mm" {
		t.Errorf("the photo size asks for %v, %v", attrs, err)
	}
}

// Queues without a PPD that tells more than IPP are not asked for it.
func TestHasPPD(t *testing.T) {
	maker := func(s string) goipp.Attribute {
		return goipp.MakeAttribute("printer-make-and-model", goipp.TagText, goipp.String(s))
	}
	for _, tt := range []struct {
		attrs goipp.Attributes
		want  bool
	}{
		{cupsQueue(maker("Platen Office 9, PDF")), true},
		{cupsQueue(maker("Example Duplexer - IPP Everywhere")), false},
		{cupsQueue(maker("Example, driverless, cups-filters 1.28.17")), false},
		{cupsQueue(goipp.MakeAttribute("printer-type", goipp.TagEnum, goipp.Integer(1))), false},
		{goipp.Attributes{maker("Local Raw Printer")}, false},
	} {
		if got := HasPPD(tt.attrs); got != tt.want {
			t.Errorf("HasPPD(%v) = %t", tt.attrs[len(tt.attrs)-1], got)
		}
	}
}

// A locked print is a type of job: no second one goes with it.
func TestLockedPrintIsOneJobType(t *testing.T) {
	pin := gcp.VendorTicketItem{ID: "ppd:JobType:LockedPrint/LockedPrintPassword", Value: "1234"}
	sample := gcp.VendorTicketItem{ID: "ppd:JobType", Value: "SamplePrint"}
	for _, items := range [][]gcp.VendorTicketItem{{pin, sample}, {sample, pin}} {
		_, err := PlanJob(fromPPD(t), gcp.CJT{Print: gcp.PrintTicketSection{VendorTicketItem: items}}, "application/pdf")
		if refused := (*ErrTicket)(nil); !errors.As(err, &refused) {
			t.Errorf("%v: %v, want a refusal", items, err)
		}
	}
}

func TestLockedPrintPIN(t *testing.T) {
	for _, tt := range []struct {
		lock LockedPrint
		pin  string
		want string // the password that is sent; "-" for a refusal
	}{
		{LockedPrint{Least: 4, Most: 8}, "1234", "1234"},
		{LockedPrint{Least: 4, Most: 8}, "00000000", "00000000"},
		{LockedPrint{Least: 4, Most: 8, Custom: true}, "0815", "Custom.0815"},
		{LockedPrint{Least: 4, Most: 8}, "", ""},
		{LockedPrint{Least: 4, Most: 8}, "123", "-"},
		{LockedPrint{Least: 4, Most: 8}, "123456789", "-"},
		{LockedPrint{Least: 4, Most: 8}, "12 4", "-"},
		{LockedPrint{Least: 4, Most: 8}, "١٢", "-"}, // four bytes of Arabic digits
		{LockedPrint{Least: 4, Most: 4}, "12345", "-"},
	} {
		attrs, err := tt.lock.attributes(tt.pin)
		got := ""
		if refused := (*ErrTicket)(nil); errors.As(err, &refused) {
			got = "-"
		} else if len(attrs) == 2 {
			got = attrs[1].Values.String()
		}
		if got != tt.want {
			t.Errorf("%+v with %q: %q, want %q", tt.lock, tt.pin, got, tt.want)
		}
	}
}
