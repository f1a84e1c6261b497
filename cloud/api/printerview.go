package api

import (
	"cmp"
	"encoding/json"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// printerFields says which optional members a printer object has.
type printerFields struct {
	capabilities bool
	access       bool
	tags         bool
	connection   bool
	state        bool // semanticState
	uiState      bool
	queued       bool
}

// listFields is what a printer in a list has: connectionStatus if nothing is
// asked for, else what extra_fields names.
func (c *call) listFields() printerFields {
	return printerFields{
		tags:       !c.args.extra("-tags"),
		connection: len(c.args["extra_fields"]) == 0 || c.args.extra("connectionStatus"),
		state:      c.args.extra("semanticState"), uiState: c.args.extra("uiState"),
		queued: c.args.extra("queuedJobsCount"),
	}
}

// wholeFields is what a single printer has.
func (c *call) wholeFields() printerFields {
	return printerFields{
		capabilities: true, access: true, tags: !c.args.extra("-tags"),
		connection: true, state: true, uiState: true, queued: true,
	}
}

// printerOf writes a printer for the caller.
func (c *call) printerOf(p *cloud.PrinterView, f printerFields) gcp.Printer {
	out := gcp.Printer{
		ID: p.ID, Name: p.Name,
		DisplayName:        p.ShownName(),
		DefaultDisplayName: cmp.Or(p.DefaultDisplayName, p.Name),
		Description:        p.Description, Type: gcp.PrinterTypeGoogle, Proxy: p.Proxy, Status: p.Status,
		CreateTime: gcp.MillisOf(p.CreateTime), AccessTime: gcp.MillisOf(p.AccessTime), UpdateTime: gcp.MillisOf(p.UpdateTime),
		IsTOSAccepted: p.TOSAccepted, OwnerID: p.OwnerUser.Email, OwnerName: cmp.Or(p.OwnerUser.Name, p.OwnerUser.Email),
		Public: p.Public, QuotaEnabled: p.QuotaEnabled, DailyQuota: p.DailyQuota, CurrentQuota: p.UsedToday, PersonQuota: p.PersonQuota, ExpireAfter: int(p.ExpireAfter / time.Second),
		CapsHash: p.CapsHash, CapsFormat: p.CapsFormat, UUID: p.UUID,
		Manufacturer: p.Manufacturer, Model: p.Model, GCPVersion: p.GCPVersion, Firmware: p.Firmware,
		SetupURL: p.SetupURL, SupportURL: p.SupportURL, UpdateURL: p.UpdateURL,
		SupportedContentTypes: p.ContentTypes,
		NotificationChannel:   cmp.Or(p.NotificationChannel, gcp.ChannelXMPP),
		ResolvedIssues:        []string{}, LocalSettings: settingsOf(p.LocalSettings),
	}
	if f.tags {
		out.Tags = c.safeTags(p.Tags)
	}
	if f.capabilities {
		out.Capabilities = capabilitiesOf(p, c.args.flag("use_cdd", "usecdd"))
	}
	if f.access {
		out.Access = c.accessOf(p)
	}
	if f.connection {
		out.ConnectionStatus = p.Connection
	}
	if f.queued {
		out.QueuedJobsCount = &p.Queued
	}
	c.addState(&out, p, f)
	return out
}

func (c *call) addState(out *gcp.Printer, p *cloud.PrinterView, f printerFields) {
	if f.state {
		out.SemanticState = semanticState(p)
	}
	if f.uiState {
		ui := printerUIState(p)
		out.UIState = &ui
	}
}

func (c *call) printersOf(views []cloud.PrinterView, f printerFields) []gcp.Printer {
	out := make([]gcp.Printer, 0, len(views))
	for i := range views {
		out = append(out, c.printerOf(&views[i], f))
	}
	return out
}

// The local settings of a device that never told any.
const defaultXMPPTimeout = 300 // seconds

// settingsOf fills in what a device never told: old ones need all members.
func settingsOf(l gcp.LocalSettings) *gcp.LocalSettings {
	var s gcp.Settings
	if l.Current != nil {
		s = *l.Current
	}
	yes, timeout := true, defaultXMPPTimeout
	for _, b := range []**bool{
		&s.LocalDiscovery, &s.AccessTokenEnabled, &s.LocalPrintingEnabled, &s.ConversionPrintingEnabled,
	} {
		if *b == nil {
			*b = &yes
		}
	}
	if s.XMPPTimeoutValue == nil {
		s.XMPPTimeoutValue = &timeout
	}
	return &gcp.LocalSettings{Current: &s, Pending: l.Pending}
}

// accessOf lists who may use a printer. There is always at least one entry:
// clients take the list for granted.
func (c *call) accessOf(p *cloud.PrinterView) []gcp.Access {
	owner := gcp.Access{
		Role: gcp.RoleOwner, Scope: p.OwnerUser.Email, Email: p.OwnerUser.Email,
		Name: cmp.Or(p.OwnerUser.Name, p.OwnerUser.Email), Type: gcp.ScopeUser, Membership: gcp.MembershipManager,
	}
	list := []gcp.Access{owner}
	for _, s := range p.Shares {
		a := gcp.Access{
			Role: s.Role, Scope: s.Scope, Type: s.Type, Membership: gcp.MembershipMember, IsPending: s.Pending,
		}
		if a.Type == gcp.ScopePublic {
			a.Type = gcp.ScopeUser // who came by the page of a public printer
		}
		if a.Type != gcp.ScopeDomain {
			a.Email, a.Name = s.Scope, s.Scope
		}
		list = append(list, a)
	}
	if p.PublicKey != "" && c.caller.User != nil { // the page is people's affair
		list = append(list, gcp.Access{Role: gcp.RoleUser, Type: gcp.ScopePublic, Membership: gcp.MembershipNone, Key: p.PublicKey})
	}
	if u := c.caller.User; u != nil && p.Role == gcp.RoleUser {
		list = append(list, gcp.Access{
			Role: gcp.RoleUser, Scope: u.Email, Email: u.Email, Name: cmp.Or(u.Name, u.Email),
			Type: gcp.ScopeUser, Membership: gcp.MembershipManager,
		})
	}
	return list
}

// semanticState adds what only the service knows to a device's state. Devices
// may send an empty version.
func semanticState(p *cloud.PrinterView) json.RawMessage {
	var state struct {
		Version    string                   `json:"version"`
		Connection gcp.CloudConnectionState `json:"cloud_connection_state"`
		Printer    json.RawMessage          `json:"printer,omitempty"`
	}
	if len(p.SemanticState) > 0 {
		if err := json.Unmarshal(p.SemanticState, &state); err != nil {
			return nil // checked when it was stored
		}
	}
	state.Version = cmp.Or(state.Version, "1.0")
	state.Connection = cloudState(p.Connection)
	b, err := json.Marshal(state)
	if err != nil {
		return nil
	}
	return b
}

func cloudState(c gcp.ConnectionStatus) gcp.CloudConnectionState {
	switch c {
	case gcp.ConnectionOnline:
		return gcp.CloudOnline
	case gcp.ConnectionUnknown:
		return gcp.CloudUnknown
	}
	return gcp.CloudOffline
}
