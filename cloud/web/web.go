package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/passkey"
	"platen/gcp"
	"platen/internal/secret"
)

// Limits of a request.
const (
	maxForm   = 64 << 10
	stallTime = time.Minute // a transfer that does not move for this long ends
)

// Blobs keeps documents. Save writes up to limit bytes of r and makes them
// durable; on error it leaves nothing.
type Blobs interface {
	Save(ctx context.Context, r io.Reader, limit int64, contentType string) (cloud.Document, error)
}

// Config is what the pages are made of.
type Config struct {
	Service *cloud.Service
	OAuth   *oauth.Server
	Blobs   Blobs

	Passkeys     *passkey.Server // lets people in besides passwords
	Provider     Provider        // signs people in besides passwords; nil for none
	ProviderName string          // what the sign-in page calls it
	Setup        secret.Text     // of the link for the first administrator; empty for none

	Authority []byte // certificate (DER) of the own authority, for devices to trust; nil for none

	Installation Installation // what administrators are told of; nil for nothing

	// Latency asks connectors that are online how fast they answer, for about a second
	// at most. What is not in the answer is not known. It may be nil.
	Latency func(ctx context.Context, of ...gcp.RobotID) map[gcp.RobotID]time.Duration

	BaseURL     string // public address; https makes the cookie Secure
	MaxDocument int64  // of a document, in bytes

	// Stopping is closed when the service begins to stop: it ends the streams of
	// events, which would never end by themselves. It may be nil.
	Stopping <-chan struct{}

	Logger *slog.Logger // nil discards
}

// site serves the pages.
type site struct {
	cfg    Config
	pages  pages
	secure bool // the cookie is for HTTPS only
	open   streams
	mux    *http.ServeMux // of all pages
}

// New returns a handler for all pages. It panics if the embedded templates are
// broken, which a test finds.
func New(cfg Config) http.Handler {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &site{cfg: cfg, pages: parsePages(), secure: strings.HasPrefix(cfg.BaseURL, "https://")}
	// Browsers say where a request comes from; one from another site changes
	// nothing here. The xsrf field in each form is the second lock.
	return http.NewCrossOriginProtection().Handler(s.routes())
}

// absolute is the address by which others reach a path.
func (s *site) absolute(path string) string { return strings.TrimRight(s.cfg.BaseURL, "/") + path }

// ProtocolPages are the pages among the protocol's addresses, which a server must
// send here and not to the interfaces beside them.
func ProtocolPages() []string {
	return []string{
		"/cloudprint/claimprinter.html", "/cloudprint/regtokenpage", "/cloudprint/regconfirmpage",
		"/cloudprint/addpublicprinter.html",
	}
}
