package daemon

import (
	"context"
	"fmt"
	"strings"
	"time"

	"platen/gcp"
	"platen/internal/impose"
	"platen/internal/smallpdf"
	"platen/printer"
)

// testJob returns a test page as the printer takes it, and the job that it is.
func (d *Daemon) testJob(ctx context.Context, name printer.Name) ([]byte, printer.Job, error) {
	page := testPage("Platen test page", "Printer: "+string(name), "Printed: "+time.Now().Format(time.RFC1123))
	job := printer.Job{
		ID: gcp.JobID(fmt.Sprintf("test-%d", time.Now().UnixNano())), Printer: name, Title: "Platen test page",
		User: "platen", Format: impose.PDF,
	}
	local, err := d.look(ctx, name)
	if err != nil {
		return nil, job, err
	}
	plan, err := printer.PlanJob(local, gcp.CJT{Version: "1.0"}, impose.PDF)
	if err != nil {
		return nil, job, err
	}
	job.Attributes, job.Format = plan.Attributes, plan.Format
	if !plan.Work.IsZero() {
		if page, err = d.renderAside(ctx, page, impose.PDF, plan.Work); err != nil {
			return nil, job, err
		}
	}
	job.Size = int64(len(page))
	return page, job, nil
}

// testPage returns a one-page PDF with a few lines of text, on A4.
func testPage(lines ...string) []byte {
	var text strings.Builder
	text.WriteString("BT /F1 18 Tf 72 720 Td 28 TL\n")
	for _, l := range lines {
		fmt.Fprintf(&text, "(%s) Tj T*\n", smallpdf.Text(l))
	}
	text.WriteString("ET\n")
	return smallpdf.Page(595, 842, text.String())
}
