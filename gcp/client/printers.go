package client

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"platen/gcp"
)

// PrinterFields are what a connector says of a printer. A member with the zero
// value is not sent: Register leaves it empty, Update leaves the old one.
type PrinterFields struct {
	Name                string
	DefaultDisplayName  string
	DisplayName         string // a person's own name for it; connectors do not set it
	Description         string
	UUID                string
	Manufacturer        string
	Model               string
	GCPVersion          string
	Firmware            string
	SetupURL            string
	SupportURL          string
	UpdateURL           string
	Capabilities        *gcp.CDD
	CapsHash            string
	State               *gcp.CDS
	LocalSettings       *gcp.LocalSettings
	NotificationChannel gcp.NotificationChannel
	RemoveTags          []string // regular expressions against whole tags; applied before Tags
	Tags                []string
	Data                []string // private and write-only
}

// RegisterRequest adds a printer.
type RegisterRequest struct {
	Proxy gcp.ProxyID // "" means the client's own
	PrinterFields
}

// UpdateRequest changes a printer.
type UpdateRequest struct {
	Printer gcp.PrinterID
	PrinterFields
}

// Register adds a printer, and returns it as the service has it. Registering the
// same printer of the same proxy again is no error.
func (c *Client) Register(ctx context.Context, r RegisterRequest) (gcp.Printer, error) {
	form, err := r.form()
	if err != nil {
		return gcp.Printer{}, fmt.Errorf("register: %w", err)
	}
	form.Set("proxy", string(cmp.Or(r.Proxy, c.cfg.Proxy)))
	a, err := c.call(ctx, "register", form)
	if err != nil {
		return gcp.Printer{}, err
	}
	return onePrinter("register", a)
}

// Update changes a printer, and returns it as the service has it.
func (c *Client) Update(ctx context.Context, r UpdateRequest) (gcp.Printer, error) {
	form, err := r.form()
	if err != nil {
		return gcp.Printer{}, fmt.Errorf("update: %w", err)
	}
	form.Set("printerid", string(r.Printer))
	a, err := c.call(ctx, "update", form)
	if err != nil {
		return gcp.Printer{}, err
	}
	return onePrinter("update", a)
}

// List returns the printers of a proxy ("" means the client's own), with the
// extra fields named, such as "queuedJobsCount".
func (c *Client) List(ctx context.Context, proxy gcp.ProxyID, extra ...string) ([]gcp.Printer, error) {
	form := url.Values{"proxy": {string(cmp.Or(proxy, c.cfg.Proxy))}}
	setExtra(form, extra)
	a, err := c.call(ctx, "list", form)
	return a.Printers, err
}

// Announce is List of the client's own proxy, in which an installation says what
// it is and asks for its standing; a service that does not know of it gives none.
func (c *Client) Announce(ctx context.Context, a gcp.Announcement, extra ...string) ([]gcp.Printer, *gcp.Installation, error) {
	form := url.Values{"proxy": {string(c.cfg.Proxy)}}
	was := make([]string, len(a.Was))
	for i, r := range a.Was {
		was[i] = string(r)
	}
	set(form, "instance", a.Instance)
	set(form, "run", string(a.Run))
	set(form, "was", strings.Join(was, ","))
	set(form, "host", a.Host)
	set(form, "version", a.Version)
	setExtra(form, extra)
	answer, err := c.call(ctx, "list", form)
	return answer.Printers, answer.Installation, err
}

// SearchQuery selects printers. Zero members select all.
type SearchQuery struct {
	Text       string // substring of name or tags, or a tag such as "^recent"
	Type       gcp.PrinterType
	Connection gcp.ConnectionStatus
	Extra      []string // names of extra fields
}

// Search returns the printers that the caller may use.
func (c *Client) Search(ctx context.Context, q SearchQuery) ([]gcp.Printer, error) {
	form := url.Values{"use_cdd": {"true"}}
	set(form, "q", q.Text)
	set(form, "type", string(q.Type))
	set(form, "connection_status", string(q.Connection))
	setExtra(form, q.Extra)
	a, err := c.call(ctx, "search", form)
	return a.Printers, err
}

