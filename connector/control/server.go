package control

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"platen/gcp"
	"platen/printer"
)

// maxBody bounds a request and, times 64, an answer.
const maxBody = 64 << 10

// maxTicket bounds a request with a ticket.
const maxTicket = 8 << 20

type failure struct {
	Error string `json:"error"`
}

// call is one request: it returns what to answer.
type call func(r *http.Request) (any, error)

// Handler returns the server's side of the conversation.
func Handler(d Daemon) http.Handler {
	mux := http.NewServeMux()
	for pattern, c := range map[string]call{
		"GET /v1/status":                 func(r *http.Request) (any, error) { return d.Status(r.Context()) },
		"GET /v1/printers":               func(r *http.Request) (any, error) { return d.Printers(r.Context()) },
		"GET /v1/jobs":                   func(r *http.Request) (any, error) { return d.Jobs(r.Context()) },
		"GET /v1/jobs/recent":            func(r *http.Request) (any, error) { return d.Recent(r.Context()) },
		"GET /v1/jobs/{id}/trace":        func(r *http.Request) (any, error) { return d.Trace(r.Context(), jobOf(r)) },
		"POST /v1/explain":               func(r *http.Request) (any, error) { return explain(d, r) },
		"POST /v1/answer":                func(r *http.Request) (any, error) { return wholeAnswer(d, r) },
		"POST /v1/jobs/{id}/cancel":      func(r *http.Request) (any, error) { return nil, d.CancelJob(r.Context(), jobOf(r)) },
		"POST /v1/printers":              func(r *http.Request) (any, error) { return addPrinter(d, r) },
		"DELETE /v1/printers/{name}":     func(r *http.Request) (any, error) { return nil, d.RemovePrinter(r.Context(), nameOf(r)) },
		"POST /v1/printers/{name}/share": func(r *http.Request) (any, error) { return d.SharePrinter(r.Context(), nameOf(r)) },
		"POST /v1/printers/{name}/adopt": func(r *http.Request) (any, error) { return nil, adoptPrinter(d, r) },
		"POST /v1/printers/{name}/test":  func(r *http.Request) (any, error) { return testPage(d, r) },
		"POST /v1/rules/check":           func(r *http.Request) (any, error) { return checkRules(d, r) },
		"POST /v1/rules/apply":           func(r *http.Request) (any, error) { return d.ApplyRules(r.Context()) },
		"POST /v1/keys/{target}/trust":   func(r *http.Request) (any, error) { return trust(d, r) },
	} {
		mux.Handle(pattern, answer(c))
	}
	return mux
}

// NewServer returns an HTTP server for Handler(d), with limits that suit a local
// socket; the caller serves a listener from Listen with it.
func NewServer(d Daemon) *http.Server {
	return &http.Server{
		Handler:           Handler(d),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      5 * time.Minute, // adding a printer asks the printer
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}

func jobOf(r *http.Request) gcp.JobID     { return gcp.JobID(r.PathValue("id")) }
func nameOf(r *http.Request) printer.Name { return printer.Name(r.PathValue("name")) }

type badRequest struct{ error }

func addPrinter(d Daemon, r *http.Request) (any, error) {
	var a Address
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody)).Decode(&a); err != nil {
		return nil, badRequest{err}
	}
	if a.URI == "" {
		return nil, badRequest{errors.New("no address given")}
	}
	return d.AddPrinter(r.Context(), a)
}

func explain(d Daemon, r *http.Request) (any, error) {
	var w Wish
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxTicket)).Decode(&w); err != nil {
		return nil, badRequest{err}
	}
	return d.Explain(r.Context(), w)
}

// said is what a printer answered.
type said struct {
	IPP []byte `json:"ipp"`
}

func wholeAnswer(d Daemon, r *http.Request) (any, error) {
	var w Wish
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody)).Decode(&w); err != nil {
		return nil, badRequest{err}
	}
	b, err := d.Answer(r.Context(), w.Printer)
	return said{b}, err
}

// adoption names the service's printer that a local one is.
type adoption struct {
	ID gcp.PrinterID `json:"id"`
}

func adoptPrinter(d Daemon, r *http.Request) error {
	var a adoption
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody)).Decode(&a); err != nil {
		return badRequest{err}
	}
	if a.ID == "" {
		return badRequest{errors.New("no printer id given")}
	}
	return d.AdoptPrinter(r.Context(), nameOf(r), a.ID)
}

// testAnswer is what a test page answers.
type testAnswer struct {
	Local int `json:"local"`
}

func testPage(d Daemon, r *http.Request) (any, error) {
	n, err := d.TestPage(r.Context(), nameOf(r))
	return testAnswer{n}, err
}

// key is the key of a printer or server.
type key struct {
	Fingerprint string `json:"fingerprint"`
}

func trust(d Daemon, r *http.Request) (any, error) {
	f, err := d.Trust(r.Context(), r.PathValue("target"))
	return key{f}, err
}

func answer(c call) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := c(r)
		status := http.StatusOK
		if err != nil {
			status, v = statusOf(err), failure{err.Error()}
		}
		if v == nil {
			v = struct{}{}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v) // the reader is gone if it fails
	})
}

func statusOf(err error) int {
	var bad badRequest
	var missing interface{ NotFound() bool }
	var wrong interface{ BadRequest() bool }
	switch {
	case errors.As(err, &bad), errors.As(err, &wrong) && wrong.BadRequest():
		return http.StatusBadRequest
	case errors.As(err, &missing) && missing.NotFound():
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}
