package ipp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/internal/ippserver"
	"platen/internal/stall"
)

// call is one request being served.
type call struct {
	h      *Handler
	w      http.ResponseWriter
	r      *http.Request
	x      *ippserver.Exchange
	ctx    context.Context //nolint:containedctx // the call is the request's own scope
	place  place
	caller cloud.Caller
}

// stallTime is how long a request may stand still.
const stallTime = time.Minute

// answerTime is how long an answer may take once the request is there: a large
// document is looked at meanwhile.
const answerTime = 5 * time.Minute

// maxRefused is how much of a document that was refused is read, so that its sender
// hears of it on the same connection.
const maxRefused = 1 << 20

// operation is one operation.
type operation struct {
	serve func(*call) error
	open  bool // nobody need sign in
	long  bool // a document follows, which may take its time
}

// operations are those that the printers have.
func operations() map[goipp.Op]operation {
	return map[goipp.Op]operation{
		goipp.OpPrintJob:                  {serve: (*call).printJob, long: true},
		goipp.OpValidateJob:               {serve: (*call).validateJob},
		goipp.OpCreateJob:                 {serve: (*call).createJob},
		goipp.OpSendDocument:              {serve: (*call).sendDocument, long: true},
		goipp.OpCloseJob:                  {serve: (*call).closeJob},
		goipp.OpCancelJob:                 {serve: (*call).cancelJob},
		goipp.OpCancelMyJobs:              {serve: (*call).cancelMyJobs},
		goipp.OpGetJobs:                   {serve: (*call).getJobs},
		goipp.OpGetJobAttributes:          {serve: (*call).getJob},
		goipp.OpGetPrinterAttributes:      {serve: (*call).getPrinter, open: true},
		goipp.OpGetPrinterSupportedValues: {serve: (*call).supportedValues},
		goipp.OpIdentifyPrinter:           {serve: (*call).identify},

		goipp.OpCreatePrinterSubscriptions: {serve: (*call).subscribe},
		goipp.OpCreateJobSubscriptions:     {serve: (*call).subscribeJob},
		goipp.OpGetSubscriptionAttributes:  {serve: (*call).getSubscription},
		goipp.OpGetSubscriptions:           {serve: (*call).getSubscriptions},
		goipp.OpRenewSubscription:          {serve: (*call).renew},
		goipp.OpCancelSubscription:         {serve: (*call).unsubscribe},
		goipp.OpGetNotifications:           {serve: (*call).notifications},
	}
}

// ServeHTTP serves one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	p, ok := placeOf(r.URL.Path)
	switch {
	case !ok:
		http.NotFound(w, r)
		return
	case r.Method == http.MethodGet || r.Method == http.MethodHead: // a person who looks what is there
		http.Redirect(w, r, h.cfg.BaseURL+"/printers/"+string(p.printer), http.StatusSeeOther)
		return
	case !ippserver.IsIPP(r):
		w.Header().Set("Accept-Post", ippserver.ContentType)
		http.Error(w, "Send IPP here.", http.StatusUnsupportedMediaType)
		return
	case r.Header.Get("Content-Encoding") != "": // documents are compressed, requests are not (RFC 8011, 5.4.32)
		http.Error(w, "Compress the document, not the request.", http.StatusUnsupportedMediaType)
		return
	}
	caller, err := h.admitted(r, p)
	if err != nil {
		h.refuseCaller(w, r, err)
		return
	}
	if caller.Anonymous() && asksFirst(r) {
		h.challenge(w)
		return
	}
	c := &call{h: h, w: w, r: r, ctx: r.Context(), place: p, caller: caller}
	c.serve()
}

// smallRequest is longer than any request without a document.
const smallRequest = 64 << 10

// asksFirst reports whether a client waits for a word before it sends a document (RFC 9110,
// 10.1.1). It must hear now that it has to sign in: libcups does not hear it in the middle
// of a document, and begins anew for ever.
func asksFirst(r *http.Request) bool {
	return r.Header.Get("Expect") != "" && (r.ContentLength < 0 || r.ContentLength > smallRequest)
}

func (c *call) serve() {
	x, ok := ippserver.Open(c.w, c.r.Body) // in the time that the server gives a request
	if !ok {
		return
	}
	c.x = x
	x.Doc = c.r.Body
	rest := c.hurried
	if x.Check() {
		op, known := operations()[goipp.Op(x.Req.Code)]
		switch {
		case !known:
			x.Refuse(goipp.StatusErrorOperationNotSupported, "")
		case !op.open && c.caller.Anonymous():
			c.hurried()
			c.h.challenge(c.w)
			return
		default:
			if op.long { // it may take as long as it moves
				x.Doc = stall.Body(c.w, c.r.Body, stallTime)
				rest = c.drain
			}
			c.run(op)
		}
	}
	rest()
	if stall.Deadlines(c.w, time.Time{}, time.Now().Add(stallTime)) == nil {
		_ = x.Close(c.w) // its reader may be gone
	}
}

