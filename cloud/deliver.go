package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"platen/gcp"
	"platen/internal/impose"
)

// MediaRange is a type that a caller accepts (RFC 9110, 12.5.1), such as image/*,
// and how much it is liked: above 0, up to 1.
type MediaRange struct {
	Type    string
	Quality float64
}

// Form is how a caller wants a document. The zero Form takes whatever there is.
type Form struct {
	Accept []MediaRange
	PWG    bool // PWG raster only
}

// quality returns how much a type is liked, 0 for not at all. The range that says
// most of a type counts.
func (f Form) quality(kind string) float64 {
	if f.PWG && kind != impose.PWG {
		return 0
	}
	if len(f.Accept) == 0 {
		return 1
	}
	best, length := 0.0, -1
	for _, r := range f.Accept {
		if ok, err := path.Match(r.Type, kind); err != nil || !ok && r.Type != "*/*" {
			continue
		}
		if n := len(r.Type); n > length {
			best, length = r.Quality, n
		}
	}
	return best
}

// names reports whether a type is accepted by its own name.
func (f Form) names(kind string) bool {
	return !f.PWG && slices.ContainsFunc(f.Accept, func(r MediaRange) bool { return r.Type == kind && r.Quality > 0 })
}

var errUnconvertible = &Error{Kind: KindUnsupported, Message: "The document cannot be converted to this type."}

// delivery decides what becomes of a job's document on the way to a caller; the
// zero Work is the document as it was sent.
func (s *Service) delivery(ctx context.Context, v JobView, f Form) (impose.Work, error) {
	var work impose.Work
	if v.Device {
		work = v.Work // what a person gets is the document as it was sent
	}
	asItIs := f.quality(v.ContentType) > 0 && work.Layout.IsZero()
	if asItIs && (work.To == "" || f.names(v.ContentType)) {
		return impose.Work{}, nil
	}
	if !s.reads(v.ContentType) {
		return work, errUnconvertible
	}
	caps, err := s.capsOf(ctx, v.Printer)
	if err != nil {
		return work, err
	}
	work.To = s.target(caps, f)
	if work.To == "" {
		return work, errUnconvertible
	}
	var t gcp.CJT
	if err := json.Unmarshal(v.Ticket, &t); err != nil {
		return work, fmt.Errorf("read the ticket of job %s: %w", v.ID, err)
	}
	finish(&work, caps.cdd.Printer, t.Print, v.ContentType)
	return work, nil
}

// capsOf returns a printer's capabilities; one that is gone has none.
func (s *Service) capsOf(ctx context.Context, id gcp.PrinterID) (capabilities, error) {
	p, err := s.cfg.Store.Printer(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return capabilities{}, nil
	}
	if err != nil {
		return capabilities{}, err
	}
	return s.caps.of(p)
}

// target returns the type that a document is made into: the one that the caller
// likes best, of those the one that the printer likes best. "" is none.
func (s *Service) target(caps capabilities, f Form) string {
	best, liked := "", 0.0
	for _, kind := range s.makes(caps) {
		if q := f.quality(kind); q > liked {
			best, liked = kind, q
		}
	}
	if best != "" {
		return best
	}
	for _, kind := range s.made() { // the caller names what the printer did not list
		if f.names(kind) || f.PWG && kind == impose.PWG {
			return kind
		}
	}
	return ""
}

// Converts reports whether documents can be made into other types here.
func (s *Service) Converts() bool { return s.cfg.Rendering.Renderer != nil }

// reads reports whether documents of a type can be made into others.
func (s *Service) reads(kind string) bool {
	if s.cfg.Rendering.Renderer == nil {
		return false
	}
	from, _ := s.cfg.Rendering.Renderer.Formats()
	return slices.Contains(from, kind)
}

// made lists the types that documents are made into, best first.
func (s *Service) made() []string {
	if s.cfg.Rendering.Renderer == nil {
		return nil
	}
	_, to := s.cfg.Rendering.Renderer.Formats()
	return slices.DeleteFunc([]string{impose.PDF, impose.PWG}, func(kind string) bool { return !slices.Contains(to, kind) })
}

// makes lists what documents can be made into for a printer, in its own order.
func (s *Service) makes(caps capabilities) []string {
	var list []string
	made := s.made()
	for _, kind := range caps.types {
		if slices.Contains(made, kind) && !slices.Contains(list, kind) {
			list = append(list, kind)
		}
	}
	for _, kind := range made { // "application/*", or no list at all
		if caps.takes(kind) && !slices.Contains(list, kind) {
			list = append(list, kind)
		}
	}
	return list
}

