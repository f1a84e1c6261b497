package cloud_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/impose"
)

// Each item alone, with and without its section, and the ones that must go before.
func TestWhoDoesWhat(t *testing.T) {
	w, _, folder := newPress(t)
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left of a crash: %v, %v", left, err)
	}
	const (
		pages   = `"page_range":{"interval":[{"start":4},{"start":1,"end":2},{"start":2,"end":2}]}`
		copies  = `"copies":{"copies":3}`
		sorted  = `"collate":{"collate":true}`
		reverse = `"reverse_order":{"reverse_order":true}`
		up      = `"vendor_ticket_item":[{"id":"number-up","value":"4"}]`
		odd     = `"vendor_ticket_item":[{"id":"number-up","value":"3"}]`
		fit     = `"fit_to_page":{"type":"FILL_PAGE"}`
		turn    = `"page_orientation":{"type":"LANDSCAPE"}`
		duplex  = `"duplex":{"type":"LONG_EDGE"}`
		media   = `"media_size":{"option":[{"name":"ISO_A4","width_microns":210000,"height_microns":297000,"vendor_id":"iso_a4_210x297mm"}]}`
		upCap   = `"vendor_capability":[{"id":"number-up","type":"SELECT","select_cap":{"option":[{"value":"3"},{"value":"4"}]}}]`
		fitCap  = `"fit_to_page":{"option":[{"type":"FILL_PAGE"}]}`
		turnCap = `"page_orientation":{"option":[{"type":"LANDSCAPE"}]}`
		sides   = `"duplex":{"option":[{"type":"NO_DUPLEX"},{"type":"LONG_EDGE"}]}`
		colour  = `"color":{"type":"STANDARD_COLOR"}`
	)
	list := []gcp.PageInterval{{Start: 1, End: 2}, {Start: 4}}
	a4 := impose.Media{Width: 210000, Height: 297000, Name: "iso_a4_210x297mm"}
	for name, m := range map[string]struct {
		cdd, print string
		want       impose.Layout
		notes      int
	}{
		"nothing":               {``, ``, impose.Layout{}, 0},
		"what happens anyway":   {``, `"copies":{"copies":1},"reverse_order":{"reverse_order":false},"page_orientation":{"type":"AUTO"},` + sorted, impose.Layout{}, 0},
		"pages":                 {``, pages, impose.Layout{Pages: list}, 0},
		"pages, listed":         {`"page_range":{}`, pages, impose.Layout{}, 0},
		"reverse":               {``, reverse, impose.Layout{Reverse: true}, 0},
		"reverse, listed":       {`"reverse_order":{}`, reverse, impose.Layout{}, 0},
		"reverse on both sides": {sides, reverse + `,` + duplex, impose.Layout{Reverse: true, TwoSided: true}, 0},
		"reverse, two-sided by default": {
			`"duplex":{"option":[{"type":"NO_DUPLEX"},{"type":"LONG_EDGE","is_default":true}]}`, reverse, impose.Layout{Reverse: true, TwoSided: true}, 0,
		},
		"reverse on the only side":      {``, reverse + `,` + duplex, impose.Layout{Reverse: true}, 1},
		"copies":                        {``, copies, impose.Layout{Copies: 3}, 0},
		"copies, listed":                {`"copies":{}`, copies, impose.Layout{}, 0},
		"copies in order":               {`"copies":{}`, copies + `,` + sorted, impose.Layout{Copies: 3}, 0},
		"copies in order, listed":       {`"copies":{},"collate":{}`, copies + `,` + sorted, impose.Layout{}, 0},
		"copies, pages of the printer":  {`"page_range":{}`, copies + `,` + pages, impose.Layout{Copies: 3, Pages: list}, 0},
		"pages, copies of the printer":  {`"copies":{}`, copies + `,` + pages, impose.Layout{Pages: list}, 0},
		"n-up":                          {media, up, impose.Layout{NumberUp: 4, Media: a4}, 0},
		"n-up, listed":                  {media + `,` + upCap, up, impose.Layout{}, 0},
		"n-up of a number without way":  {media, odd, impose.Layout{}, 1},
		"n-up, turned by the printer":   {media + `,` + turnCap, up + `,` + turn, impose.Layout{NumberUp: 4, Turn: gcp.OrientationLandscape, Media: a4}, 0},
		"n-up of the printer, reversed": {media + `,` + upCap, up + `,` + reverse, impose.Layout{NumberUp: 4, Media: a4, Reverse: true}, 0},
		"odd n-up of the printer":       {media + `,` + upCap, odd + `,` + reverse, impose.Layout{}, 1},
		"fit":                           {media, fit, impose.Layout{Fit: gcp.FitFill, Media: a4}, 0},
		"fit, listed":                   {media + `,` + fitCap, fit, impose.Layout{}, 0},
		"fit to what is not known":      {``, fit, impose.Layout{}, 1},
		"turn":                          {media, turn, impose.Layout{Turn: gcp.OrientationLandscape, Media: a4}, 0},
		"turn, fit of the printer":      {media + `,` + fitCap, turn + `,` + fit, impose.Layout{Turn: gcp.OrientationLandscape, Fit: gcp.FitFill, Media: a4}, 0},
		"turn, n-up of the printer": {
			media + `,` + upCap, turn + `,` + up, impose.Layout{Turn: gcp.OrientationLandscape, NumberUp: 4, Media: a4}, 0,
		},
		"fit, turn of the printer": {media + `,` + turnCap, turn + `,` + fit, impose.Layout{Turn: gcp.OrientationLandscape, Fit: gcp.FitFill, Media: a4}, 0},
		"colour is nobody's":       {``, colour, impose.Layout{}, 1},
	} {
		cdd := pdfOnly
		if m.cdd != "" {
			cdd += `,` + m.cdd
		}
		w.sections(cdd)
		j, err := w.ticketed("application/pdf", m.print)
		must(t, err)
		done, err := w.work(j.ID, cloud.Form{})
		must(t, err)
		have, want := asText(t, done.Layout), asText(t, m.want)
		if have != want || len(j.Notes) != m.notes {
			t.Errorf("%s: %s, want %s; notes %q", name, have, want, j.Notes)
		}
		// Each item is in one place: what was done is off the ticket, the rest is on it.
		var asked, left struct{ Print map[string]json.RawMessage }
		must(t, json.Unmarshal(j.Ticket, &asked))
		must(t, json.Unmarshal(j.ServedTicket(), &left))
		for item, did := range map[string]bool{
			"page_range": m.want.Pages != nil, "reverse_order": m.want.Reverse, "copies": m.want.Copies > 1, "collate": m.want.Copies > 1,
			"vendor_ticket_item": m.want.NumberUp > 1, "fit_to_page": m.want.Fit != "", "page_orientation": m.want.Turn != "", "duplex": false,
		} {
			_, was := asked.Print[item]
			if _, is := left.Print[item]; is != (was && !did) {
				t.Errorf("%s: %s is left: %v", name, item, is)
			}
		}
	}
}

