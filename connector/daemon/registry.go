package daemon

import (
	"context"

	"platen/connector"
	"platen/gcp"
	"platen/gcp/client"
	"platen/printer"
)

// gcpVersion is the version of the protocol that this connector speaks.
const gcpVersion = "2.0"

// registry is the service as connector.Registry wants it.
type registry struct {
	client   *client.Client
	settings settings
	network  *announcing // hears of the service's printers
}

// List implements connector.Registry. It is called after each connect and each
// push about a printer, and so learns of settings too.
func (r registry) List(ctx context.Context, a gcp.Announcement) ([]gcp.Printer, *gcp.Installation, error) {
	list, inst, err := r.client.Announce(ctx, a, "queuedJobsCount")
	r.settings.settle(ctx, list)
	if err == nil {
		r.network.listed(list)
	}
	return list, inst, err
}

// Register implements connector.Registry.
func (r registry) Register(ctx context.Context, p printer.Printer) (gcp.Printer, error) {
	return r.client.Register(ctx, client.RegisterRequest{PrinterFields: fields(p)})
}

// Update implements connector.Registry.
func (r registry) Update(ctx context.Context, id gcp.PrinterID, p printer.Printer) error {
	f := fields(p)
	f.RemoveTags = []string{"__cp__.*"}
	_, err := r.client.Update(ctx, client.UpdateRequest{Printer: id, PrinterFields: f})
	return err
}

// UpdateState implements connector.Registry.
func (r registry) UpdateState(ctx context.Context, id gcp.PrinterID, s gcp.CDS) error {
	_, err := r.client.Update(ctx, client.UpdateRequest{Printer: id, PrinterFields: client.PrinterFields{State: &s}})
	return err
}

// Share implements connector.Registry.
func (r registry) Share(ctx context.Context, id gcp.PrinterID, a connector.Access) error {
	return r.client.Share(ctx, client.ShareRequest{Printer: id, Scope: a.Scope, Role: a.Role, SkipNotification: true})
}

// Delete implements connector.Registry.
func (r registry) Delete(ctx context.Context, id gcp.PrinterID) error {
	return r.client.Delete(ctx, id)
}

func fields(p printer.Printer) client.PrinterFields {
	f := client.PrinterFields{
		Name: connector.WireName(p), DefaultDisplayName: p.Info, UUID: p.UUID, Manufacturer: p.Manufacturer, Model: p.Model,
		GCPVersion: gcpVersion, Firmware: p.Firmware, SetupURL: p.MoreInfo, Capabilities: &p.CDD, CapsHash: p.CapsHash,
		State: &p.State, NotificationChannel: gcp.ChannelXMPP,
	}
	if f.DefaultDisplayName == "" {
		f.DefaultDisplayName = string(p.Name)
	}
	f.Tags = connector.IdentityTags(p)
	if p.Location != "" {
		f.Tags = append(f.Tags, "__cp__printer-location="+p.Location)
	}
	f.Tags = append(f.Tags, p.Tags...)
	return f
}