// finish adds what a format needs to the work that the ticket gives.
func finish(w *impose.Work, can gcp.PrinterDescriptionSection, want gcp.PrintTicketSection, from string) {
	fits := can.FitToPage != nil && want.FitToPage != nil && w.Layout.Fit == "" // the printer, to what it gets
	// A picture on a sheet would be fitted no more: a sheet fits.
	picture := strings.HasPrefix(from, "image/")
	if w.Layout.Media == (impose.Media{}) && (from != impose.PDF && !picture || !fits && (picture || w.To == impose.PWG)) {
		w.Layout.Media = mediaOf(can, want)
	}
	if w.To != impose.PWG {
		return
	}
	w.Raster = rasterOf(can, want)
	if c := can.PWGRasterConfig; c != nil && c.ReverseOrderStreaming {
		w.Layout.Reverse = !w.Layout.Reverse
		w.Layout.TwoSided = w.Layout.TwoSided || w.Raster.Duplex.TwoSided()
	}
}

// rendered opens a job's document with the work done to it. A document that cannot
// be made ready for its printer ends the job.
func (s *Service) rendered(ctx context.Context, v JobView, w impose.Work) (OpenDocument, error) {
	if err := s.cfg.Blobs.Room(ctx); err != nil {
		return OpenDocument{}, s.unmade(ctx, v, err)
	}
	e, f, err := s.renders.open(ctx, source{id: v.Document.ID, kind: v.ContentType, owner: v.Owner}, w)
	bad, ok := errors.AsType[*impose.Error](err)
	full, noRoom := errors.AsType[filledUp](err)
	switch {
	case noRoom:
		return OpenDocument{}, s.unmade(ctx, v, full)
	case ok && bad.Temporary():
		return OpenDocument{}, s.unmade(ctx, v, &Error{Kind: KindUnavailable, Message: bad.Text, Cause: bad})
	case ok:
		if v.Device {
			if err := s.endUnrendered(ctx, v.ID, bad); err != nil {
				return OpenDocument{}, err
			}
		}
		return OpenDocument{}, &Error{Kind: KindUnsupported, Message: bad.Text, Cause: bad}
	case errors.Is(err, ErrNotFound):
		return OpenDocument{}, errDocumentGone
	case err != nil:
		return OpenDocument{}, err
	}
	s.patience.made(v.ID)
	if v.Device && e.result.Pages > 0 && v.Pages == 0 {
		s.countPages(ctx, v.ID, e.result.Pages)
	}
	return OpenDocument{Job: v.Job, Body: f, Type: w.To, Size: e.doc.Size, Digest: e.doc.Digest}, nil
}

// unmade returns the error of a document that could not be made ready now. One that a
// connector has asked for long enough ends its job.
func (s *Service) unmade(ctx context.Context, v JobView, err error) error {
	if !v.Device {
		return err
	}
	bad := s.patience.tried(v.ID, err)
	if bad == nil {
		return err
	}
	if err := s.endUnrendered(ctx, v.ID, bad); err != nil {
		return err
	}
	return &Error{Kind: KindUnsupported, Message: bad.Text, Cause: bad}
}

// endUnrendered ends a job whose document cannot be made ready.
func (s *Service) endUnrendered(ctx context.Context, id gcp.JobID, bad *impose.Error) error {
	_, err := s.updateJob(ctx, id, func(j *Job, of PrinterRights) ([]Event, error) {
		if j.State.Type.Ended() {
			return nil, ErrUnchanged
		}
		before := *j
		j.Message = cutText(bad.Text, maxMessage)
		j.setState(gcp.ByService(gcp.JobAborted, conversionError(bad.Cause)), s.cfg.Now())
		return jobEvents(before, *j, of), nil
	})
	if err != nil {
		return fmt.Errorf("end job %s: %w", id, err)
	}
	s.log.InfoContext(ctx, "a document could not be made ready", "job", id, "cause", bad.Cause, "err", bad.Err)
	return nil
}

func conversionError(c impose.Cause) gcp.ServiceActionError {
	switch c {
	case impose.CauseTooBig:
		return gcp.ServiceFileTooBig
	case impose.CauseUnsupported:
		return gcp.ServiceUnsupportedType
	}
	return gcp.ServiceConversion
}

// countPages keeps how many pages a document has. It is only shown, so that a
// failure is not the download's.
func (s *Service) countPages(ctx context.Context, id gcp.JobID, pages int) {
	_, err := s.updateJob(ctx, id, func(j *Job, _ PrinterRights) ([]Event, error) {
		if j.Pages != 0 {
			return nil, ErrUnchanged
		}
		j.Pages = pages
		return nil, nil
	})
	if err != nil {
		s.log.WarnContext(ctx, "keeping the number of pages", "job", id, "err", err)
	}
}
