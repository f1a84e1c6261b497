package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"platen/gcp"
	"platen/gcp/ticket"
	"platen/internal/impose"
)

// How previews are drawn.
const (
	previewDPI   = 96
	previewLong  = 1400 // pixels of a sheet's long edge, at most
	previewBlock = 12   // sides that one child draws; the next one begins in the middle, and takes a moment to start
	previewTime  = 2 * time.Minute
	smallLong    = 192 // as previewLong, of the small ones
	smallBlock   = 24
)

// PreviewQuery asks for one side of a sheet as it will be printed.
type PreviewQuery struct {
	Draft  DraftID
	Ticket []byte // CJT
	Side   int    // from 1
	Nearby bool   // the first side will do where there is no such side
	Small  bool   // a picture to find a side by
}

// Preview is a picture of one side of a sheet; it must be closed.
type Preview struct {
	Body  io.ReadCloser // PNG
	Side  int           // that it shows
	Pages int           // of the document
	Sides int           // of the sheets, of one copy
	// ByPrinter reports that the printer, or the print system beside it, lays out the
	// sheets: the picture shows what is asked of it.
	ByPrinter bool
}

// Preview draws one side of what a ticket makes of a draft of the caller: its pages,
// orientation, scaling, pages on a side and colour, whoever will carry them out. Of
// copies it shows one, in the order of the document.
func (s *Service) Preview(ctx context.Context, c Caller, q PreviewQuery) (Preview, error) {
	d, err := s.Draft(c, q.Draft)
	if err != nil {
		return Preview{}, err
	}
	on, caps, err := s.printableCaps(ctx, c, d.Printer)
	if err != nil {
		return Preview{}, err
	}
	text := keptTicket(q.Ticket)
	if err := s.checkTicketSize(text); err != nil {
		return Preview{}, err
	}
	t, _, err := readFull(on, caps, text)
	if err != nil {
		return Preview{}, err
	}
	if !s.reads(d.ContentType) || !s.draws() {
		return Preview{}, &Error{Kind: KindUnsupported, Message: "Only the printer can read this document: there is no preview of it."}
	}
	src, err := s.readable(ctx, d, caps, t)
	if err != nil {
		return Preview{}, unpreviewed(err)
	}
	work, known := previewWork(caps.cdd.Printer, t.Print)
	work.Raster.DPIX, work.Raster.Block = previewSize(work.Layout.Media, q.Small)
	work.Raster.DPIY, work.Raster.Side = work.Raster.DPIX, max(q.Side, 1)
	p, body, err := s.renders.picture(ctx, src, work)
	if bad, ok := errors.AsType[*impose.Error](err); ok && bad.Cause == impose.CauseEmpty && q.Nearby && q.Side > 1 {
		work.Raster.Side = 1
		p, body, err = s.renders.picture(ctx, src, work)
	}
	if err != nil {
		return Preview{}, unpreviewed(err)
	}
	s.drafts.counted(d.ID, p.Pages)
	return Preview{
		Body: body, Side: p.Side, Pages: p.Pages, Sides: p.Sides,
		ByPrinter: !known || !s.laysOut(caps, d.ContentType, t, work.Layout),
	}, nil
}

// previewSize says how fine pictures are for a sheet, and how many are drawn at once.
func previewSize(m impose.Media, small bool) (dpi, block int) {
	edge := max(m.Width, m.Height)
	switch {
	case small && edge > 0:
		return max(1, smallLong*25400/edge), smallBlock
	case small:
		return smallLong / 12, smallBlock // a page of A4 or Letter is about 12 inches long
	case edge > 0:
		return max(1, min(previewDPI, previewLong*25400/edge)), previewBlock
	}
	return previewDPI, previewBlock
}

// draws reports whether pictures of documents can be made.
func (s *Service) draws() bool {
	if s.cfg.Rendering.Renderer == nil {
		return false
	}
	_, to := s.cfg.Rendering.Renderer.Formats()
	return slices.Contains(to, impose.PNG)
}

// readable returns what a draft's pages are drawn from. An office document is made
// into PDF once: that takes seconds.
func (s *Service) readable(ctx context.Context, d Draft, caps capabilities, t gcp.CJT) (source, error) {
	src := source{id: "draft " + string(d.ID), kind: d.ContentType, owner: d.Owner, file: d.file, limit: previewTime}
	if d.ContentType == impose.PDF || strings.HasPrefix(d.ContentType, "image/") || strings.HasPrefix(d.ContentType, "text/") {
		return src, nil
	}
	w := impose.Work{To: impose.PDF}
	finish(&w, caps.cdd.Printer, t.Print, d.ContentType)
	w.Layout = impose.Layout{Media: w.Layout.Media}
	e, f, err := s.renders.open(ctx, src, w)
	if err != nil {
		return src, err
	}
	_ = f.Close() // the renderer opens it by its name
	src.id, src.kind, src.file = src.id+" "+e.doc.Digest, impose.PDF, e.file
	return src, nil
}

