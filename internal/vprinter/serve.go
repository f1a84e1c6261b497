package vprinter

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"
)

// maxRequest bounds the attributes of a request.
const maxRequest = 1 << 20

// exchange is one request and its answer.
type exchange struct {
	req  *goipp.Message
	doc  io.Reader
	resp *goipp.Message
}

// ServeHTTP answers one request.
func (p *Printer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	offline := p.fault.Offline
	p.mu.Unlock()
	if offline {
		panic(http.ErrAbortHandler) // net/http's way to cut the connection
	}
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/ipp" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = fmt.Fprintf(w, "%s: send IPP to %s\n", p.opt.Name, Path)
		return
	}
	var req goipp.Message
	head, err := attributesOf(r.Body)
	if err == nil {
		err = req.DecodeBytes(head)
	}
	if err != nil {
		http.Error(w, "not IPP: "+err.Error(), http.StatusBadRequest)
		return
	}
	x := &exchange{req: &req, doc: r.Body, resp: goipp.NewResponse(req.Version, goipp.StatusOk, req.RequestID)}
	x.resp.Groups = goipp.Groups{{Tag: goipp.TagOperationGroup, Attrs: goipp.Attributes{
		goipp.MakeAttribute("attributes-charset", goipp.TagCharset, goipp.String("utf-8")),
		goipp.MakeAttribute("attributes-natural-language", goipp.TagLanguage, goipp.String("en")),
	}}}
	p.answer(x)
	// A document that was refused is read to its end, so that the answer arrives.
	_, _ = io.Copy(io.Discard, r.Body) // its sender may be gone
	out, err := x.resp.EncodeBytes()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/ipp")
	_, _ = w.Write(out) // its reader may be gone
}

// attributesOf reads a request up to the end of its attributes, and no further.
// It keeps harm from the decoder: collections may nest 16 deep.
func attributesOf(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	take := func(n int) ([]byte, error) {
		if b.Len()+n > maxRequest {
			return nil, errors.New("too long")
		}
		at := b.Len()
		if _, err := io.CopyN(&b, r, int64(n)); err != nil {
			return nil, io.ErrUnexpectedEOF
		}
		return b.Bytes()[at:], nil
	}
	if _, err := take(8); err != nil {
		return nil, err
	}
	for depth := 0; ; {
		tag, err := take(1)
		if err != nil {
			return nil, err
		}
		switch t := goipp.Tag(tag[0]); {
		case t == goipp.TagEnd:
			return b.Bytes(), nil
		case t < goipp.TagUnsupportedValue:
			continue
		case t == goipp.TagBeginCollection:
			if depth++; depth > 16 {
				return nil, errors.New("nested too deep")
			}
		case t == goipp.TagEndCollection:
			depth = max(0, depth-1)
		}
		for range 2 {
			size, err := take(2)
			if err != nil {
				return nil, err
			}
			if _, err := take(int(binary.BigEndian.Uint16(size))); err != nil {
				return nil, err
			}
		}
	}
}

// refuse makes the answer a refusal.
func (x *exchange) refuse(s goipp.Status, why string) {
	x.resp.Code = goipp.Code(s)
	if why != "" {
		x.resp.Groups[0].Add(goipp.MakeAttribute("status-message", goipp.TagText, goipp.String(why)))
	}
}

// answer carries out a request.
func (p *Printer) answer(x *exchange) {
	if why := malformed(x.req); why != "" {
		x.refuse(goipp.StatusErrorBadRequest, why)
		return
	}
	if x.req.Version>>8 < 1 || x.req.Version>>8 > 2 {
		x.refuse(goipp.StatusErrorVersionNotSupported, "")
		return
	}
	op := goipp.Op(x.req.Code)
	if !slices.Contains(p.operations(), op) {
		x.refuse(goipp.StatusErrorOperationNotSupported, "")
		return
	}
	switch op {
	case goipp.OpGetPrinterAttributes:
		x.resp.Groups.Add(goipp.Group{Tag: goipp.TagPrinterGroup, Attrs: pick(x.req, p.attributes(x.req), "")})
	case goipp.OpValidateJob:
		p.acceptable(x)
	case goipp.OpPrintJob:
		p.printJob(x)
	case goipp.OpCreateJob:
		p.createJob(x)
	case goipp.OpSendDocument:
		p.sendDocument(x)
	case goipp.OpCancelJob:
		if s := p.cancel(jobID(x.req)); s != goipp.StatusOk {
			x.refuse(s, "")
		}
	case goipp.OpCloseJob, goipp.OpGetJobAttributes:
		p.jobAttributes(x)
	case goipp.OpGetJobs:
		p.listJobs(x)
	case goipp.OpCancelMyJobs:
		p.cancelMine(x)
	case goipp.OpIdentifyPrinter: // it has nothing to blink with
	}
}

