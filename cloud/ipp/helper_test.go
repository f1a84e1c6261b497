package ipp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"platen/cloud"
	"platen/cloud/ipp"
	"platen/gcp"
	"platen/internal/ippserver"
)

// exchange gets a connector its access token.
func exchange(b *bench, code string) string {
	b.t.Helper()
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "client_id": {"c"}, "redirect_uri": {"oob"}}
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodPost, "/o/oauth2/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	b.oauth.Handler().ServeHTTP(w, r)
	var got struct {
		Access string `json:"access_token"`
	}
	b.ok(json.Unmarshal(w.Body.Bytes(), &got))
	if got.Access == "" {
		b.t.Fatalf("no token: %d %s", w.Code, w.Body)
	}
	return got.Access
}

func fieldsWithLocation(where string) cloud.PrinterFields {
	return cloud.PrinterFields{Location: &where}
}

// hooked are the numbers of jobs, before each use of which something may happen.
type hooked struct {
	ipp.Numbers
	before func()
}

// JobNumbers implements ipp.Numbers.
func (h *hooked) JobNumbers(ctx context.Context, p gcp.PrinterID, jobs ...gcp.JobID) ([]int, error) {
	if h.before != nil {
		h.before()
	}
	return h.Numbers.JobNumbers(ctx, p, jobs...)
}

// BindNumber implements ipp.Numbers.
func (h *hooked) BindNumber(ctx context.Context, p gcp.PrinterID, number int, job gcp.JobID) error {
	if h.before != nil {
		h.before()
	}
	return h.Numbers.BindNumber(ctx, p, number, job)
}

// leave sends a request whose sender goes away when its job is about to get its number.
func (b *bench) leave(a ask) {
	b.t.Helper()
	ctx, gone := context.WithCancel(b.t.Context())
	defer gone()
	b.numbers.before = gone
	defer func() { b.numbers.before = nil }()
	text, err := b.message(a).EncodeBytes()
	b.ok(err)
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, b.path(a.secret), bytes.NewReader(append(text, a.doc...)))
	r.Header.Set("Content-Type", ippserver.ContentType)
	r.Header.Set("Authorization", "Bearer "+a.bearer)
	b.door.ServeHTTP(httptest.NewRecorder(), r)
	if ctx.Err() == nil {
		b.t.Fatalf("%s asked for no number", a.op)
	}
}
