package daemon

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"platen/gcp"
	"platen/gcp/client"
)

// The bounds of a ping interval that an owner sets.
const (
	minPing = 15 * time.Second
	maxPing = time.Hour
)

// pinger keeps the notification stream alive; xmpp.Client is one.
type pinger interface{ SetPingInterval(d time.Duration) }

// settings takes over what printers' owners set in the service.
type settings struct {
	client *client.Client
	pings  pinger
	known  *printerFile
	log    *slog.Logger
}

// settle applies the pending settings of printers. What could not be told to the
// service is still pending in its next list.
func (s settings) settle(ctx context.Context, printers []gcp.Printer) {
	for _, p := range printers {
		l := p.LocalSettings
		if l == nil || l.Pending == nil || *l.Pending == (gcp.Settings{}) {
			continue
		}
		if err := s.adopt(ctx, p.ID, *l); err != nil {
			s.log.WarnContext(ctx, "an owner's settings were not taken over", "printer", string(p.ID), "err", err)
			return
		}
	}
}

// adopt makes the pending settings of a printer the current ones. There is one
// stream for all printers: the interval set last is in force, within its bounds.
func (s settings) adopt(ctx context.Context, id gcp.PrinterID, l gcp.LocalSettings) error {
	if v := l.Pending.XMPPTimeoutValue; v != nil {
		interval := min(max(time.Duration(*v), minPing/time.Second), maxPing/time.Second) * time.Second
		if err := s.known.KeepPing(interval); err != nil {
			return err
		}
		s.pings.SetPingInterval(interval)
		s.log.InfoContext(ctx, "an owner set the ping interval", "printer", string(id), "interval", interval)
	}
	var now gcp.Settings
	if l.Current != nil {
		now = *l.Current
	}
	now.LocalDiscovery = cmp.Or(l.Pending.LocalDiscovery, now.LocalDiscovery)
	now.AccessTokenEnabled = cmp.Or(l.Pending.AccessTokenEnabled, now.AccessTokenEnabled)
	now.LocalPrintingEnabled = cmp.Or(l.Pending.LocalPrintingEnabled, now.LocalPrintingEnabled)
	now.ConversionPrintingEnabled = cmp.Or(l.Pending.ConversionPrintingEnabled, now.ConversionPrintingEnabled)
	now.XMPPTimeoutValue = cmp.Or(l.Pending.XMPPTimeoutValue, now.XMPPTimeoutValue)
	update := client.UpdateRequest{Printer: id}
	update.LocalSettings = &gcp.LocalSettings{Current: &now}
	if _, err := s.client.Update(ctx, update); err != nil {
		return fmt.Errorf("tell the settings: %w", err)
	}
	return nil
}
