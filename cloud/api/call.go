package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// call is one request being served.
type call struct {
	h      *handler
	w      http.ResponseWriter
	r      *http.Request
	ctx    context.Context //nolint:containedctx // the call is the request's own scope
	name   string
	start  time.Time
	caller cloud.Caller
	cookie string // of a session; "" for other credentials
	args   args
	values int // how many arguments were read
	status int // of the answer; 0 for 200
}

// missing returns the refusal of a call without a required argument.
func missing() error {
	return &cloud.Error{Kind: cloud.KindMissing, Message: "Missing required parameters."}
}

func invalid(sentence string) error {
	return &cloud.Error{Kind: cloud.KindInvalid, Message: sentence}
}

// printerID returns the argument printerid, which one old client spells printerId.
func (c *call) printerID() (gcp.PrinterID, error) {
	id := c.args.first("printerid", "printerId")
	if id == "" {
		return "", missing()
	}
	return gcp.PrinterID(id), nil
}

func (c *call) jobID() (gcp.JobID, error) {
	id := c.args.first("jobid", "id", "jobId")
	if id == "" {
		return "", missing()
	}
	return gcp.JobID(id), nil
}

// shownJob returns the job that the call names, as its caller sees it.
func (c *call) shownJob() (cloud.JobView, error) {
	id, err := c.jobID()
	if err != nil {
		return cloud.JobView{}, err
	}
	return c.h.cfg.Service.Job(c.ctx, c.caller, id)
}

// grant reads what a connector holds a job by.
func (c *call) grant() gcp.Grant {
	return gcp.Grant{Claim: gcp.ClaimID(c.args.get("claim")), Run: gcp.RunID(c.args.get("run"))}
}

// close reads what little is left of the body, so that the connection can serve
// the next request; net/http ends the connection if it is more.
func (c *call) close() {
	_, _ = io.CopyN(io.Discard, c.r.Body, 64<<10) // a body that cannot be read ends the connection anyway
}

// fail answers a refusal: 403 for credentials, 5xx for our own trouble, and 200
// with success false for everything else.
func (c *call) fail(err error) {
	e, ok := errors.AsType[*cloud.Error](err)
	switch {
	case ok && e.Kind == cloud.KindCredentials:
		c.forbid()
	case ok && e.Kind != cloud.KindUnavailable:
		c.refuse(e)
	case ok: // a full disk, for example: the sentence says it
		level := slog.LevelWarn
		select {
		case <-c.h.cfg.Stopping:
			level = slog.LevelDebug // every connector that waited calls once more
		default:
		}
		c.h.troubles.failed(c, level, "put off", errors.Join(e, e.Cause))
		c.w.Header().Set("Retry-After", "5")
		http.Error(c.w, e.Message, http.StatusServiceUnavailable)
	case c.r.Context().Err() != nil:
		// Nobody is left to hear it.
	default:
		c.h.troubles.failed(c, slog.LevelError, "failed", err)
		c.w.Header().Set("Retry-After", "5")
		http.Error(c.w, "The service is in trouble. Try again later.", http.StatusServiceUnavailable)
	}
}

// refuse answers HTTP 200 with success false, 429 for what works again after a while
// (RFC 6585, 4), or an HTTP status on /download.
func (c *call) refuse(e *cloud.Error) {
	if e.Cause != nil {
		c.h.cfg.Logger.DebugContext(c.ctx, "call refused", "call", c.name, "kind", e.Kind, "err", e.Cause)
	}
	if e.After > 0 {
		c.w.Header().Set("Retry-After", strconv.Itoa(int(e.After/time.Second)))
	}
	if c.name == "download" {
		http.Error(c.w, e.Message, downloadStatus(e.Kind))
		return
	}
	if e.After > 0 {
		c.status = http.StatusTooManyRequests
	}
	c.write(&envelopeAnswer{c.envelopeOf(e)})
}

// forbiddenPage is what clients know, and a sentence for people.
const forbiddenPage = `<html>
<head><title>User credentials required</title></head>
<body><h1>User credentials required</h1><h2>Error 403</h2><p>%s</p></body>
</html>
`

// forbid answers bad credentials. Clients refresh their token on 403 only.
func (c *call) forbid() {
	h := c.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	c.w.WriteHeader(http.StatusForbidden)
	sentence := "Sign in, or send a token or an API key in the header Authorization: Bearer."
	switch {
	case c.r.Header.Get("Authorization") != "":
		sentence = "The token or API key is wrong, has expired, or was revoked."
	case c.cookie != "":
		sentence = "The session has ended. Sign in again."
	}
	_, _ = fmt.Fprintf(c.w, forbiddenPage, sentence) // whoever asked is gone
}

// errorCode returns the number for a kind of refusal.
func (c *call) errorCode(k cloud.Kind) gcp.ErrorCode {
	switch k {
	case cloud.KindMissing:
		return gcp.CodeMissingParameter
	case cloud.KindForbidden:
		return gcp.CodeUnauthorized
	case cloud.KindXSRF:
		return gcp.CodeXSRF
	case cloud.KindUnsupported:
		return gcp.CodeConversion
	case cloud.KindNoJob:
		return gcp.CodeNoJob
	case cloud.KindNotClaimed:
		return gcp.CodeNotClaimed
	case cloud.KindTokenExpired:
		return gcp.CodeTokenExpired
	case cloud.KindClaimed, cloud.KindConflict:
		return gcp.CodeClaimed
	case cloud.KindStandby:
		return gcp.CodeStandby
	case cloud.KindNotFound:
		if c.name == "getauthcode" {
			return gcp.CodeNoAuthCode
		}
	}
	return gcp.CodeFailure
}

// downloadStatus returns the HTTP status for a kind of refusal of a document.
func downloadStatus(k cloud.Kind) int {
	switch k {
	case cloud.KindNotFound:
		return http.StatusNotFound
	case cloud.KindForbidden:
		return http.StatusForbidden
	case cloud.KindUnsupported:
		return http.StatusUnsupportedMediaType
	case cloud.KindClaimed, cloud.KindFinished:
		return http.StatusConflict
	case cloud.KindStandby:
		return http.StatusLocked
	}
	return http.StatusBadRequest
}
