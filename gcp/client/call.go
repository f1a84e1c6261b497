package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"platen/gcp"
	"platen/internal/backoff"
)

// maxAnswer bounds an answer other than a document: a thousand jobs with their
// tickets, or the largest CDD met, are well under half of it.
const maxAnswer = 8 << 20

var errAnswer = errors.New("answer is not of this protocol")

// call sends form to BASE/op until it succeeds, cannot, or has been tried often
// enough, and returns the envelope.
func (c *Client) call(ctx context.Context, op string, form url.Values) (gcp.Answer, error) {
	var answer gcp.Answer
	err := c.retry(ctx, op, func(ctx context.Context) error {
		var err error
		answer, err = c.callOnce(ctx, op, form)
		return err
	})
	return answer, err
}

// callOnce is call without repetition.
func (c *Client) callOnce(ctx context.Context, op string, form url.Values) (gcp.Answer, error) {
	body, err := c.post(ctx, op, form)
	if err != nil {
		return gcp.Answer{}, err
	}
	return decodeAnswer(op, body)
}

// retry calls try until it succeeds or its error is not worth another try.
func (c *Client) retry(ctx context.Context, op string, try func(context.Context) error) error {
	wait := backoff.Backoff{Min: c.cfg.MinWait, Max: maxWait}
	for {
		limited, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
		err := try(limited)
		cancel()
		if err == nil || !worthRetrying(err) || wait.Failures() >= c.cfg.Retries || ctx.Err() != nil {
			return err
		}
		pause := max(wait.Next(), RetryAfter(err))
		deadline, bounded := ctx.Deadline()
		if pause > maxWait || bounded && time.Until(deadline) < pause {
			return err // waiting so long is the caller's decision
		}
		if stopped := backoff.Sleep(ctx, pause); stopped != nil {
			return &TransportError{Op: op, Err: errors.Join(stopped, err)}
		}
	}
}

// post sends one form and returns the body of an answer with status 200.
func (c *Client) post(ctx context.Context, op string, form url.Values) ([]byte, error) {
	encoded := form.Encode()
	resp, err := c.signed(ctx, op, func() (*http.Request, error) { //nolint:bodyclose // closeBody closes it
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.cfg.BaseURL+"/"+op, strings.NewReader(encoded))
		if err == nil {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return req, err
	})
	if err != nil {
		return nil, err
	}
	defer closeBody(resp.Body)
	return readAnswer(ctx, op, resp)
}

// signed sends what build returns with a token, and once more with a new token
// when the service refused the old one. Services say 403; some proxies and
// libraries before them 401.
func (c *Client) signed(ctx context.Context, op string, build func() (*http.Request, error)) (*http.Response, error) {
	for stale := ""; ; {
		token, err := c.tokens.token(ctx, stale)
		if err != nil {
			return nil, err
		}
		req, err := build()
		if err != nil {
			return nil, fmt.Errorf("%s: building the request: %w", op, err)
		}
		resp, err := c.send(req, token)
		if err != nil {
			return nil, transportError(ctx, op, err)
		}
		if !refusal(resp.StatusCode) || stale != "" || token == "" || !c.tokens.renewable() {
			return resp, nil
		}
		closeBody(resp.Body)
		stale = token
	}
}

// refusal reports whether a status says that the token is not good.
func refusal(status int) bool {
	return status == http.StatusForbidden || status == http.StatusUnauthorized
}

