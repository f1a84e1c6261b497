package api

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/gcp"
)

// Limits of a request.
const (
	maxOrdinary  = 1 << 20 // bytes of a request without a document
	ordinaryTime = 30 * time.Second
	stallTime    = time.Minute // a transfer that does not move for this long ends
)

// Prefix is the path under which the interfaces are.
const Prefix = "/cloudprint/"

// Blobs keeps documents; cloud/blob satisfies it. Save reads r to the end and
// makes it durable; on error it leaves nothing. It refuses more than limit bytes
// and what is not of the type, if one is told.
type Blobs interface {
	Save(ctx context.Context, r io.Reader, limit int64, contentType string) (cloud.Document, error)
	Open(ctx context.Context, id string) (io.ReadSeekCloser, error)
}

// Config is what a handler is made of.
type Config struct {
	Service *cloud.Service
	OAuth   *oauth.Server
	Blobs   Blobs

	BaseURL string            // public address, such as https://print.example.com, no slash at the end
	Domain  string            // XMPP domain of robots' JIDs
	Push    *gcp.PushEndpoint // told to connectors when they pair; nil for none

	Listener Listener // answers connectors that ask for their notifications; nil for none

	MaxDocument int64 // of a document, in bytes

	// RemoteAddr tells where a request comes from; nil means the peer's address.
	RemoteAddr func(r *http.Request) string

	// FetchURLs lets senders name a public address that the service fetches the
	// document from. Such a fetch never reaches a private address.
	FetchURLs bool

	// Stopping is closed when the service begins to stop: it ends calls that wait. It
	// may be nil.
	Stopping <-chan struct{}

	Logger *slog.Logger // nil discards
}

// handler serves the interfaces.
type handler struct {
	cfg      Config
	routes   map[string]route
	fetcher  fetcher
	troubles troubles
}

// New returns a handler for everything under Prefix.
func New(cfg Config) http.Handler { return newHandler(cfg, publicAddr) }

func newHandler(cfg Config, reachable func(netip.Addr) bool) *handler {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.RemoteAddr == nil {
		cfg.RemoteAddr = func(r *http.Request) string { return r.RemoteAddr }
	}
	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	h := &handler{cfg: cfg, fetcher: newFetcher(reachable, cfg.MaxDocument)}
	h.routes = h.table()
	return h
}

// url returns the public address of an interface.
func (h *handler) url(name string) string { return h.cfg.BaseURL + Prefix + name }
