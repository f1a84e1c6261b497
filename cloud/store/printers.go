package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"platen/cloud"
	"platen/gcp"
)

const (
	shortColumns = `id, owner, robot, proxy, name, uuid, public, display_name, default_display_name,
	create_time, access_time, update_time, hidden, paused, details`
	printerColumns = shortColumns + `, capabilities, defaults`
	briefColumns   = shortColumns + `, '', ''` // printerColumns without what is long
)

// details are the members of a printer that nothing is searched by.
type details struct {
	Description         string                  `json:"description,omitempty"`
	Manufacturer        string                  `json:"manufacturer,omitempty"`
	Model               string                  `json:"model,omitempty"`
	GCPVersion          string                  `json:"gcp_version,omitempty"`
	Firmware            string                  `json:"firmware,omitempty"`
	SetupURL            string                  `json:"setup_url,omitempty"`
	SupportURL          string                  `json:"support_url,omitempty"`
	UpdateURL           string                  `json:"update_url,omitempty"`
	Status              string                  `json:"status,omitempty"`
	CapsFormat          string                  `json:"caps_format,omitempty"`
	CapsHash            string                  `json:"caps_hash,omitempty"`
	ContentTypes        string                  `json:"content_types,omitempty"`
	Tags                []string                `json:"tags,omitempty"`
	Data                []string                `json:"data,omitempty"`
	SemanticState       json.RawMessage         `json:"semantic_state,omitempty"`
	LocalSettings       gcp.LocalSettings       `json:"local_settings"`
	NotificationChannel gcp.NotificationChannel `json:"notification_channel,omitempty"`
	TOSAccepted         bool                    `json:"tos_accepted,omitempty"`
	PublicKey           string                  `json:"public_key,omitempty"`
	Approval            bool                    `json:"approval,omitempty"`
	QuotaEnabled        bool                    `json:"quota_enabled,omitempty"`
	DailyQuota          int                     `json:"daily_quota,omitempty"`
	PersonQuota         int                     `json:"person_quota,omitempty"`
	ExpireAfter         time.Duration           `json:"expire_after,omitempty"` // nanoseconds
	Location            string                  `json:"location,omitempty"`
	Labels              []string                `json:"labels,omitempty"`
	HoldJobs            bool                    `json:"hold_jobs,omitempty"`
	Choices             json.RawMessage         `json:"choices,omitempty"`
}

func detailsOf(p cloud.Printer) details {
	return details{
		p.Description, p.Manufacturer, p.Model, p.GCPVersion, p.Firmware, p.SetupURL, p.SupportURL,
		p.UpdateURL, p.Status, p.CapsFormat, p.CapsHash, p.ContentTypes, p.Tags, p.Data,
		p.SemanticState, p.LocalSettings, p.NotificationChannel, p.TOSAccepted, p.PublicKey, p.Approval,
		p.QuotaEnabled, p.DailyQuota, p.PersonQuota, p.ExpireAfter, p.Location, p.Labels, p.HoldJobs, p.Choices,
	}
}

func (m details) into(p *cloud.Printer) {
	p.Description, p.Manufacturer, p.Model, p.GCPVersion = m.Description, m.Manufacturer, m.Model, m.GCPVersion
	p.Firmware, p.SetupURL, p.SupportURL, p.UpdateURL = m.Firmware, m.SetupURL, m.SupportURL, m.UpdateURL
	p.Status, p.CapsFormat, p.CapsHash, p.ContentTypes = m.Status, m.CapsFormat, m.CapsHash, m.ContentTypes
	p.Tags, p.Data, p.SemanticState, p.LocalSettings = m.Tags, m.Data, m.SemanticState, m.LocalSettings
	p.NotificationChannel, p.TOSAccepted, p.PublicKey, p.Approval = m.NotificationChannel, m.TOSAccepted, m.PublicKey, m.Approval
	p.QuotaEnabled, p.DailyQuota, p.PersonQuota, p.ExpireAfter = m.QuotaEnabled, m.DailyQuota, m.PersonQuota, m.ExpireAfter
	p.Location, p.Labels, p.HoldJobs, p.Choices = m.Location, m.Labels, m.HoldJobs, m.Choices
}

