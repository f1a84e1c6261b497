package printer_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/impose"
	"platen/printer"
)

const (
	pdf = impose.PDF
	pwg = impose.PWG
	urf = impose.URF
)

// machine is a printer with a choice of everything. Who carries out what is up to
// its capabilities.
func machine(c printer.Capabilities) printer.Printer {
	yes := true
	s := gcp.PrinterDescriptionSection{
		Color: &gcp.Color{Option: []gcp.ColorOption{
			{VendorID: "print-color-mode:color", Type: gcp.ColorStandard, IsDefault: true}, {VendorID: "print-color-mode:monochrome", Type: gcp.ColorMonochrome},
		}},
		Duplex:          &gcp.Duplex{Option: []gcp.DuplexOption{{Type: gcp.DuplexNone, IsDefault: true}, {Type: gcp.DuplexLongEdge}}},
		PageOrientation: &gcp.PageOrientation{Option: []gcp.OrientationOption{{Type: gcp.OrientationAuto, IsDefault: true}, {Type: gcp.OrientationLandscape}}},
		Copies:          &gcp.Copies{Default: 1, Max: 99},
		DPI:             &gcp.DPI{Option: []gcp.DPIOption{{HorizontalDPI: 600, VerticalDPI: 600, IsDefault: true}, {HorizontalDPI: 300, VerticalDPI: 300}}},
		FitToPage:       &gcp.FitToPage{Option: []gcp.FitToPageOption{{Type: gcp.FitShrink, IsDefault: true}, {Type: gcp.FitFill}, {Type: gcp.FitNone}}},
		PageRange:       &gcp.PageRange{},
		MediaSize: &gcp.MediaSize{Option: []gcp.MediaSizeOption{
			{Name: "ISO_A4", WidthMicrons: 210000, HeightMicrons: 297000, VendorID: "media:iso_a4_210x297mm", IsDefault: true},
			{Name: "ISO_A5", WidthMicrons: 148000, HeightMicrons: 210000, VendorID: "media:iso_a5_148x210mm"},
		}},
		Margins: &gcp.Margins{Option: []gcp.MarginsOption{
			{Type: gcp.MarginsStandard, TopMicrons: 4230, RightMicrons: 4230, BottomMicrons: 4230, LeftMicrons: 4230, IsDefault: true}, {Type: gcp.MarginsBorderless},
		}},
		Collate: &gcp.Collate{Default: &yes}, ReverseOrder: &gcp.ReverseOrder{},
		VendorCapability: []gcp.VendorCapability{
			choice("number-up", "1", "2", "4", "8"), choice("media-source", "tray-1", "tray-2"), choice("print-quality", "4", "5"),
			choice("finishings/staple", "3", "20"), choice("finishings/punch", "3", "70"), choice("finishing-template", "fold-half"),
		},
	}
	usual := printer.Inset{Top: 423, Right: 423, Bottom: 423, Left: 423}
	c.Media = []printer.Media{
		{Keyword: "iso_a4_210x297mm", X: 20990, Y: 29704, Margins: []printer.Inset{usual, {}}},
		{Keyword: "iso_a5_148x210mm", X: 14800, Y: 21000, Margins: []printer.Inset{usual}},
	}
	c.JobAttributes = []string{"media", "media-col"}
	return printer.Printer{Name: "machine", CDD: gcp.CDD{Version: "1.0", Printer: s}, Capabilities: c}
}

// choice makes a vendor capability whose first value is the default.
func choice(id string, values ...gcp.Text) gcp.VendorCapability {
	c := gcp.VendorCapability{ID: id, Type: gcp.VendorSelect, SelectCap: &gcp.SelectCap{}}
	for i, v := range values {
		c.SelectCap.Option = append(c.SelectCap.Option, gcp.SelectCapOption{Value: v, IsDefault: i == 0})
	}
	return c
}

func allItems() printer.Items {
	return printer.Items{
		Pages: true, Reverse: true, Copies: true, Collate: true, NumberUp: true, Orientation: true,
		Fit: []gcp.FitToPageType{gcp.FitNone, gcp.FitPage, gcp.FitFill, gcp.FitShrink},
	}
}

