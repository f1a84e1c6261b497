package demo

import (
	"context"
	"fmt"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/gcp/client"
)

// Result is what became of one file, as the demo prints it.
type Result struct {
	File              string           `json:"file"`
	Job               gcp.JobID        `json:"job"`
	Printer           gcp.PrinterID    `json:"printer"`
	State             gcp.JobStateType `json:"state"`
	Output            string           `json:"output"` // path of what the printer received
	SubmitToPrinterMS float64          `json:"submit_to_printer_ms"`
	SubmitToDoneMS    float64          `json:"submit_to_done_ms"`
}

// Print submits a file through the public interface and waits for the end.
func (d *Demo) Print(ctx context.Context, path string) (Result, error) {
	c, err := client.New(client.Config{BaseURL: d.BaseURL() + "/cloudprint", ClientID: "demo", AccessToken: d.key})
	if err != nil {
		return Result{}, err
	}
	defer c.Close()
	printers, err := c.Search(ctx, client.SearchQuery{})
	if err != nil {
		return Result{}, err
	}
	if len(printers) == 0 {
		return Result{}, fmt.Errorf("the cloud shows no printer")
	}
	begin := time.Now()
	job, err := submit(ctx, c, printers[0].ID, path)
	if err != nil {
		return Result{}, fmt.Errorf("submit %s: %w", path, err)
	}
	r, err := d.await(ctx, job, begin)
	r.File = path
	return r, err
}

func submit(ctx context.Context, c *client.Client, printer gcp.PrinterID, path string) (gcp.Job, error) {
	f, err := os.Open(path)
	if err != nil {
		return gcp.Job{}, err
	}
	defer func() { _ = f.Close() }() // read only
	info, err := f.Stat()
	if err != nil {
		return gcp.Job{}, err
	}
	return c.Submit(ctx, client.Submission{
		Printer: printer, Title: filepath.Base(path), ContentType: mime.TypeByExtension(filepath.Ext(path)),
		Document: f, Size: info.Size(),
	})
}

// await follows the event log until the job has ended.
func (d *Demo) await(ctx context.Context, job gcp.Job, begin time.Time) (Result, error) {
	service, owner := d.cloud.Service(), cloud.Caller{User: &d.owner, Via: cloud.ViaToken}
	for {
		at, err := service.LastEvent(ctx)
		if err != nil {
			return Result{}, err
		}
		j, err := service.Job(ctx, owner, job.ID)
		if err != nil {
			return Result{}, err
		}
		if j.State.Type.Ended() {
			return d.result(j.Job, begin, time.Now()), nil
		}
		if err := service.AwaitEvents(ctx, at); err != nil {
			return Result{}, fmt.Errorf("waiting for job %s: %w", job.ID, err)
		}
	}
}

func (d *Demo) result(j cloud.Job, begin, end time.Time) Result {
	r := Result{Job: j.ID, Printer: j.Printer, State: j.State.Type, SubmitToDoneMS: milliseconds(end.Sub(begin))}
	if at := j.Trace[gcp.HopPrinted]; at != 0 {
		r.SubmitToPrinterMS = milliseconds(time.UnixMicro(at).Sub(begin))
	}
	for _, printed := range d.printer.Jobs() {
		if strings.Contains(printed.Name, string(j.ID)) {
			r.Output = printed.Path
		}
	}
	return r
}

// milliseconds rounds to microseconds.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
