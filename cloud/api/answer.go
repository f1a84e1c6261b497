package api

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"platen/cloud"
	"platen/gcp"
)

// envelope is what every answer begins with.
type envelope struct {
	Success   bool          `json:"success"`
	Message   string        `json:"message,omitempty"`
	ErrorCode gcp.ErrorCode `json:"errorCode,omitempty"`
	XSRFToken string        `json:"xsrf_token,omitempty"`
	Request   *gcp.Request  `json:"request"`
}

// The answers, one type for each set of members. Lists are never left out.
type (
	envelopeAnswer struct{ envelope }
	printersAnswer struct {
		envelope
		*gcp.Registration
		Printers     []gcp.Printer     `json:"printers"`
		Installation *gcp.Installation `json:"installation,omitempty"`
	}
	notificationsAnswer struct {
		envelope
		Notifications gcp.Hints `json:"notifications"`
	}
	streamAnswer struct {
		envelope
		Token string    `json:"token"`
		TTL   gcp.Int64 `json:"fcmttl"` // seconds
	}
	connectorsAnswer struct {
		envelope
		Connectors []gcp.Connector `json:"connectors"`
	}
	printerAnswer struct {
		envelope
		Printer  gcp.Printer   `json:"printer"`
		Printers []gcp.Printer `json:"printers"` // an old connector needs the key in every answer
	}
	jobsAnswer struct {
		envelope
		Jobs  []gcp.Job `json:"jobs"`
		Range gcp.Range `json:"range"`
	}
	jobAnswer struct {
		envelope
		Job gcp.Job `json:"job"`
	}
	traceAnswer struct {
		envelope
		Trace gcp.TraceReport `json:"trace"`
	}
	fetchAnswer struct {
		envelope
		Jobs []gcp.Job `json:"jobs"`
	}
	robotAnswer struct {
		envelope
		gcp.Robot
	}
	invitesAnswer struct {
		envelope
		Invites []gcp.Invite `json:"invites"`
	}
)

// done returns the envelope of a success.
func (c *call) done(message string) envelope {
	return envelope{Success: true, Message: message, XSRFToken: c.xsrf(), Request: c.request()}
}

// envelopeOf returns the envelope of a refusal.
func (c *call) envelopeOf(e *cloud.Error) envelope {
	return envelope{Message: e.Message, ErrorCode: c.errorCode(e.Kind), XSRFToken: c.xsrf(), Request: c.request()}
}

func (c *call) xsrf() string {
	if c.caller.Via != cloud.ViaCookie {
		return ""
	}
	return c.h.cfg.OAuth.XSRF(c.cookie)
}

// request echoes the call. Anonymous calls have no user.
func (c *call) request() *gcp.Request {
	r := &gcp.Request{Time: strconv.Itoa(c.seconds()), Params: c.args.echo()}
	switch {
	case c.caller.User != nil:
		r.User = c.caller.User.Email
	case c.caller.Robot != nil:
		r.User = string(c.caller.Robot.ID) + "@" + c.h.cfg.Domain
	default:
		return r
	}
	r.Users = []string{r.User}
	return r
}

// buffers are reused from answer to answer.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// maxKept bounds the buffers that are kept, in bytes.
const maxKept = 256 << 10

// encode writes v as the protocol writes JSON: one blank of indent and, as
// Google did, = & < > as escapes. Outside of strings JSON has none of them.
func encode(buf *bytes.Buffer, v any) error {
	enc := json.NewEncoder(buf) // escapes & < > itself
	enc.SetIndent("", " ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	escapeEquals(buf)
	return nil
}

// escapeEquals replaces each = in place, from the end.
func escapeEquals(buf *bytes.Buffer) {
	const escaped = `\u003d`
	n := bytes.Count(buf.Bytes(), []byte("="))
	if n == 0 {
		return
	}
	old := buf.Len()
	for range n * (len(escaped) - 1) {
		buf.WriteByte(0)
	}
	b := buf.Bytes()
	for r, w := old-1, len(b)-1; r < w; r-- {
		if b[r] != '=' {
			b[w] = b[r]
			w--
			continue
		}
		w -= len(escaped)
		copy(b[w+1:], escaped)
	}
}

// write sends an answer.
func (c *call) write(answer any) {
	buf, _ := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	defer func() {
		if buf.Cap() <= maxKept {
			buffers.Put(buf)
		}
	}()
	if err := encode(buf, answer); err != nil {
		c.h.cfg.Logger.ErrorContext(c.ctx, "encoding an answer", "call", c.name, "err", err)
		http.Error(c.w, "The service is in trouble.", http.StatusInternalServerError)
		return
	}
	c.send(buf.Bytes())
}

func (c *call) send(body []byte) {
	h := c.w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff") // what looks like HTML is not
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	c.w.WriteHeader(cmp.Or(c.status, http.StatusOK))
	_, _ = c.w.Write(body) // whoever asked is gone
}
