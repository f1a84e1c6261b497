package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"platen/internal/cli"
	"platen/internal/raster"
)

// renderExamine bounds the check of the renderer: the first start compiles.
const renderExamine = time.Minute

// examineRenderer starts a child as for a document.
func examineRenderer(ctx context.Context, cfg Config) cli.Finding {
	const check = "renderer"
	if !cfg.Render {
		return cli.Finding{Check: check, OK: true, Detail: "turned off (render = false): printers that take no PDF get what they take, or nothing"}
	}
	ctx, cancel := context.WithTimeout(ctx, renderExamine)
	defer cancel()
	r, err := newRaster(cfg, slog.New(slog.DiscardHandler))
	if err == nil && r == nil {
		err = errors.New("this program cannot be started as a child")
	}
	if err != nil {
		return cli.Found(check, "", err, "")
	}
	report, err := r.Check(ctx)
	switch {
	case err != nil:
		return cli.Found(check, "", err, "render_memory_mib is the memory that it may take; is the state folder's file system full, or mounted noexec?")
	case report.Compiled:
		return cli.Finding{Check: check, OK: true, Detail: fmt.Sprintf("documents are drawn here; a start takes %s", report.Start.Round(time.Millisecond))}
	case report.PDFToPPM != "":
		return cli.Finding{Check: check, OK: true, Detail: report.Reason + " Pages are drawn by " + report.PDFToPPM + "."}
	}
	return cli.Found(check, "", errors.New(report.Reason+" Printers that do not take PDF cannot be printed on."),
		"take MemoryDenyWriteExecute out of the service's unit, or install pdftoppm (Debian: poppler-utils)")
}

// examineOffice says how a program that reads strangers' documents is kept in.
func examineOffice(ctx context.Context) cli.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	o := raster.CheckOffice(ctx)
	return cli.Found("office documents", o.Detail(), o.Err(), raster.OfficeAdvice)
}
