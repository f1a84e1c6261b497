package printer

import (
	"slices"
	"strings"

	"platen/gcp"
	"platen/gcp/ticket"
	"platen/internal/impose"
)

// route is how a document goes to the printer, and what is done to it before.
type route struct {
	format string  // that is sent
	to     string  // impose's name of it; "": the document goes as it is
	raw    bool    // it is in the printer's own language: nothing is asked for
	text   bool    // it is text, which has no pages before it is made anew
	raster *Raster // how the printer takes it; nil unless it is drawn
	ours
}

// ours says which items of the ticket are carried out before the printer gets the
// document. Orientation, scaling and number-up are one: whoever lays out the sheets
// does all three. Colour is ours where the printer has no attribute for it: by pixels
// that have no other.
type ours struct{ pages, layout, copies, reverse, color bool }

// lacks returns what the ticket asks for and only the renderer does, and the name of
// the first of it.
func (w *wish) lacks() (o ours, what string) {
	can, makes := w.caps.Native, w.caps.Rendered
	note := func(does *bool, missing bool, name string) {
		if missing {
			*does = true
			if what == "" {
				what = name
			}
		}
	}
	note(&o.pages, w.pages != nil && makes.Pages && !can.Pages, "print chosen pages")
	note(&o.layout, w.orientation != "" && makes.Orientation && !can.Orientation, "turn pages")
	note(&o.layout, w.fit != "" && offers(makes.Fit, w.fit) && !offers(can.Fit, w.fit), "scale pages")
	note(&o.layout, w.numberUp > 1 && makes.NumberUp && !can.NumberUp, "print several pages on a side")
	note(&o.copies, w.copies > 1 && makes.Copies && !can.Copies, "make copies")
	note(&o.copies, w.collate != nil && !w.collatesAnyway() && makes.Collate && !can.Collate, "sort copies")
	note(&o.color, w.mode != nil && w.mode.VendorID == "" && !w.mode.IsDefault, "be told how colours are printed")
	note(&o.reverse, w.reverse && makes.Reverse && !can.Reverse, "print the last page first")
	return o, what
}

func offers(list []gcp.FitToPageType, t gcp.FitToPageType) bool { return slices.Contains(list, t) }

func (o ours) any() bool { return o != ours{} }

// closed returns o with the items that come before one of ours and change what it is
// done to: pages, then number-up, then copies, then reverse. The printer counts the
// pages of the document that it gets.
func (o ours) closed(w *wish) ours {
	if (o.copies || o.reverse) && w.numberUp > 1 {
		o.layout = true
	}
	if o.layout || o.copies || o.reverse {
		o.pages = true
	}
	return o
}

// collatesAnyway reports whether nothing has to be done for the order of the copies:
// the printer cannot be told, but has the wanted order by itself, and finishes each
// copy. Copies made here would be one stack to it.
func (w *wish) collatesAnyway() bool {
	if w.collate == nil || w.caps.Native.Collate || !w.caps.Rendered.Collate || !w.finished() {
		return false
	}
	usual := w.can.Collate == nil || w.can.Collate.Default == nil || *w.can.Collate.Default
	return *w.collate == usual
}

// route finds the way of a document of a format.
func (w *wish) route(format string) (route, error) {
	need, what := w.lacks()
	switch {
	case ownLanguage(format) && !w.listed(format):
		return w.rawRoute(format)
	case w.listed(format) && !need.any():
		return route{format: w.spelled(format)}, nil
	case w.caps.Render && drawable(format):
		return w.madeAnew(format, need)
	case w.listed(format):
		return route{}, refuse("The printer cannot %s, and in documents of type %s nothing else can.", what, format)
	case w.caps.Raw && format == plainText:
		return w.rawRoute(format) // of label and receipt printers the simplest language
	}
	return route{}, &ErrFormat{Format: format}
}

// madeAnew chooses what the document is made into.
func (w *wish) madeAnew(format string, need ours) (route, error) {
	if need.copies && w.finished() && w.manyCopies() > 1 {
		return route{}, refuse("The printer cannot finish each copy by itself when it does not make the copies.")
	}
	if w.listed(impose.PDF) && !need.color {
		if !scalable(format) && len(w.caps.Native.Fit) == 0 {
			need.layout = true // pictures have no page, and the printer fits none to its sheets
		}
		return route{format: w.spelled(impose.PDF), to: impose.PDF, text: format == plainText, ours: need.closed(w)}, nil
	}
	// Of a document that is drawn the printer gets finished sheets in their order.
	need.layout, need.reverse = true, w.reverse
	one := false
	for _, way := range []struct {
		to string
		r  *Raster
	}{{impose.PWG, w.caps.PWG}, {impose.URF, w.caps.URF}} {
		switch {
		case way.r == nil || len(way.r.Types) == 0 || len(way.r.Resolutions) == 0:
		case w.duplex.TwoSided() && !way.r.TwoSided:
			one = true
		default:
			return route{format: w.spelled(way.to), to: way.to, raster: way.r, ours: need.closed(w)}, nil
		}
	}
	switch {
	case one:
		return route{}, refuse("The printer prints documents of type %s on one side only.", format)
	case w.listed(format), need.color && w.listed(impose.PDF):
		_, what := w.lacks()
		return route{}, refuse("The printer cannot %s, and in documents of type %s nothing else can.", what, format)
	}
	return route{}, &ErrFormat{Format: format}
}

// rawRoute passes a document on as it is where the owner allows that. CUPS has a
// name for documents that no filter shall touch.
func (w *wish) rawRoute(format string) (route, error) {
	if !w.caps.Raw {
		return route{}, &ErrFormat{Format: format, Language: true}
	}
	const cupsRaw = "application/vnd.cups-raw"
	if w.listed(cupsRaw) {
		return route{format: cupsRaw, raw: true}, nil
	}
	return route{format: octetStream, raw: true}, nil
}

// listed reports whether the printer takes a format as it is. That it takes bytes
// of any kind says nothing of them.
func (w *wish) listed(format string) bool { return w.spelled(format) != "" }

// spelled returns a format as the printer writes it, "" if it does not list it.
func (w *wish) spelled(format string) string {
	for _, f := range w.caps.Formats {
		if strings.EqualFold(f, format) && !strings.EqualFold(f, octetStream) {
			return f
		}
	}
	return ""
}

// untouched returns the notes for a document that nothing may be asked for, since that
// would change it: those of a printer that can be told nothing.
func (w *wish) untouched() ([]string, error) {
	list, err := ticket.Check(gcp.CDD{}, gcp.CJT{Print: w.asked})
	if err != nil {
		return nil, refuse("%s", err)
	}
	var notes []string
	for _, n := range list {
		notes = append(notes, "The document is in the printer's own language and goes to it as it is: "+n.What+" is ignored.")
	}
	return notes, nil
}
