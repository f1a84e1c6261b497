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
)

// Limits of a request.
const (
	maxForm   = 64 << 10
	pageTime  = 30 * time.Second
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

// ProtocolPages are the pages among the protocol's addresses, which a server must
// send here and not to the interfaces beside them.
func ProtocolPages() []string {
	return []string{
		"/cloudprint/claimprinter.html", "/cloudprint/regtokenpage", "/cloudprint/addpublicprinter.html",
	}
}

func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	page := func(pattern string, h pageFunc) { mux.Handle(pattern, s.page(h)) }
	own := func(pattern string, h pageFunc) { mux.Handle(pattern, s.page(signedIn(h))) }
	page("GET /{$}", s.home)
	page("GET /signin", s.showSignIn)
	page("POST /signin", s.signIn)
	page("POST /signout", s.signOut)
	page("GET /link/{token}", s.redeemLink)
	page("GET /password", s.fresh(s.showPassword))
	page("POST /password", s.fresh(s.setPassword))
	own("GET /device", s.showDevice)
	own("POST /device", s.decideDevice)
	for _, path := range []string{"/o/oauth2/auth", "/o/oauth2/v2/auth"} {
		own("GET "+path, s.showConsent)
		own("POST "+path, s.decideConsent)
	}
	own("GET /claimprinter.html", s.showClaim)
	own("GET /cloudprint/claimprinter.html", s.showClaim)
	page("GET /cloudprint/regtokenpage", s.showInvitation)
	own("GET /cloudprint/addpublicprinter.html", s.showPublic)
	own("POST /cloudprint/addpublicprinter.html", s.addPublic)
	own("GET /confirm", s.showClaim)
	own("POST /confirm", s.claim)
	own("GET /printers", s.showPrinters)
	own("GET /printers/{id}", s.showPrinter)
	own("POST /printers/{id}/jobs", s.upload)
	own("GET /jobs", s.showJobs)
	own("GET /jobs/{id}", s.showJob)
	own("POST /jobs/{id}/cancel", s.cancelJob)
	own("POST /jobs/{id}/confirm", s.confirmJob)
	mux.HandleFunc("GET /events", s.events)
	for _, name := range []string{"/static/style.css", "/static/live.js"} {
		mux.Handle("GET "+name, staticFiles())
	}
	page("/", s.notFound)
	return mux
}