func scanPrinter(s scanner) (cloud.Printer, error) {
	var p cloud.Printer
	var public, paused int
	var created, accessed, updated, hidden int64
	var text, caps string
	err := s.Scan(&p.ID, &p.Owner, &p.Robot, &p.Proxy, &p.Name, &p.UUID, &public, &p.DisplayName,
		&p.DefaultDisplayName, &created, &accessed, &updated, &hidden, &paused, &text, &caps, &p.Defaults)
	if err != nil {
		return p, found(err)
	}
	p.Public, p.Paused = public != 0, paused != 0
	p.CreateTime, p.AccessTime, p.UpdateTime = timeOf(created), timeOf(accessed), timeOf(updated)
	p.Hidden = timeOf(hidden)
	if caps != "" {
		p.Capabilities = json.RawMessage(caps)
	}
	var m details
	if err := fromJSON(text, &m); err != nil {
		return p, err
	}
	m.into(&p)
	return p, nil
}

// Printer returns a printer.
func (d *DB) Printer(ctx context.Context, id gcp.PrinterID) (cloud.Printer, error) {
	return scanPrinter(d.queryRow(ctx, selectPrinter, string(id)))
}

const selectPrinter = `SELECT ` + printerColumns + ` FROM printers WHERE id = ?`

// shownName is what cloud calls the display name.
const shownName = `COALESCE(NULLIF(display_name, ''), NULLIF(default_display_name, ''), name)`

// PrinterRights returns what decides who may do what with a printer.
func (d *DB) PrinterRights(ctx context.Context, id gcp.PrinterID) (cloud.PrinterRights, error) {
	of := cloud.PrinterRights{Printer: id}
	err := d.queryRow(ctx, `SELECT printers.owner, robot, COALESCE(run, ''), `+shownName+`, hidden > 0, paused > 0
		FROM printers LEFT JOIN robots ON robots.id = robot WHERE printers.id = ?`, string(id)).
		Scan(&of.Owner, &of.Robot, &of.Run, &of.Name, &of.Hidden, &of.Paused)
	return of, found(err)
}

// ListPrinters returns the printers that match, in the order of their names.
func (d *DB) ListPrinters(ctx context.Context, f cloud.PrinterFilter) ([]cloud.Printer, error) {
	var w where
	w.equal("owner", string(f.Owner))
	w.equal("robot", string(f.Robot))
	w.equal("proxy", string(f.Proxy))
	switch f.Also {
	case cloud.HiddenToo:
	case cloud.HiddenOnly:
		w.add("hidden > 0")
	default:
		w.add("hidden = 0")
	}
	if f.IDs != nil {
		part, args := among("id", f.IDs)
		w.add(part, args...)
	}
	columns := printerColumns
	if f.Parts == cloud.PartsBrief {
		columns = briefColumns
	}
	rows, err := d.r.QueryContext(ctx, `SELECT `+columns+` FROM printers`+w.String()+` ORDER BY name, id`, w.args...)
	return collect(rows, err, scanPrinter)
}