func asText(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

// Types are taken that can be made into what the printer takes, and the order of
// its list is its preference.
func TestWhatIsMadeOfADocument(t *testing.T) {
	w, _, _ := newPress(t)
	types := func(kinds ...string) string {
		var list []string
		for _, k := range kinds {
			list = append(list, `{"content_type":"`+k+`"}`)
		}
		return `"supported_content_type":[` + strings.Join(list, ",") + `]`
	}
	const (
		pdf, pwg, jpeg = "application/pdf", "image/pwg-raster", "image/jpeg"
		raster         = `,"pwg_raster_config":{"document_resolution_supported":[{"cross_feed_dir":600,"feed_dir":600},{"cross_feed_dir":200,"feed_dir":200}],
			"document_type_supported":["SGRAY_8"],"document_sheet_back":"FLIPPED","reverse_order_streaming":true}`
	)
	for name, m := range map[string]struct {
		cdd  string
		kind string
		form cloud.Form
		want string // "" as it is, "-" refused at submit, "415" at download
	}{
		"listed":                      {types(pdf, jpeg), jpeg, cloud.Form{}, ""},
		"not listed":                  {types(pdf), jpeg, cloud.Form{}, pdf},
		"raster first":                {types(pwg, pdf) + raster, jpeg, cloud.Form{}, pwg},
		"raster first, PDF preferred": {types(pwg, pdf) + raster, jpeg, cloud.Form{Accept: []cloud.MediaRange{{Type: "*/*", Quality: 0.2}, {Type: pdf, Quality: 0.5}}}, pdf},
		"all pictures":                {types(pwg, pdf) + raster, jpeg, cloud.Form{Accept: []cloud.MediaRange{{Type: "image/*", Quality: 1}}}, pwg},
		"by name":                     {types(pdf), jpeg, cloud.Form{Accept: []cloud.MediaRange{{Type: jpeg, Quality: 1}}}, ""},
		"raster all the same":         {types(pdf), pdf, cloud.Form{PWG: true}, pwg},
		"not wanted":                  {types(pdf), pdf, cloud.Form{Accept: []cloud.MediaRange{{Type: pdf, Quality: 0}, {Type: "text/*", Quality: 1}}}, "415"},
		"neither":                     {types("application/postscript"), jpeg, cloud.Form{}, "-"},
		"unreadable":                  {types(pdf), "image/x-unknown", cloud.Form{}, "-"},
	} {
		w.sections(m.cdd)
		j, err := w.Submit(t.Context(), w.alice, cloud.Submission{
			Printer: w.printer, ContentType: m.kind, Document: w.document(), Ticket: []byte(`{"print":{"dpi":{"horizontal_dpi":300,"vertical_dpi":300}}}`),
		})
		if m.want == "-" {
			if cloud.KindOf(err) != cloud.KindUnsupported {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		must(t, err)
		done, err := w.work(j.ID, m.form)
		switch {
		case m.want == "415" && cloud.KindOf(err) != cloud.KindUnsupported:
			t.Errorf("%s: %v", name, err)
		case m.want != "415" && (err != nil || done.To != m.want):
			t.Errorf("%s: %s, %v, want %s", name, done.To, err, m.want)
		case m.want == pwg && m.form.PWG == false:
			// The resolution nearest to the ticket's, the only colour space, the last page first.
			if r := done.Raster; r.DPIX != 200 || r.DPIY != 200 || r.Type != "SGRAY_8" || r.SheetBack != gcp.SheetBackFlipped || !done.Layout.Reverse {
				t.Errorf("%s: %+v", name, done)
			}
		case m.want == pwg: // of a printer that tells nothing
			if r := done.Raster; r.DPIX != 300 || r.Type != "SRGB_8" || r.SheetBack != gcp.SheetBackRotated || done.Layout.Reverse {
				t.Errorf("%s: %+v", name, done)
			}
		}
	}
}

func TestCopiesByTheService(t *testing.T) {
	w, _, _ := newPress(t)
	w.sections(pdfOnly)
	if _, err := w.ticketed("application/pdf", `"copies":{"copies":1001}`); err == nil || !strings.Contains(err.Error(), "1000") {
		t.Errorf("%v", err)
	}
	if _, err := w.ticketed("application/pdf", `"page_range":{"interval":[{"start":3,"end":2}]}`); err == nil || !strings.Contains(err.Error(), "3 to 2") {
		t.Errorf("%v", err)
	}
	if _, err := w.ticketed("application/pdf", `"copies":{"copies":1000}`); err != nil {
		t.Error(err)
	}
}

// What is served does not change with the capabilities: the ticket may have been
// fetched before, and the document after.
func TestDecidedAtSubmit(t *testing.T) {
	w, _, _ := newPress(t)
	w.sections(pdfOnly)
	j, err := w.ticketed("application/pdf", `"page_range":{"interval":[{"start":2}]}`)
	must(t, err)
	w.sections(pdfOnly + `,"page_range":{}`)
	done, err := w.work(j.ID, cloud.Form{})
	must(t, err)
	fetched, err := w.Fetch(t.Context(), w.robot, cloud.FetchQuery{Printer: w.printer})
	must(t, err)
	if !slices.Equal(done.Layout.Pages, []gcp.PageInterval{{Start: 2}}) || strings.Contains(string(fetched[0].ServedTicket()), "page_range") {
		t.Errorf("%+v, %s", done.Layout, fetched[0].ServedTicket())
	}
	// With raw bytes nothing is done, and it is said.
	w.sections(`"supported_content_type":[{"content_type":"application/octet-stream"},{"content_type":"application/pdf"}]`)
	raw, err := w.ticketed("application/zpl", `"copies":{"copies":2}`)
	if err != nil || raw.ContentType != cloud.OctetStream || len(raw.Notes) != 1 || !raw.Work.IsZero() {
		t.Errorf("%+v, %v", raw.Job, err)
	}
}
