package server

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"time"

	"platen/cloud"
	"platen/internal/cli"
	"platen/internal/raster"
)

// renderedFolder keeps, below the state folder, what was drawn. It can be made again.
const renderedFolder = "render/rendered"

// renderer makes documents ready, unless it was found that it cannot.
type renderer struct {
	*raster.Renderer
	broken  atomic.Bool
	figures *figures // nil: nobody counts
}

// newRenderer builds the renderer of the settings; nil if there is to be none. It
// starts nothing.
func newRenderer(cfg Config, log *slog.Logger) (*renderer, error) {
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
	return &renderer{Renderer: r}, nil
}

// Formats is none for a renderer that does not work: what is sent then goes as it
// came.
func (r *renderer) Formats() (from, to []string) {
	if r.broken.Load() {
		return nil, nil
	}
	return r.Renderer.Formats()
}

// warmAgain is how long a renderer that does not work is left alone.
const warmAgain = 5 * time.Minute

// keepWarm has a first child compile what children need, so that no document waits
// for it. While children do not start, nothing is rendered.
func (r *renderer) keepWarm(ctx context.Context, log *slog.Logger) {
	for {
		err := r.warm(ctx, log)
		r.broken.Store(err != nil)
		if err == nil {
			return
		}
		select {
		case <-time.After(warmAgain):
		case <-ctx.Done():
			return
		}
	}
}

func (r *renderer) warm(ctx context.Context, log *slog.Logger) error {
	report, err := r.Check(ctx)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		log.WarnContext(ctx, "documents cannot be made ready for printers that do not take them: 'platen-cloud doctor' says more", "err", err)
	case !report.Compiled:
		log.WarnContext(ctx, "documents are made ready slowly, or not at all", "why", report.Reason)
	default:
		log.DebugContext(ctx, "the renderer is ready", "took", report.Start)
	}
	return err
}

// rendering is what the service renders with.
func (s *Server) rendering() cloud.Rendering {
	if s.renderer == nil {
		return cloud.Rendering{}
	}
	return cloud.Rendering{
		Renderer: s.renderer, Folder: filepath.Join(s.cfg.StateDir, renderedFolder), Path: s.blobs.Path,
	}
}

// examineRender says how documents are made into what printers take.
func examineRender(ctx context.Context, cfg Config, log *slog.Logger) cli.Finding {
	const name = "renderer"
	r, err := newRenderer(cfg, log)
	if err != nil || r == nil {
		return cli.Found(name, "switched off: documents go as they came", err, "")
	}
	ctx, cancel := context.WithTimeout(ctx, renderExamination)
	defer cancel()
	report, err := r.Check(ctx)
	detail := fmt.Sprintf("a document's process is ready after %d ms", report.Start.Milliseconds())
	if err == nil && !report.Compiled {
		detail = report.Reason + " Documents are made ready slowly."
		if report.PDFToPPM != "" {
			detail = report.Reason + " Pages are drawn by " + report.PDFToPPM + "."
		}
	}
	return cli.Found(name, detail, err, "the sentence says what is missing; render = false switches it off")
}

// examineOffice says how a program that reads strangers' documents is kept in.
func examineOffice(ctx context.Context) cli.Finding {
	ctx, cancel := context.WithTimeout(ctx, renderExamination)
	defer cancel()
	o := raster.CheckOffice(ctx)
	return cli.Found("office documents", o.Detail(), o.Err(), raster.OfficeAdvice)
}