// spooler is a CUPS queue: all is done there.
func spooler() printer.Printer {
	p := machine(printer.Capabilities{
		Formats: []string{"application/octet-stream", pdf, "image/png", "application/postscript"}, Native: allItems(), Render: true,
	})
	p.Source = printer.SourceCUPS
	return p
}

// modest takes PDF, and makes copies, but does nothing else to pages.
func modest() printer.Printer {
	r := allItems()
	r.Copies = false
	return machine(printer.Capabilities{
		Formats: []string{"application/octet-stream", pdf, "image/jpeg"}, Native: printer.Items{Copies: true}, Rendered: r, Render: true,
	})
}

// drawn takes raster alone.
func drawn(twoSided bool) printer.Printer {
	r := allItems()
	r.Copies, r.Collate, r.Fit = false, false, r.Fit[1:]
	how := &printer.Raster{
		Resolutions: []gcp.PWGResolution{{CrossFeedDir: 300, FeedDir: 300}, {CrossFeedDir: 600, FeedDir: 600}},
		Types:       []gcp.PWGType{"SRGB_8", "SGRAY_8"}, SheetBack: gcp.SheetBackFlipped, TwoSided: twoSided,
	}
	return machine(printer.Capabilities{
		Formats: []string{pwg, urf}, PWG: how, Rendered: r, Render: true,
		Native: printer.Items{Copies: true, Collate: true, Fit: []gcp.FitToPageType{gcp.FitNone}},
	})
}

func ticketOf(t *testing.T, print string) gcp.CJT {
	t.Helper()
	var c gcp.CJT
	if err := gcp.DecodeLenient([]byte(`{"version":"1.0","print":{`+print+`}}`), &c); err != nil {
		t.Fatal(err)
	}
	return c
}