// PrinterCounts returns how busy printers are.
func (d *DB) PrinterCounts(ctx context.Context, ids []gcp.PrinterID, since time.Time) (map[gcp.PrinterID]cloud.PrinterCounts, error) {
	counts := map[gcp.PrinterID]cloud.PrinterCounts{}
	add := func(count string, set func(*cloud.PrinterCounts, int), args ...any) error {
		for some := range slices.Chunk(ids, maxAmong) {
			part, named := among("printer", some)
			rows, err := d.queryAmong(ctx, len(some), `SELECT printer, COUNT(*) FROM jobs WHERE `+part+` AND `+count+` GROUP BY printer`, append(named, args...)...)
			_, err = collect(rows, err, func(s scanner) (id gcp.PrinterID, err error) {
				var n int
				err = s.Scan(&id, &n)
				c := counts[id]
				set(&c, n)
				counts[id] = c
				return id, err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	err := add(`state_type = 'QUEUED'`, func(c *cloud.PrinterCounts, n int) { c.Queued = n })
	if err == nil && !since.IsZero() {
		err = add(`create_time >= ?`, func(c *cloud.PrinterCounts, n int) { c.Since = n }, micros(since))
	}
	return counts, err
}

// SavePrinter finds a printer by key and saves what fn makes of it.
func (d *DB) SavePrinter(ctx context.Context, key cloud.PrinterKey, fn func(*cloud.Printer) (cloud.Printer, []cloud.Event, error)) (cloud.Printer, error) {
	var p cloud.Printer
	err := d.tx(ctx, func(tx *Tx) error {
		old, err := tx.findPrinter(key)
		if err != nil {
			return err
		}
		var events []cloud.Event
		if p, events, err = fn(old); err != nil {
			return kept(err)
		}
		save := tx.addPrinter
		if old != nil {
			save = tx.savePrinter
		}
		if err := save(p); err != nil {
			return err
		}
		return tx.addEvents(events)
	})
	return p, err
}

// findPrinter finds a printer that registers again: by its name, which is unique
// in a proxy, else by its uuid, which stays when the name changes; one that is
// hidden only if there is no other.
func (t *Tx) findPrinter(key cloud.PrinterKey) (*cloud.Printer, error) {
	for _, by := range []struct{ condition, value string }{
		{"name = ? AND hidden = 0", key.Name},
		{"uuid = ? AND hidden = 0", key.UUID},
		{"name = ? AND hidden > 0", key.Name},
		{"uuid = ? AND hidden > 0", key.UUID},
	} {
		if by.value == "" {
			continue
		}
		p, err := scanPrinter(t.queryRow(`SELECT `+printerColumns+` FROM printers WHERE owner = ? AND proxy = ? AND `+by.condition+`
			ORDER BY create_time LIMIT 1`, string(key.Owner), string(key.Proxy), by.value))
		if err == nil {
			return &p, nil
		}
		if !errors.Is(err, cloud.ErrNotFound) {
			return nil, err
		}
	}
	return nil, nil
}

func (t *Tx) addPrinter(p cloud.Printer) error {
	text, err := asJSON(detailsOf(p))
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO printers (`+printerColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(p.ID), string(p.Owner), string(p.Robot), string(p.Proxy), p.Name, p.UUID, flag(p.Public),
		p.DisplayName, p.DefaultDisplayName, micros(p.CreateTime), micros(p.AccessTime),
		micros(p.UpdateTime), micros(p.Hidden), flag(p.Paused), text, string(p.Capabilities), p.Defaults)
	if err != nil {
		return fmt.Errorf("add printer: %w", err)
	}
	return nil
}

func (t *Tx) savePrinter(p cloud.Printer) error {
	text, err := asJSON(detailsOf(p))
	if err != nil {
		return err
	}
	// The access time is not written here: NotePrinters alone does.
	_, err = t.exec(`UPDATE printers SET owner = ?, robot = ?, proxy = ?, name = ?, uuid = ?, public = ?,
		display_name = ?, default_display_name = ?, update_time = ?, hidden = ?, paused = ?, details = ?, capabilities = ?, defaults = ?
		WHERE id = ?`,
		string(p.Owner), string(p.Robot), string(p.Proxy), p.Name, p.UUID, flag(p.Public),
		p.DisplayName, p.DefaultDisplayName, micros(p.UpdateTime), micros(p.Hidden), flag(p.Paused), text, string(p.Capabilities), p.Defaults,
		string(p.ID))
	if err != nil {
		return fmt.Errorf("save printer: %w", err)
	}
	return nil
}

// UpdatePrinter saves what fn makes of a printer.
func (d *DB) UpdatePrinter(ctx context.Context, id gcp.PrinterID, fn func(*cloud.Printer) ([]cloud.Event, error)) (cloud.Printer, error) {
	var p cloud.Printer
	err := d.tx(ctx, func(tx *Tx) (err error) {
		p, err = tx.updatePrinter(id, fn)
		return err
	})
	return p, err
}

func (t *Tx) updatePrinter(id gcp.PrinterID, fn func(*cloud.Printer) ([]cloud.Event, error)) (cloud.Printer, error) {
	p, err := scanPrinter(t.queryRow(selectPrinter, string(id)))
	if err != nil {
		return p, err
	}
	events, err := fn(&p)
	if err != nil {
		return p, kept(err)
	}
	if err := t.savePrinter(p); err != nil {
		return p, err
	}
	return p, t.addEvents(events)
}

// RemovePrinter deletes a printer, after fn has seen to its open jobs.
func (d *DB) RemovePrinter(ctx context.Context, id gcp.PrinterID, fn func(cloud.Printer, []*cloud.Job) []cloud.Event) error {
	return d.tx(ctx, func(tx *Tx) error {
		p, err := scanPrinter(tx.queryRow(selectPrinter, string(id)))
		if err != nil {
			return err
		}
		rows, err := tx.query(`SELECT `+jobColumns+` FROM jobs WHERE printer = ? AND end_time = 0 ORDER BY ord`, string(id))
		open, err := collect(rows, err, func(s scanner) (*cloud.Job, error) {
			j, err := scanJob(s)
			return &j, err
		})
		if err != nil {
			return err
		}
		before := make([]cloud.Job, len(open))
		for i, j := range open {
			before[i] = *j
		}
		events := fn(p, open)
		for i, j := range open {
			if err := tx.endJob(before[i], *j); err != nil {
				return err
			}
		}
		if _, err := tx.exec(`DELETE FROM printers WHERE id = ?`, string(id)); err != nil {
			return fmt.Errorf("delete printer: %w", err)
		}
		return tx.addEvents(events)
	})
}
