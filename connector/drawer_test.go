package connector_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/connector"
	"platen/gcp"
	"platen/internal/impose"
	"platen/printer"
)

// drawer is a connector.Renderer that only marks what it was given.
type drawer struct {
	mu            sync.Mutex
	takes         time.Duration // for one document
	hangs         bool          // until its context ends
	fails         []error       // of the next documents
	calls         int
	running, most int
	killed        int // ended by the context
}

func (d *drawer) Render(ctx context.Context, in, _ string, w impose.Work, out string) (impose.Result, error) {
	d.mu.Lock()
	d.calls++
	d.running++
	d.most = max(d.most, d.running)
	takes, hangs := d.takes, d.hangs
	var fail error
	if len(d.fails) > 0 {
		fail, d.fails = d.fails[0], d.fails[1:]
	}
	d.mu.Unlock()
	defer func() { d.mu.Lock(); d.running--; d.mu.Unlock() }()
	b, err := os.ReadFile(in)
	if err != nil {
		return impose.Result{}, err
	}
	if err := os.WriteFile(out, drawn(string(b)), 0o600); err != nil {
		return impose.Result{}, err
	}
	if hangs {
		takes = time.Hour * 10000
	}
	if err := sleep(ctx, takes); err != nil {
		d.mu.Lock()
		d.killed++
		d.mu.Unlock()
		return impose.Result{}, err
	}
	return impose.Result{Format: w.To, Pages: 1, Sides: 1}, fail
}

// drawn is what the drawer makes of a document.
func drawn(document string) []byte { return []byte("RaS2 of <" + document + ">") }

func (d *drawer) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls
}

// rasterOnly is a printer that takes PWG raster alone.
func rasterOnly() printer.Capabilities {
	return printer.Capabilities{
		Formats: []string{impose.PWG}, Render: true,
		PWG: &printer.Raster{
			Resolutions: []gcp.PWGResolution{{CrossFeedDir: 300, FeedDir: 300}}, Types: []gcp.PWGType{"SGRAY_8"},
			SheetBack: gcp.SheetBackNormal,
		},
	}
}

// withDrawer runs f with a drawer and a printer lp that takes raster alone, and one
// named plain that takes PDF.
func withDrawer(t *testing.T, f func(t *testing.T, l *lab, d *drawer)) {
	t.Helper()
	in(t, func(t *testing.T, l *lab) {
		d := &drawer{}
		l.renderer = d
		l.locals["lp"].Capabilities = rasterOnly()
		f(t, l, d)
	}, "lp", "plain")
}

// files returns the names of what lies in the spool's folder of documents, but for
// empty files that wait for the next ones.
func (l *lab) files() []string {
	l.t.Helper()
	entries, err := os.ReadDir(filepath.Join(l.dir, "spool", "docs"))
	if err != nil {
		l.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "~") {
			names = append(names, e.Name())
		}
	}
	return names
}

var _ connector.Renderer = (*drawer)(nil)
