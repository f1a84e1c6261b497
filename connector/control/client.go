package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"time"

	"platen/gcp"
	"platen/printer"
)

// ErrNotRunning means that no daemon listens at the socket.
var ErrNotRunning = errors.New("the daemon is not running")

// ErrDenied means that this user may not reach the daemon's socket.
var ErrDenied = errors.New("this user may not ask the running connector: permission denied")

// Error is what the daemon answered to a request that failed.
type Error struct {
	Status  int // of HTTP
	Message string
}

// Error returns the daemon's sentence.
func (e *Error) Error() string { return e.Message }

// NotFound reports whether what was named does not exist.
func (e *Error) NotFound() bool { return e.Status == http.StatusNotFound }

// Client talks to the daemon; it is a Daemon itself.
type Client struct{ http *http.Client }

var _ Daemon = (*Client)(nil)

// dialTime bounds how long it takes until a daemon takes a call.
const dialTime = 5 * time.Second

// Dial returns a client of the daemon that listens at path. Nothing is sent
// before the first call.
func Dial(path string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, path) }
	return &Client{http: &http.Client{
		Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true},
		Timeout:   5 * time.Minute,
	}}
}

// Status asks for the daemon's state.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	return s, c.do(ctx, http.MethodGet, "/v1/status", nil, &s)
}

// Printers asks for the local printers.
func (c *Client) Printers(ctx context.Context) (p []Printer, err error) {
	return p, c.do(ctx, http.MethodGet, "/v1/printers", nil, &p)
}

// Jobs asks for the jobs in hand.
func (c *Client) Jobs(ctx context.Context) (j []Job, err error) {
	return j, c.do(ctx, http.MethodGet, "/v1/jobs", nil, &j)
}

// Recent asks for the last jobs whose end the service knows.
func (c *Client) Recent(ctx context.Context) (j []Job, err error) {
	return j, c.do(ctx, http.MethodGet, "/v1/jobs/recent", nil, &j)
}

// Trace asks for the hops of a job in hand or a recent one.
func (c *Client) Trace(ctx context.Context, id gcp.JobID) (t Trace, err error) {
	return t, c.do(ctx, http.MethodGet, "/v1/jobs/"+url.PathEscape(string(id))+"/trace", nil, &t)
}

// Explain asks what a printer is, and what would become of a job on it.
func (c *Client) Explain(ctx context.Context, w Wish) (e Explanation, err error) {
	return e, c.do(ctx, http.MethodPost, "/v1/explain", w, &e)
}

// Answer asks for the bytes of a printer's answer about all that it is.
func (c *Client) Answer(ctx context.Context, printer string) ([]byte, error) {
	var a said
	err := c.do(ctx, http.MethodPost, "/v1/answer", Wish{Printer: printer}, &a)
	return a.IPP, err
}

// AddPrinter adds a printer by its address.
func (c *Client) AddPrinter(ctx context.Context, a Address) (p Printer, err error) {
	return p, c.do(ctx, http.MethodPost, "/v1/printers", a, &p)
}

// RemovePrinter deletes a printer from the service.
func (c *Client) RemovePrinter(ctx context.Context, name printer.Name) error {
	return c.do(ctx, http.MethodDelete, "/v1/printers/"+url.PathEscape(string(name)), nil, nil)
}

// SharePrinter registers a printer.
func (c *Client) SharePrinter(ctx context.Context, name printer.Name) (p Printer, err error) {
	return p, c.do(ctx, http.MethodPost, "/v1/printers/"+url.PathEscape(string(name))+"/share", nil, &p)
}

// AdoptPrinter says that a local printer is one that the service knows.
func (c *Client) AdoptPrinter(ctx context.Context, name printer.Name, id gcp.PrinterID) error {
	return c.do(ctx, http.MethodPost, "/v1/printers/"+url.PathEscape(string(name))+"/adopt", adoption{id}, nil)
}

// TestPage prints a page, and returns the printer's number for it.
func (c *Client) TestPage(ctx context.Context, name printer.Name) (int, error) {
	var a testAnswer
	err := c.do(ctx, http.MethodPost, "/v1/printers/"+url.PathEscape(string(name))+"/test", nil, &a)
	return a.Local, err
}

// CancelJob cancels a job in hand.
func (c *Client) CancelJob(ctx context.Context, id gcp.JobID) error {
	return c.do(ctx, http.MethodPost, "/v1/jobs/"+url.PathEscape(string(id))+"/cancel", nil, nil)
}

// Trust pins the key that a printer or CUPS server shows now, and returns its
// fingerprint.
func (c *Client) Trust(ctx context.Context, target string) (string, error) {
	var k key
	err := c.do(ctx, http.MethodPost, "/v1/keys/"+url.PathEscape(target)+"/trust", nil, &k)
	return k.Fingerprint, err
}

func (c *Client) do(ctx context.Context, method, path string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("encode request: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://platen"+path, &body)
	if err != nil {
		return fmt.Errorf("ask the daemon: %w", err)
	}
	resp, err := c.http.Do(req)
	if nobody(err) {
		return ErrNotRunning
	}
	if errors.Is(err, fs.ErrPermission) {
		return ErrDenied
	}
	if err != nil {
		return fmt.Errorf("ask the daemon: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // read whole below
	return read(resp, out)
}

func read(resp *http.Response, out any) error {
	dec := json.NewDecoder(io.LimitReader(resp.Body, 64*maxBody))
	if resp.StatusCode != http.StatusOK {
		f := failure{Error: resp.Status}
		_ = dec.Decode(&f) // the status line speaks if the body does not
		return &Error{Status: resp.StatusCode, Message: f.Error}
	}
	if out == nil {
		return nil
	}
	if err := dec.Decode(out); err != nil {
		return fmt.Errorf("read the daemon's answer: %w", err)
	}
	return nil
}
