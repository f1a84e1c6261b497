package ipp

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// Prefix is the path under which the printers are.
const Prefix = "/ipp/print/"

// Blobs keeps documents; cloud/blob satisfies it. Save reads r to the end and makes it
// durable; on error it leaves nothing. Open opens a document; cloud.ErrNotFound if it is
// not there.
type Blobs interface {
	Save(ctx context.Context, r io.Reader, limit int64, contentType string) (cloud.Document, error)
	Open(ctx context.Context, id string) (io.ReadSeekCloser, error)
}

// Auth says whom credentials speak for; cloud/oauth satisfies it. What does not count
// is cloud.ErrCredentials, and too much of it KindQuota.
type Auth interface {
	AuthenticateRequest(r *http.Request, token string) (cloud.Caller, error)
	AddressRequest(r *http.Request, p gcp.PrinterID, token string) (cloud.Caller, error)
}

// Numbers keeps which job of a printer has which number: IPP knows jobs by numbers.
// What is not there is cloud.ErrNotFound.
type Numbers interface {
	// JobNumbers returns the numbers of a printer's jobs, in their order. A job that has
	// none gets one.
	JobNumbers(ctx context.Context, p gcp.PrinterID, jobs ...gcp.JobID) ([]int, error)
	// ReserveNumber gives a number to a job that is still to come.
	ReserveNumber(ctx context.Context, p gcp.PrinterID) (int, error)
	// BindNumber says which job came.
	BindNumber(ctx context.Context, p gcp.PrinterID, number int, job gcp.JobID) error
	// JobByNumber returns the job with a number, "" if it never came.
	JobByNumber(ctx context.Context, p gcp.PrinterID, number int) (gcp.JobID, error)
}

// Config is what a handler is made of.
type Config struct {
	Service *cloud.Service
	Auth    Auth
	Blobs   Blobs
	Numbers Numbers

	BaseURL     string // public address, such as https://print.example.com, no slash at the end
	MaxDocument int64  // of a document, in bytes

	// Stopping is closed when the service begins to stop: it ends what waits. It may be nil.
	Stopping <-chan struct{}

	Logger *slog.Logger     // nil discards
	Now    func() time.Time // nil means time.Now
}

// Handler serves the printers. It may be used by many goroutines.
type Handler struct {
	cfg      Config
	incoming incoming
	subs     subscriptions
	convert  chan struct{} // places for what is made into PDF
}

// converting is how many documents are made into PDF at once: each keeps a core busy.
const converting = 2

// New returns a handler for everything under Prefix.
func New(cfg Config) *Handler {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	return &Handler{cfg: cfg, convert: make(chan struct{}, converting)}
}