// drain reads what is left of the body.
func (c *call) drain() {
	_, _ = io.CopyN(io.Discard, c.x.Doc, maxRefused) // a body that cannot be read ends the connection anyway
}

// restTime is how long what follows a request may take that has no document, or whose
// sender nobody knows.
const restTime = 5 * time.Second

// hurried reads what is left of the body before one deadline, which no byte that trickles
// in moves on: otherwise anybody could hold as many connections as they like.
func (c *call) hurried() {
	now := time.Now()
	if stall.Deadlines(c.w, now.Add(restTime), now.Add(restTime+stallTime)) == nil {
		c.drain()
	}
}

func (c *call) run(op operation) {
	if c.place.job > 0 && ippserver.Text(c.x.Req.Operation, "job-uri") == "" && ippserver.Integer(c.x.Req.Operation, "job-id", 0) == 0 {
		c.x.Req.Operation.Add(goipp.MakeAttribute("job-id", goipp.TagInteger, goipp.Integer(c.place.job)))
	}
	err := errNoJob
	if uri := ippserver.Text(c.x.Req.Operation, "job-uri"); uri == "" || c.here(uri) {
		err = op.serve(c)
	}
	if err != nil {
		c.refuse(err)
	}
}

// refusal is an IPP status with a sentence.
type refusal struct {
	status goipp.Status
	why    string
}

// Error returns the sentence.
func (r *refusal) Error() string { return r.why }

func refuse(s goipp.Status, why string) error { return &refusal{s, why} }

// refuse answers what went wrong.
func (c *call) refuse(err error) {
	if r, ok := errors.AsType[*refusal](err); ok {
		c.x.Refuse(r.status, r.why)
		return
	}
	e, ok := errors.AsType[*cloud.Error](err)
	switch {
	case ok && e.Kind == cloud.KindUnavailable:
		c.h.cfg.Logger.WarnContext(c.ctx, "IPP request put off", "operation", goipp.Op(c.x.Req.Code).String(), "err", errors.Join(e, e.Cause))
		c.x.Refuse(goipp.StatusErrorTemporary, e.Message)
	case ok:
		c.x.Refuse(statusOf(e), e.Message)
	case c.ctx.Err() != nil:
		c.x.Refuse(goipp.StatusErrorTimeout, "")
	default:
		c.h.cfg.Logger.ErrorContext(c.ctx, "IPP request failed", "operation", goipp.Op(c.x.Req.Code).String(), "err", err)
		c.x.Refuse(goipp.StatusErrorInternal, "The service is in trouble. Try again later.")
	}
}

// statusOf returns the status that says a refusal (RFC 8011, appendix B; PWG 5100.16, 8).
// What may work again after a while is busy: clients try it again by themselves.
func statusOf(e *cloud.Error) goipp.Status {
	switch e.Kind {
	case cloud.KindCredentials:
		return goipp.StatusErrorNotAuthenticated
	case cloud.KindForbidden, cloud.KindXSRF:
		return goipp.StatusErrorNotAuthorized
	case cloud.KindNotFound, cloud.KindNoJob:
		return goipp.StatusErrorNotFound
	case cloud.KindFinished, cloud.KindConflict, cloud.KindClaimed:
		return goipp.StatusErrorNotPossible
	case cloud.KindUnsupported:
		return goipp.StatusErrorDocumentFormatNotSupported
	case cloud.KindTooLarge:
		return goipp.StatusErrorRequestEntity
	case cloud.KindMissing:
		return goipp.StatusErrorBadRequest
	case cloud.KindInvalid:
		return goipp.StatusErrorAttributesOrValues
	case cloud.KindQuota:
		if e.After > 0 {
			return goipp.StatusErrorBusy
		}
		return goipp.StatusErrorAccountLimitReached
	}
	return goipp.StatusErrorNotPossible
}

// front returns the printer as the caller may see it.
func (c *call) front() (cloud.Front, error) {
	return c.h.cfg.Service.Front(c.ctx, c.caller, c.place.printer)
}

// user returns the printer, if the caller may print there.
func (c *call) user() (cloud.Front, error) {
	f, err := c.front()
	if err == nil && f.Role == "" {
		err = refuse(goipp.StatusErrorNotAuthorized, "The printer is not shared with you.")
	}
	return f, err
}