// previewWork draws everything that is asked for, and what the printer does by
// itself. It reports whether all of it can be shown.
func previewWork(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) (impose.Work, bool) {
	want = withDefaults(can, want)
	want.Copies, want.Collate, want.ReverseOrder = nil, nil, nil
	ours := can
	ours.PageRange, ours.PageOrientation, ours.FitToPage, ours.VendorCapability = nil, nil, nil, nil
	w := impose.Work{To: impose.PNG, Layout: planned(ours, want)}
	w.Layout.Media, w.Layout.TwoSided = mediaOf(can, want), false
	w.Raster = impose.Raster{Type: "SRGB_8"}
	if !inColor(can.Color, want.Color) {
		w.Raster.Type = "SGRAY_8"
	}
	_, known := numberUp(want)
	return w, known
}

// withDefaults adds what a printer does unasked. Portrait is left out: printers that
// say it turn wide pages all the same (decision 009).
func withDefaults(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) gcp.PrintTicketSection {
	if want.FitToPage == nil && can.FitToPage != nil {
		for _, o := range can.FitToPage.Option {
			if o.IsDefault {
				want.FitToPage = &gcp.FitToPageTicketItem{Type: o.Type}
			}
		}
	}
	if want.PageOrientation == nil && can.PageOrientation != nil {
		for _, o := range can.PageOrientation.Option {
			if o.IsDefault && o.Type == gcp.OrientationLandscape {
				want.PageOrientation = &gcp.OrientationTicketItem{Type: o.Type}
			}
		}
	}
	return withNumberUp(can, want)
}

// withNumberUp adds a printer's own number of pages on a side, where it is not one.
func withNumberUp(can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection) gcp.PrintTicketSection {
	if slices.ContainsFunc(want.VendorTicketItem, func(i gcp.VendorTicketItem) bool { return i.ID == ticket.NumberUp }) {
		return want
	}
	for _, c := range can.VendorCapability {
		if c.ID != ticket.NumberUp || c.SelectCap == nil {
			continue
		}
		for _, o := range c.SelectCap.Option {
			if o.IsDefault && o.Value != "1" {
				want.VendorTicketItem = append(slices.Clip(want.VendorTicketItem), gcp.VendorTicketItem{ID: ticket.NumberUp, Value: o.Value})
			}
		}
	}
	return want
}

// laysOut reports whether the service itself carries out all of a layout but its
// sheet, so that the preview is what comes out.
func (s *Service) laysOut(caps capabilities, kind string, t gcp.CJT, shown impose.Layout) bool {
	work, err := s.workOf(caps, kind, t)
	if err != nil {
		return false
	}
	asked, done := carried(shown), carried(work.Layout)
	return !slices.ContainsFunc(asked, func(item string) bool { return !slices.Contains(done, item) })
}

// unpreviewed is the error of a document that cannot be shown.
func unpreviewed(err error) error {
	bad, ok := errors.AsType[*impose.Error](err)
	switch {
	case errors.Is(err, errManyOfOne): // the person's own doing
		return &Error{Kind: KindQuota, Message: errManyOfOne.Message, After: errManyOfOne.After}
	case ok && bad.Temporary():
		return &Error{Kind: KindUnavailable, Message: bad.Text, Cause: bad}
	case ok:
		return &Error{Kind: KindUnsupported, Message: bad.Text, Cause: bad}
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: KindUnavailable, Message: "The preview takes too long.", Cause: err}
	}
	return err
}

// CountPages returns how many pages a draft of the caller has; 0 where nobody here
// can read it.
func (s *Service) CountPages(ctx context.Context, c Caller, id DraftID) (int, error) {
	d, err := s.Draft(c, id)
	if err != nil || d.Pages > 0 {
		return d.Pages, err
	}
	empty, err := json.Marshal(gcp.CJT{Version: "1.0"})
	if err != nil {
		return 0, err
	}
	p, err := s.Preview(ctx, c, PreviewQuery{Draft: id, Ticket: empty})
	if err != nil {
		return 0, err
	}
	return p.Pages, p.Body.Close()
}

// CountStored returns how many pages a stored document of the caller's has; 0 where
// nobody here can read it.
func (s *Service) CountStored(ctx context.Context, c Caller, doc Document, kind string) (int, error) {
	if c.User == nil {
		return 0, errSignIn
	}
	if !s.draws() || !s.reads(kind) {
		return 0, nil
	}
	src := source{id: doc.ID, kind: kind, owner: c.User.ID, limit: previewTime}
	e, f, err := s.renders.open(ctx, src, impose.Work{To: impose.PNG, Raster: impose.Raster{DPIX: 8, DPIY: 8}})
	if err != nil {
		return 0, unpreviewed(err)
	}
	return e.result.Pages, f.Close()
}