// malformed says what is wrong with the shape of a request (RFC 8011, 4.1.4).
func malformed(m *goipp.Message) string {
	switch {
	case m.RequestID == 0:
		return "the request-id is 0"
	case len(m.Operation) < 2 || m.Operation[0].Name != "attributes-charset" || m.Operation[1].Name != "attributes-natural-language":
		return "attributes-charset and attributes-natural-language come first"
	case text(m.Operation, "printer-uri") == "" && text(m.Operation, "job-uri") == "":
		return "no printer-uri"
	}
	for i := 1; i < len(m.Groups); i++ {
		if m.Groups[i].Tag < m.Groups[i-1].Tag {
			return "the groups are out of order"
		}
	}
	return ""
}

// acceptable checks what a job asks for; it answers if it refuses.
func (p *Printer) acceptable(x *exchange) bool {
	if f := format(x.req); f != octets && !slices.Contains(p.opt.Formats, f) {
		x.refuse(goipp.StatusErrorDocumentFormatNotSupported, f)
		x.resp.Groups.Add(goipp.Group{Tag: goipp.TagUnsupportedGroup, Attrs: goipp.Attributes{
			goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String(f)),
		}})
		return false
	}
	if c := text(x.req.Operation, "compression"); c != "" && c != "none" {
		x.refuse(goipp.StatusErrorCompressionNotSupported, c)
		return false
	}
	return true
}

const octets = "application/octet-stream"

func format(m *goipp.Message) string { return cmp.Or(text(m.Operation, "document-format"), octets) }

func (p *Printer) printJob(x *exchange) { p.accept(x, p.takeDocument) }

func (p *Printer) createJob(x *exchange) { p.accept(x, p.describe) }

// accept makes the job of a request and goes on with it, or refuses.
func (p *Printer) accept(x *exchange, then func(*exchange, *job)) {
	if !p.acceptable(x) {
		return
	}
	j, s := p.newJob(x.req.Operation, x.req.Job)
	if s != goipp.StatusOk {
		x.refuse(s, "")
		return
	}
	then(x, j)
}

func (p *Printer) sendDocument(x *exchange) {
	p.mu.Lock()
	j := p.find(jobID(x.req))
	free := j != nil && j.State == stateHeld && j.docs == 0 && !j.incoming
	p.mu.Unlock()
	switch {
	case j == nil:
		x.refuse(goipp.StatusErrorNotFound, "")
	case len(first(x.req.Operation, "last-document")) == 0:
		x.refuse(goipp.StatusErrorBadRequest, "no last-document")
	case !free:
		x.refuse(goipp.StatusErrorNotPossible, "the job takes no document")
	case p.acceptable(x):
		p.takeDocument(x, j)
	}
}

func (p *Printer) takeDocument(x *exchange, j *job) {
	if err := p.receive(j, format(x.req), x.doc); err != nil {
		x.refuse(goipp.StatusErrorInternal, "the document did not arrive whole")
		return
	}
	p.describe(x, j)
}

// cancelMine is Cancel-My-Jobs (PWG 5100.11).
func (p *Printer) cancelMine(x *exchange) {
	user := cmp.Or(text(x.req.Operation, "requesting-user-name"), "anonymous")
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range p.jobs {
		if strings.EqualFold(j.User, user) && j.State < stateCanceled {
			j.close(stateCanceled, "job-canceled-by-user")
		}
	}
}
