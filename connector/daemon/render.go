package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"platen/connector"
	"platen/internal/backoff"
	"platen/internal/impose"
	"platen/internal/raster"
)

// newRaster builds the renderer of the settings; nil if there is to be none. It
// starts nothing. The children's environment and arguments hold nothing of ours.
func newRaster(cfg Config, log *slog.Logger) (*raster.Renderer, error) {
	if !cfg.Render || cfg.RenderProgram == "" {
		return nil, nil
	}
	r, err := raster.New(raster.Config{
		Program: cfg.RenderProgram, Timeout: cfg.RenderTimeout.Std(), Memory: cfg.RenderMemoryMiB << 20, Workers: cfg.Renders,
		Log: log.With("component", "raster"),
	}.Within(cfg.StateDir))
	if err != nil {
		return nil, fmt.Errorf("build the renderer: %w", err)
	}
	return r, nil
}

// sweepRaster removes what the children of an earlier life left. The daemon goes on
// without, and is warned.
func (d *Daemon) sweepRaster() {
	if d.raster == nil {
		return
	}
	if err := d.raster.Sweep(); err != nil {
		d.log.Warn("what was left by drawing documents stays on the disk", "err", err)
	}
}

// renders reports whether documents can be made anew on this machine at a speed
// that is of use: only then is what the renderer does offered to the service.
func renders(r *raster.Renderer) bool {
	if r == nil {
		return false
	}
	_, to := r.Formats()
	return slices.Contains(to, impose.PWG)
}

// warmAfter is how long a start is left in peace before documents are prepared for.
const warmAfter = 15 * time.Second

// warm has a first child compile what children need, so that no document waits for
// it. It is logged once if that does not work.
func (d *Daemon) warm(ctx context.Context) {
	if backoff.Sleep(ctx, warmAfter) != nil {
		return
	}
	report, err := d.raster.Check(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		d.log.WarnContext(ctx, "documents cannot be made ready for printers that do not take them: 'platen doctor' says more", "err", err)
	case !report.Compiled:
		d.log.WarnContext(ctx, "documents are made ready slowly, or not at all", "why", report.Reason)
	default:
		d.log.DebugContext(ctx, "the renderer is ready", "took", report.Start)
	}
}

// renderer is the connector's renderer.
type renderer struct {
	*raster.Renderer
	life func() *life
}

// rendererOf returns what the connector renders with; nil for nothing.
func (d *Daemon) rendererOf() connector.Renderer {
	if !renders(d.raster) {
		return nil
	}
	return renderer{d.raster, func() *life { return d.life }}
}

// Render implements connector.Renderer. A child that the kernel killed for want of
// memory says nothing of this process, should it be killed later.
func (r renderer) Render(ctx context.Context, in, format string, w impose.Work, out string) (impose.Result, error) {
	result, err := r.Renderer.Render(ctx, in, format, w, out)
	if l := r.life(); err != nil && l != nil {
		l.forgive()
	}
	return result, err
}

// renderAside does work to a document of a few pages that is no job's, in a folder
// of its own, and returns what came of it.
func (d *Daemon) renderAside(ctx context.Context, document []byte, format string, w impose.Work) ([]byte, error) {
	r := d.rendererOf()
	if r == nil {
		return nil, fmt.Errorf("the printer does not take %s, and the connector has no renderer", format)
	}
	dir, err := os.MkdirTemp("", "platen-page-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the page: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // at worst one page stays in a temporary folder
	in, out := filepath.Join(dir, "document"), filepath.Join(dir, "rendered")
	if err := os.WriteFile(in, document, 0o600); err != nil {
		return nil, fmt.Errorf("write the page: %w", err)
	}
	if _, err := r.Render(ctx, in, format, w, out); err != nil {
		return nil, err
	}
	return os.ReadFile(out)
}