func namesOf(attrs goipp.Attributes) string {
	var out []string
	for _, a := range attrs {
		out = append(out, a.Name+"="+a.Values.String())
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

const twoPages = `"page_range":{"interval":[{"start":2,"end":3}]}`

// The rules of decision 009: who carries out what, and in which format.
func TestWhoCarriesOut(t *testing.T) {
	a4 := impose.Media{Width: 210000, Height: 297000, Name: "iso_a4_210x297mm", Margin: impose.Margin{Top: 4230, Right: 4230, Bottom: 4230, Left: 4230}}
	pages := []gcp.PageInterval{{Start: 2, End: 3}}
	raster := impose.Raster{DPIX: 600, DPIY: 600, Type: "SRGB_8"}
	sheet := impose.Layout{Fit: gcp.FitShrink, Media: a4}
	for name, c := range map[string]struct {
		p             printer.Printer
		format, print string
		sent, attrs   string
		work          impose.Work
	}{
		"CUPS does all": {
			spooler(), pdf, twoPages + `,"reverse_order":{"reverse_order":true},"page_orientation":{"type":"LANDSCAPE"},"vendor_ticket_item":[{"id":"number-up","value":"2"}]`,
			pdf, "number-up=2 orientation-requested=4 page-delivery=reverse-order page-ranges=2-3",
			impose.Work{},
		},
		"CUPS without the format": {spooler(), "image/gif", `"fit_to_page":{"type":"FILL_PAGE"}`, pdf, "print-scaling=fill", impose.Work{To: pdf}},
		"text for CUPS": {
			spooler(), "text/plain; charset=utf-8", `"fit_to_page":{"type":"FILL_PAGE"}`, pdf, "print-scaling=fill",
			impose.Work{To: pdf, Layout: impose.Layout{Fit: gcp.FitNone, Media: a4}},
		},
		"nothing to do":      {modest(), pdf, `"copies":{"copies":2}`, pdf, "copies=2", impose.Work{}},
		"a picture as it is": {modest(), "image/JPEG; q=1", "", "image/jpeg", "", impose.Work{}},
		"pages alone": {
			modest(), pdf, twoPages + `,"copies":{"copies":2}`, pdf, "copies=2",
			impose.Work{To: pdf, Layout: impose.Layout{Pages: pages}},
		},
		"reverse with native copies": {
			modest(), pdf, `"reverse_order":{"reverse_order":true},"copies":{"copies":2},"duplex":{"type":"LONG_EDGE"}`,
			pdf, "copies=2 sides=two-sided-long-edge",
			impose.Work{To: pdf, Layout: impose.Layout{Reverse: true, TwoSided: true}},
		},
		"order of the copies": {
			modest(), pdf, `"copies":{"copies":3},"collate":{"collate":false}`, pdf, "",
			impose.Work{To: pdf, Layout: impose.Layout{Copies: 3, Uncollated: true}},
		},
		"layout": {
			modest(), pdf, `"vendor_ticket_item":[{"id":"number-up","value":"4"}],"page_orientation":{"type":"LANDSCAPE"}`, pdf, "",
			impose.Work{To: pdf, Layout: impose.Layout{NumberUp: 4, Fit: gcp.FitShrink, Turn: gcp.OrientationLandscape, Media: a4}},
		},
		"a picture without scaling": {modest(), "image/png", "", pdf, "", impose.Work{To: pdf, Layout: sheet}},
		"raster":                    {drawn(true), pdf, "", pwg, "print-scaling=none", impose.Work{To: pwg, Layout: sheet, Raster: raster}},
		"raster with everything": {
			drawn(true), pdf, twoPages + `,"copies":{"copies":2},"collate":{"collate":true},"duplex":{"type":"LONG_EDGE"},"color":{"type":"STANDARD_MONOCHROME"},` +
				`"dpi":{"horizontal_dpi":300,"vertical_dpi":300},"page_orientation":{"type":"LANDSCAPE"},"reverse_order":{"reverse_order":true},` +
				`"media_size":{"vendor_id":"media:iso_a5_148x210mm"},"vendor_ticket_item":[{"id":"media-source","value":"tray-2"},{"id":"print-quality","value":"5"}]`,
			pwg, "copies=2 media-col={media-size={x-dimension=14800 y-dimension=21000} media-source=tray-2} multiple-document-handling=separate-documents-collated-copies " +
				"print-color-mode=monochrome print-quality=5 print-scaling=none printer-resolution=300x300dpi sides=two-sided-long-edge",
			impose.Work{To: pwg, Layout: impose.Layout{
				Pages: pages, Reverse: true, Fit: gcp.FitShrink, Turn: gcp.OrientationLandscape, TwoSided: true,
				Media: impose.Media{Width: 148000, Height: 210000, Name: "iso_a5_148x210mm", Margin: a4.Margin},
			}, Raster: impose.Raster{
				DPIX: 300, DPIY: 300, Type: "SGRAY_8", Duplex: gcp.DuplexLongEdge, SheetBack: gcp.SheetBackFlipped, Source: "tray-2", Quality: 5,
			}},
		},
		"borderless raster": {
			drawn(true), pdf, `"margins":{"top_microns":0,"right_microns":0,"bottom_microns":0,"left_microns":0}`, pwg,
			"media-col={media-size={x-dimension=20990 y-dimension=29704} media-bottom-margin=0 media-left-margin=0 media-right-margin=0 media-top-margin=0} print-scaling=none",
			impose.Work{To: pwg, Layout: impose.Layout{Fit: gcp.FitShrink, Media: impose.Media{Width: 210000, Height: 297000, Name: a4.Name}}, Raster: raster},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := printer.PlanJob(c.p, ticketOf(t, c.print), c.format)
			if err != nil {
				t.Fatal(err)
			}
			if plan.Format != c.sent || !reflect.DeepEqual(plan.Work, c.work) || len(plan.Notes) > 0 {
				t.Errorf("%s with %+v and %q,\nwant %s with %+v", plan.Format, plan.Work, plan.Notes, c.sent, c.work)
			}
			if got := namesOf(plan.Attributes); got != c.attrs {
				t.Errorf("asked for\n%s, want\n%s", got, c.attrs)
			}
		})
	}
}

// What the ticket leaves out is the printer's default when we lay out the sheets, but
// that pages are upright is nobody's wish.
func TestDefaultsOfLayout(t *testing.T) {
	p := drawn(true)
	s := &p.CDD.Printer
	s.FitToPage.Option[0].IsDefault, s.FitToPage.Option[1].IsDefault = false, true
	s.PageOrientation.Option = append(s.PageOrientation.Option, gcp.OrientationOption{Type: gcp.OrientationPortrait})
	for usual, want := range map[gcp.OrientationType]gcp.OrientationType{
		gcp.OrientationAuto: "", gcp.OrientationPortrait: "", gcp.OrientationLandscape: gcp.OrientationLandscape,
	} {
		for i := range s.PageOrientation.Option {
			s.PageOrientation.Option[i].IsDefault = s.PageOrientation.Option[i].Type == usual
		}
		plan, err := printer.PlanJob(p, gcp.CJT{}, pdf)
		if l := plan.Work.Layout; err != nil || l.Turn != want || l.Fit != gcp.FitFill {
			t.Errorf("%s: %+v, %v", usual, l, err)
		}
	}
}

// A printer that puts two pages on a side by itself is told not to when we did.
func TestDefaultNumberUp(t *testing.T) {
	p := drawn(true)
	p.Capabilities.Native.NumberUp, p.Capabilities.Rendered.NumberUp = true, false
	for i := range p.CDD.Printer.VendorCapability[0].SelectCap.Option {
		p.CDD.Printer.VendorCapability[0].SelectCap.Option[i].IsDefault = i == 1
	}
	plan, err := printer.PlanJob(p, gcp.CJT{}, pdf)
	if err != nil || plan.Work.Layout.NumberUp != 2 || namesOf(plan.Attributes) != "number-up=1 print-scaling=none" {
		t.Errorf("%+v, %v", plan, err)
	}
}

// URF comes after PWG raster, and takes what that cannot print on both sides.
func TestTwoSidedRaster(t *testing.T) {
	p := drawn(false)
	both := ticketOf(t, `"duplex":{"type":"LONG_EDGE"}`)
	var ticket *printer.ErrTicket
	if _, err := printer.PlanJob(p, both, pdf); !errors.As(err, &ticket) || !strings.Contains(ticket.Reason, "one side") {
		t.Errorf("one-sided raster: %v", err)
	}
	u := *p.Capabilities.PWG
	u.TwoSided = true
	p.Capabilities.URF = &u
	if plan, err := printer.PlanJob(p, both, pdf); err != nil || plan.Format != urf || plan.Work.Raster.Duplex != gcp.DuplexLongEdge {
		t.Errorf("two-sided raster: %+v, %v", plan, err)
	}
	p.Capabilities.URF = nil
	p.CDD.Printer.Duplex.Option[0].IsDefault, p.CDD.Printer.Duplex.Option[1].IsDefault = false, true
	plan, err := printer.PlanJob(p, gcp.CJT{}, pdf)
	if err != nil || namesOf(plan.Attributes) != "print-scaling=none sides=one-sided" || plan.Work.Raster.Duplex != "" {
		t.Errorf("a printer that turns sheets by itself: %+v, %v", plan, err)
	}
}

// Documents in the printer's own language go as they are, where that is allowed.
func TestOwnLanguage(t *testing.T) {
	allowed := spooler()
	allowed.Capabilities.Raw = true
	for _, format := range []string{"application/octet-stream", "application/vnd.zebra.zpl", "x-application/zpl", "application/x-escpos", "application/vnd.hp-PCL", "application/epl2"} {
		plan, err := printer.PlanJob(allowed, ticketOf(t, `"copies":{"copies":2},"color":{"type":"STANDARD_MONOCHROME"},"vendor_ticket_item":[{"id":"media-source","value":"tray-2"}]`), format)
		if err != nil || !plan.Work.IsZero() || len(plan.Attributes) > 0 || plan.Format != "application/octet-stream" || len(plan.Notes) != 3 {
			t.Errorf("%s: %+v, %v", format, plan, err)
		}
		var e *printer.ErrFormat
		if _, err := printer.PlanJob(spooler(), gcp.CJT{}, format); !errors.As(err, &e) || !strings.Contains(e.Error(), "allow") {
			t.Errorf("%s where it is not allowed: %v", format, err)
		}
	}
	allowed.Capabilities.Formats = append(allowed.Capabilities.Formats, "application/vnd.cups-raw")
	if plan, err := printer.PlanJob(allowed, gcp.CJT{}, "application/octet-stream"); err != nil || plan.Format != "application/vnd.cups-raw" {
		t.Errorf("to CUPS: %+v, %v", plan, err)
	}
	if plan, err := printer.PlanJob(allowed, ticketOf(t, `"copies":{"copies":2}`), "application/postscript"); err != nil || plan.Format != "application/postscript" || namesOf(plan.Attributes) != "copies=2" {
		t.Errorf("PostScript that is listed: %+v, %v", plan, err)
	}
	raw := spooler()
	raw.Kind = printer.KindRaw
	if plan, err := printer.PlanJob(raw, gcp.CJT{}, "image/gif"); err == nil {
		t.Errorf("a picture was made into something for a raw queue: %+v", plan)
	}
	if _, err := printer.PlanJob(allowed, ticketOf(t, `"copies":{"copies":1000}`), "application/octet-stream"); err == nil {
		t.Error("1000 copies of 99 that are possible were taken")
	}
}

// What is refused, and in which words.
func TestRefusals(t *testing.T) {
	lone := modest()
	lone.Capabilities.Render = false
	for name, c := range map[string]struct {
		p             printer.Printer
		format, print string
		words         string
	}{
		"an unknown size":            {spooler(), pdf, `"media_size":{"width_microns":200000,"height_microns":200000}`, "200 × 200 mm"},
		"too many copies":            {spooler(), pdf, `"copies":{"copies":100}`, "at most 99 copies"},
		"a backward range":           {spooler(), pdf, `"page_range":{"interval":[{"start":5,"end":2}]}`, "ends before it begins"},
		"no such side":               {spooler(), pdf, `"duplex":{"type":"SHORT_EDGE"}`, "SHORT_EDGE"},
		"borderless A5":              {spooler(), pdf, `"media_size":{"vendor_id":"media:iso_a5_148x210mm"},"margins":{}`, "without margins on 148 × 210 mm"},
		"a value that is not listed": {spooler(), pdf, `"vendor_ticket_item":[{"id":"media-source","value":"tray-9"}]`, `"tray-9"`},
		"two finishings":             {spooler(), pdf, `"vendor_ticket_item":[{"id":"finishing-template","value":"fold-half"},{"id":"finishings/staple","value":"20"}]`, "in two ways"},
		"8 on a side, by us":         {modest(), pdf, `"vendor_ticket_item":[{"id":"number-up","value":"8"}]`, "8 pages on a side"},
		"stapled copies made by us":  {modest(), pdf, `"copies":{"copies":2},"collate":{"collate":false},"vendor_ticket_item":[{"id":"finishings/staple","value":"20"}]`, "finish each copy"},
		"nobody does it":             {lone, pdf, twoPages, "cannot print chosen pages"},
		"PostScript cannot be drawn": {spoolerWithout(printer.Items{}), "application/postscript", twoPages, "application/postscript"},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := printer.PlanJob(c.p, ticketOf(t, c.print), c.format)
			e, ok := errors.AsType[*printer.ErrTicket](err)
			if !ok || !strings.Contains(e.Reason, c.words) || !strings.HasSuffix(e.Reason, ".") {
				t.Errorf("%+v, %v; want a refusal with %q", plan, err, c.words)
			}
		})
	}
	var e *printer.ErrFormat
	if _, err := printer.PlanJob(lone, gcp.CJT{}, "image/gif"); !errors.As(err, &e) || !strings.Contains(e.Error(), "image/gif") {
		t.Errorf("a format that nobody takes: %v", err)
	}
}

// spoolerWithout is a queue where some items are the renderer's.
func spoolerWithout(native printer.Items) printer.Printer {
	p := spooler()
	p.Capabilities.Native, p.Capabilities.Rendered = native, allItems()
	return p
}
