package vprinter

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
	"platen/internal/ippwords"
)

// ServeHTTP answers one request.
func (p *Printer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	offline := p.fault.Offline
	p.mu.Unlock()
	if offline {
		panic(http.ErrAbortHandler) // net/http's way to cut the connection
	}
	if !ippserver.IsIPP(r) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = fmt.Fprintf(w, "%s: send IPP to %s\n", p.opt.Name, Path)
		return
	}
	x, ok := ippserver.Open(w, r.Body)
	if !ok {
		return
	}
	if x.Check() {
		p.answer(x)
	}
	// A document that was refused is read to its end, so that the answer arrives.
	_, _ = io.Copy(io.Discard, r.Body) // its sender may be gone
	_ = x.Close(w)                     // its reader may be gone
}

// answer carries out a request.
func (p *Printer) answer(x *ippserver.Exchange) {
	op := goipp.Op(x.Req.Code)
	if !slices.Contains(p.operations(), op) {
		x.Refuse(goipp.StatusErrorOperationNotSupported, "")
		return
	}
	switch op {
	case goipp.OpGetPrinterAttributes:
		x.Answer(goipp.TagPrinterGroup, ippserver.Pick(x.Req, p.attributes(x.Req), ""))
	case goipp.OpValidateJob:
		p.acceptable(x)
	case goipp.OpPrintJob:
		p.printJob(x)
	case goipp.OpCreateJob:
		p.createJob(x)
	case goipp.OpSendDocument:
		p.sendDocument(x)
	case goipp.OpCancelJob:
		if s := p.cancel(ippserver.JobID(x.Req)); s != goipp.StatusOk {
			x.Refuse(s, "")
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

// acceptable checks what a job asks for; it answers if it refuses.
func (p *Printer) acceptable(x *ippserver.Exchange) bool {
	if f := format(x.Req); f != octets && !slices.Contains(p.opt.Formats, f) {
		x.Refuse(goipp.StatusErrorDocumentFormatNotSupported, f)
		x.Unsupported(goipp.MakeAttribute("document-format", goipp.TagMimeType, goipp.String(f)))
		return false
	}
	if c := ippserver.Text(x.Req.Operation, "compression"); c != "" && c != "none" {
		x.Refuse(goipp.StatusErrorCompressionNotSupported, c)
		return false
	}
	return true
}

const octets = "application/octet-stream"

func format(m *goipp.Message) string {
	return cmp.Or(ippserver.Text(m.Operation, "document-format"), octets)
}

func (p *Printer) printJob(x *ippserver.Exchange) { p.accept(x, p.takeDocument) }

func (p *Printer) createJob(x *ippserver.Exchange) { p.accept(x, p.describe) }

// accept makes the job of a request and goes on with it, or refuses.
func (p *Printer) accept(x *ippserver.Exchange, then func(*ippserver.Exchange, *job)) {
	if !p.acceptable(x) {
		return
	}
	j, s := p.newJob(x.Req.Operation, x.Req.Job)
	if s != goipp.StatusOk {
		x.Refuse(s, "")
		return
	}
	then(x, j)
}

func (p *Printer) sendDocument(x *ippserver.Exchange) {
	p.mu.Lock()
	j := p.find(ippserver.JobID(x.Req))
	free := j != nil && j.State == stateHeld && j.docs == 0 && !j.incoming
	p.mu.Unlock()
	switch {
	case j == nil:
		x.Refuse(goipp.StatusErrorNotFound, "")
	case len(ippwords.First(x.Req.Operation, "last-document")) == 0:
		x.Refuse(goipp.StatusErrorBadRequest, "no last-document")
	case !free:
		x.Refuse(goipp.StatusErrorNotPossible, "the job takes no document")
	case p.acceptable(x):
		p.takeDocument(x, j)
	}
}

func (p *Printer) takeDocument(x *ippserver.Exchange, j *job) {
	if err := p.receive(j, format(x.Req), x.Doc); err != nil {
		x.Refuse(goipp.StatusErrorInternal, "the document did not arrive whole")
		return
	}
	p.describe(x, j)
}

// cancelMine is Cancel-My-Jobs (PWG 5100.11).
func (p *Printer) cancelMine(x *ippserver.Exchange) {
	user := cmp.Or(ippserver.Text(x.Req.Operation, "requesting-user-name"), "anonymous")
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, j := range p.jobs {
		if strings.EqualFold(j.User, user) && j.State < stateCanceled {
			j.close(stateCanceled, "job-canceled-by-user")
		}
	}
}