// send adds the headers of every call. A token is sent to the service alone, not
// to a store of documents elsewhere.
func (c *Client) send(req *http.Request, token string) (*http.Response, error) {
	req.Header.Set("User-Agent", c.cfg.UserAgent)
	if c.cfg.Proxy != "" {
		req.Header.Set("X-CloudPrint-Proxy", string(c.cfg.Proxy))
	}
	if token != "" && c.ours(req.URL) {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return c.http.Do(req)
}

// checkRedirect keeps a redirect from taking a token to another address (net/http
// compares host names only), from leaving TLS, and from turning a call into a GET.
func (c *Client) checkRedirect(req *http.Request, via []*http.Request) error {
	switch {
	case req.Method != via[0].Method:
		return http.ErrUseLastResponse
	case len(via) > 5:
		return errors.New("too many redirects")
	case via[0].URL.Scheme == "https" && req.URL.Scheme != "https":
		return errors.New("redirected to a less safe address")
	}
	if !c.ours(req.URL) {
		req.Header.Del("Authorization")
	}
	return nil
}

func (c *Client) ours(u *url.URL) bool { return u.Scheme == c.base.Scheme && u.Host == c.base.Host }

// closeBody reads the little that may be left, so that the connection can be
// used again.
func closeBody(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, 4<<10) // only for the connection's sake
	_ = body.Close()                         // nothing was written to it
}

// readAnswer returns the body of a 200, and a *gcp.Error for any other status.
func readAnswer(ctx context.Context, op string, resp *http.Response) ([]byte, error) {
	if e := resp.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, &TransportError{Op: op, Err: errEncoded}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if resp.StatusCode != http.StatusOK {
		return nil, statusError(op, resp, body)
	}
	if err != nil {
		return nil, transportError(ctx, op, err)
	}
	if len(body) > maxAnswer {
		return nil, &TransportError{Op: op, Err: ErrAnswerTooLarge}
	}
	return body, nil
}

// statusError uses the service's sentence where the body has one.
func statusError(op string, resp *http.Response, body []byte) error {
	e := &gcp.Error{Op: op, Message: http.StatusText(resp.StatusCode), HTTPStatus: resp.StatusCode}
	var told struct {
		Message   string        `json:"message"`
		ErrorCode gcp.ErrorCode `json:"errorCode"`
	}
	if json.Unmarshal(body, &told) == nil {
		e.Message, e.Code = cmp.Or(told.Message, e.Message), told.ErrorCode
	} else {
		e.Message = cmp.Or(sentence(resp, string(body)), e.Message)
	}
	return withRetryAfter(e, resp.Header)
}

// maxSentence bounds what is taken from an answer that is not the protocol's.
const maxSentence = 300

// sentence returns the one sentence of the service's page for bad credentials, or
// of its text when it is in trouble. What others write is not shown: some echo the
// request, with its token.
func sentence(resp *http.Response, body string) string {
	switch {
	case resp.StatusCode == http.StatusForbidden && strings.Contains(body, "<title>User credentials required</title>"):
		_, body, _ = strings.Cut(body, "<p>")
		body, _, _ = strings.Cut(body, "</p>")
		body = html.UnescapeString(body)
	case resp.StatusCode == http.StatusServiceUnavailable && strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain"):
	default:
		return ""
	}
	body = strings.TrimSpace(body)
	if len(body) > maxSentence || strings.ContainsFunc(body, func(r rune) bool { return r == '<' || !unicode.IsPrint(r) }) {
		return ""
	}
	return body
}

// decodeAnswer reads an envelope. Anything but success true is an error.
func decodeAnswer(op string, body []byte) (gcp.Answer, error) {
	var a gcp.Answer
	if err := json.Unmarshal(body, &a); err != nil {
		return gcp.Answer{}, &TransportError{Op: op, Err: fmt.Errorf("%w: %w", errAnswer, err)}
	}
	if !a.Success && !bytes.Contains(body, []byte(`"success"`)) {
		return gcp.Answer{}, &TransportError{Op: op, Err: fmt.Errorf("%w: no success member", errAnswer)}
	}
	if !a.Success {
		message := cmp.Or(a.Message, "the service gave no reason")
		return gcp.Answer{}, &gcp.Error{Op: op, Code: a.ErrorCode, Message: message, HTTPStatus: http.StatusOK}
	}
	return a, nil
}
