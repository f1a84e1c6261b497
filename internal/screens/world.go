package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"platen/cloud"
	"platen/cloud/blob"
	"platen/cloud/oauth"
	"platen/cloud/server"
	"platen/cloud/store"
	"platen/internal/lab"
	"platen/internal/secret"
)

// World is a service with people, printers and jobs as an organization has them,
// and one that nobody has set up.
type World struct {
	Base      string
	EmptyBase string
	Values    map[string]string // what {name} in a screen's path stands for
	Bin       string            // folder of the two programs
	Document  string            // a file to print

	t      lab.TB
	ctx    context.Context
	dir    string
	db     *store.DB
	blobs  *blob.Dir
	auth   *oauth.Server
	past   *cloud.Service // the rules, by the clock below
	people map[string]cloud.Caller
	robots []cloud.Caller
	twin   cloud.Caller // a connector that runs twice

	mu      sync.Mutex // guards what changes once the service is filled, because screens are judged side by side
	clock   time.Time
	cookies map[string]secret.Text
}

// NewWorld fills a service and starts it. bin is the folder of the two programs; "" builds
// them.
func NewWorld(ctx context.Context, t lab.TB, bin string) *World {
	if bin == "" {
		bin = lab.Build(t)
	}
	bin, err := filepath.Abs(bin) // children start elsewhere
	if err != nil {
		t.Fatalf("folder of the programs: %v", err)
	}
	w := &World{
		Bin: bin, Values: map[string]string{}, t: t, ctx: ctx, dir: t.TempDir(),
		people: map[string]cloud.Caller{}, cookies: map[string]secret.Text{},
	}
	w.open()
	w.fill()
	for _, state := range []string{"cloud", "empty"} {
		lab.ShareModule(t, filepath.Join(w.dir, state))
	}
	w.Base = w.serve("cloud").BaseURL()
	empty := w.serve("empty")
	w.EmptyBase = empty.BaseURL()
	link, err := empty.SetupLink(ctx)
	w.ok(err)
	w.Values["setup"] = filepath.Base(link.Reveal())
	return w
}

func (w *World) ok(err error) {
	if err != nil {
		w.t.Helper()
		w.t.Fatalf("%v", err)
	}
}

// open opens the service's store, to write what happened before today.
func (w *World) open() {
	state := filepath.Join(w.dir, "cloud")
	w.ok(os.MkdirAll(state, 0o700))
	var err error
	w.db, err = store.Open(w.ctx, filepath.Join(state, "cloud.db"))
	w.ok(err)
	w.t.Cleanup(func() { _ = w.db.Close() }) // it was only filled
	w.blobs, err = blob.Open(filepath.Join(state, "documents"), blob.Options{})
	w.ok(err)
	w.auth = oauth.New(oauth.Config{Store: w.db, BaseURL: "http://print.example.com"})
	w.past = cloud.New(cloud.Config{
		Domain: "print.example.com", Store: w.db, Blobs: w.blobs, Codes: w.auth, Sessions: w.auth,
		Limits: cloud.Limits{SubmitsMinute: -1, DiskPercent: -1}, Now: func() time.Time { return w.clock },
	})
}

// serve runs a service until the test or the program ends.
func (w *World) serve(state string) *server.Server {
	cfg := server.Default()
	cfg.StateDir = filepath.Join(w.dir, state)
	cfg.Listen, cfg.Push.Direct, cfg.Push.STARTTLS = "localhost:0", "127.0.0.1:0", "" // passkeys belong to names
	cfg.RenderProgram = filepath.Join(w.Bin, "platen-cloud")
	cfg.OIDC = server.OIDCConfig{Issuer: "https://login.example.com", Name: "Example Company", ClientID: "platen"}
	s, err := server.Open(w.ctx, cfg, slog.New(slog.DiscardHandler))
	w.ok(err)
	ctx, stop := context.WithCancel(w.ctx)
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, func(context.Context) error { close(ready); return nil })
	}()
	select {
	case <-ready:
	case err := <-ended:
		stop()
		w.t.Fatalf("the service did not start: %v", err)
	}
	w.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			w.t.Logf("the service ended with %v", err)
		}
		_ = s.Close() // nothing is kept
	})
	return s
}

// cookie returns a session of somebody, of now.
func (w *World) cookie(who string) secret.Text {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cookies[who].Empty() {
		cookie, err := w.auth.NewSession(w.ctx, w.people[who].User.ID)
		w.ok(err)
		w.cookies[who] = cookie
	}
	return w.cookies[who]
}

// refresh keeps the connectors online that are, as the streams of real ones do.
func (w *World) refresh() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = time.Now()
	for _, r := range w.robots[:2] {
		w.ok(w.past.Presence(w.ctx, r.Robot.ID, true))
	}
	w.ok(w.past.Presence(w.ctx, w.twin.Robot.ID, true))
	w.announce(w.twin, "lab-1", "1")
	w.announce(w.twin, "lab-2", "2") // with a copy of the first one's state
}
