package ipp

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/internal/impose"
	"platen/internal/ippserver"
	"platen/internal/rasterpdf"
	"platen/internal/stall"
)

// formatOf returns the type that a request says its document is of.
func formatOf(op goipp.Attributes) string {
	if f := ippserver.Text(op, "document-format"); f != "" {
		return f
	}
	return impose.OctetStream
}

// checkFormat refuses documents that are not taken here, and ways to compress them.
func (c *call) checkFormat(f *cloud.Front) error {
	op := c.x.Req.Operation
	d := &description{c: c, f: f}
	if kind := formatOf(op); kind != impose.OctetStream && !slices.Contains(d.documentFormats(), kind) {
		c.x.Unsupported(goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String(kind)))
		return refuse(goipp.StatusErrorDocumentFormatNotSupported, "The printer does not take documents of the type "+kind+".")
	}
	switch how := ippserver.Text(op, "compression"); how {
	case "", "none", "gzip", "deflate":
		return nil
	default:
		c.x.Unsupported(goipp.MakeAttribute("compression", goipp.TagKeyword, goipp.String(how)))
		return refuse(goipp.StatusErrorCompressionNotSupported, "Documents are compressed with gzip or deflate here.")
	}
}

// document is a document that was received.
type document struct {
	cloud.Document
	kind   string // what it is
	opaque bool   // its sender did not say
}

// receive keeps the document of a request: compressed ones are unpacked as they come, and
// raster becomes PDF. in counts it for its sender.
func (c *call) receive(f *cloud.Front, in *cloud.Intake) (document, error) {
	body := &source{r: in.Of(c.x.Doc)}
	r, err := unpacked(body, ippserver.Text(c.x.Req.Operation, "compression"))
	if err != nil {
		return document{}, c.broken(body, err)
	}
	head := make([]byte, cloud.ContentHead)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return document{}, c.broken(body, err)
	}
	head = head[:n]
	d := document{kind: formatOf(c.x.Req.Operation)}
	if d.kind == impose.OctetStream {
		d.kind, d.opaque = cloud.LooksLike(head), true
	}
	if n == 0 {
		return d, refuse(goipp.StatusErrorBadRequest, "There is no document.")
	}
	if err := cloud.CheckContent(d.kind, head); err != nil {
		return d, refuse(goipp.StatusErrorDocumentFormatError, err.Error())
	}
	r = io.MultiReader(bytes.NewReader(head), r)
	if (d.kind == impose.PWG || d.kind == impose.URF) && rasterPDF(f.Takes) {
		d.Document, err = c.redrawn(r)
		d.kind, d.opaque = impose.PDF, false
	} else {
		d.Document, err = c.h.cfg.Blobs.Save(c.ctx, r, c.h.cfg.MaxDocument, "")
	}
	if err != nil {
		return d, c.broken(body, err)
	}
	return d, c.arrived()
}

// arrived lifts the deadline of reading, which would otherwise end the call while the
// document is looked at, and gives the answer one of its own.
func (c *call) arrived() error {
	return stall.Deadlines(c.w, time.Time{}, time.Now().Add(answerTime))
}

// rasterTimes is how many times larger raster may be than a document: it is only kept
// until it is a PDF.
const rasterTimes = 4

// redrawn makes a PDF of raster, and keeps that. The raster is here whole before it takes
// one of the few places, so that a slow sender keeps nobody from printing.
func (c *call) redrawn(r io.Reader) (cloud.Document, error) {
	raster, err := c.h.cfg.Blobs.Save(c.ctx, r, rasterTimes*c.h.cfg.MaxDocument, "")
	if err != nil {
		return cloud.Document{}, err
	}
	defer c.h.cfg.Service.Discard(c.ctx, raster)
	if err := c.arrived(); err != nil {
		return cloud.Document{}, err
	}
	select {
	case c.h.convert <- struct{}{}:
	case <-c.ctx.Done():
		return cloud.Document{}, c.ctx.Err()
	}
	defer func() { <-c.h.convert }()
	file, err := c.h.cfg.Blobs.Open(c.ctx, raster.ID)
	if err != nil {
		return cloud.Document{}, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	out, in := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = in.CloseWithError(rasterpdf.Convert(in, file)) // never fails
	}()
	doc, err := c.h.cfg.Blobs.Save(c.ctx, out, c.h.cfg.MaxDocument, impose.PDF)
	_ = out.CloseWithError(io.ErrClosedPipe) // ends the other side; never fails
	<-done
	return doc, err
}

// broken says why a document could not be kept.
func (c *call) broken(body *source, err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return refuse(goipp.StatusErrorRequestEntity, "The document is too large.")
	}
	switch {
	case cloud.KindOf(err) != "" || c.ctx.Err() != nil:
		return err
	case body.err != nil:
		return refuse(goipp.StatusErrorBadRequest, "The document did not arrive whole.")
	case errors.Is(err, rasterpdf.ErrRaster):
		return refuse(goipp.StatusErrorDocumentFormatError, "The document is no raster that can be read: "+err.Error()+".")
	case ippserver.Text(c.x.Req.Operation, "compression") != "" && packedWrong(err):
		return refuse(goipp.StatusErrorCompressionError, "The document is not compressed as it says.")
	}
	return err
}

func packedWrong(err error) bool {
	for _, wrong := range []error{gzip.ErrHeader, gzip.ErrChecksum, zlib.ErrHeader, zlib.ErrChecksum, zlib.ErrDictionary, io.ErrUnexpectedEOF} {
		if errors.Is(err, wrong) {
			return true
		}
	}
	return isCorrupt(err)
}

// unpacked reads a document as it was before it was compressed (RFC 8011, 5.4.32).
func unpacked(r io.Reader, how string) (io.Reader, error) {
	switch how {
	case "gzip":
		return gzip.NewReader(r)
	case "deflate":
		return inflated(r)
	}
	return r, nil
}

// source remembers why a body broke off: that is its sender's trouble, and not the
// store's.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}