// Printer returns one printer in full, with its capabilities as a CDD.
func (c *Client) Printer(ctx context.Context, id gcp.PrinterID) (gcp.Printer, error) {
	form := url.Values{"printerid": {string(id)}, "use_cdd": {"true"}}
	setExtra(form, []string{"connectionStatus", "semanticState", "uiState", "queuedJobsCount"})
	a, err := c.call(ctx, "printer", form)
	if err != nil {
		return gcp.Printer{}, err
	}
	return onePrinter("printer", a)
}

// Delete removes an own printer, or drops a shared one from the caller's list.
func (c *Client) Delete(ctx context.Context, id gcp.PrinterID) error {
	_, err := c.call(ctx, "delete", url.Values{"printerid": {string(id)}})
	return err
}

// ShareRequest lets somebody use a printer: Scope with Role, or everybody.
type ShareRequest struct {
	Printer          gcp.PrinterID
	Scope            string   // address, group or "/hd/domain/example.com"
	Role             gcp.Role // "" means USER
	Public           bool     // instead of Scope
	SkipNotification bool
}

// Share lets somebody use a printer.
func (c *Client) Share(ctx context.Context, r ShareRequest) error {
	form := r.scope()
	if !r.Public {
		form.Set("role", string(cmp.Or(r.Role, gcp.RoleUser)))
	}
	if r.SkipNotification {
		form.Set("skip_notification", "true")
	}
	_, err := c.call(ctx, "share", form)
	return err
}

// Unshare takes back what Share gave; Role does not matter.
func (c *Client) Unshare(ctx context.Context, r ShareRequest) error {
	_, err := c.call(ctx, "unshare", r.scope())
	return err
}

func (r ShareRequest) scope() url.Values {
	form := url.Values{"printerid": {string(r.Printer)}}
	if r.Public {
		form.Set("public", "true")
	} else {
		form.Set("scope", r.Scope)
	}
	return form
}

// onePrinter finds the printer of an answer: /register and /printer give a list
// of one, /update a single member.
func onePrinter(op string, a gcp.Answer) (gcp.Printer, error) {
	switch {
	case len(a.Printers) > 0:
		return a.Printers[0], nil
	case a.Printer != nil:
		return *a.Printer, nil
	}
	return gcp.Printer{}, &TransportError{Op: op, Err: fmt.Errorf("%w: no printer", errAnswer)}
}

func (f PrinterFields) form() (url.Values, error) {
	form := url.Values{"use_cdd": {"true"}}
	for _, m := range []struct{ name, value string }{
		{"name", f.Name},
		{"default_display_name", f.DefaultDisplayName},
		{"display_name", f.DisplayName},
		{"description", f.Description},
		{"uuid", f.UUID},
		{"manufacturer", f.Manufacturer},
		{"model", f.Model},
		{"gcp_version", f.GCPVersion},
		{"firmware", f.Firmware},
		{"setup_url", f.SetupURL},
		{"support_url", f.SupportURL},
		{"update_url", f.UpdateURL},
		{"capsHash", f.CapsHash},
		{"notification_channel", string(f.NotificationChannel)},
	} {
		set(form, m.name, m.value)
	}
	form["remove_tag"], form["tag"], form["data"] = f.RemoveTags, f.Tags, f.Data
	if err := setJSON(form, "capabilities", f.Capabilities); err != nil {
		return nil, err
	}
	if err := setJSON(form, "semantic_state", f.State); err != nil {
		return nil, err
	}
	return form, setJSON(form, "local_settings", f.LocalSettings)
}

func set(form url.Values, name, value string) {
	if value != "" {
		form.Set(name, value)
	}
}

func setExtra(form url.Values, fields []string) { set(form, "extra_fields", strings.Join(fields, ",")) }

func setJSON[T any](form url.Values, name string, value *T) error {
	if value == nil {
		return nil
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	form.Set(name, string(text))
	return nil
}
