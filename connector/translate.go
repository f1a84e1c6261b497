package connector

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"mime"
	"slices"
	"strings"

	"platen/gcp"
	"platen/printer"
)

// translate turns a job of the service into one of the printer.
func (c *Connector) translate(ctx context.Context, h *handing) error {
	rec := h.rec
	t, err := decodeTicket(rec.Job.Ticket)
	if err != nil {
		return &printer.ErrTicket{Reason: "the ticket cannot be read: " + err.Error()}
	}
	if c.Options.Rule != nil {
		t = c.Options.Rule(h.local).Defaults.Fill(h.local.CDD, t)
	}
	plan, err := printer.PlanJob(h.local, t, format(rec))
	if err != nil {
		if _, final := ending(err); final {
			return err
		}
		return &printer.ErrTicket{Reason: err.Error()}
	}
	h.Job = printer.Job{
		ID: rec.Job.ID, Printer: h.local.Name, Title: rec.Job.Title, User: c.user(rec.Job.OwnerID),
		Format: cmp.Or(plan.Format, format(rec)), Size: rec.Document.Size, Attributes: plan.Attributes,
	}
	h.work, h.notes = plan.Work, plan.Notes
	if len(plan.Notes) > 0 && !slices.Equal(plan.Notes, rec.Notes) {
		c.Logger.InfoContext(ctx, "some of a ticket is left out",
			slog.String("job", string(rec.Job.ID)), slog.String("printer", string(h.local.Name)), slog.Any("notes", plan.Notes))
	}
	return nil
}

// user names the sender as the printer shall know it.
func (c *Connector) user(sender string) string {
	if name, _, ok := strings.Cut(sender, "@"); ok && name != "" && c.Options.UserName == UserShort {
		return name
	}
	return sender
}

// format returns the document's MIME type: what came with it, or else what the
// job says.
func format(rec Record) string {
	for _, s := range []string{rec.Document.ContentType, rec.Job.ContentType} {
		if t, _, err := mime.ParseMediaType(s); err == nil && t != "application/octet-stream" {
			return t
		}
	}
	return "application/octet-stream"
}

func decodeTicket(b []byte) (gcp.CJT, error) {
	var t gcp.CJT
	err := json.Unmarshal(b, &t)
	return t, err
}

func encodeTicket(t gcp.CJT) ([]byte, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("keep ticket: %w", err)
	}
	return b, nil
}
