package cloud

import (
	"encoding/json"
	"fmt"

	"platen/cloud/legacy"
	"platen/gcp"
)

// Legacy reads the capabilities of a printer of version 1.0. With an error what it
// returns has no choices.
func (p *Printer) Legacy() (*legacy.Description, error) {
	var text string
	if err := json.Unmarshal(p.Capabilities, &text); err != nil {
		return &legacy.Description{Features: []legacy.Feature{}}, fmt.Errorf("read capabilities of printer %s: %w", p.ID, err)
	}
	return legacy.Read(legacy.Format(p.CapsFormat), text, p.Defaults, p.ContentTypes)
}

// modern turns the choices of an older ticket, which are vendor items with the
// names of a printer of version 1.0, into what the protocol has for them.
func modern(d *legacy.Description, t gcp.CJT) gcp.CJT {
	items := t.Print.VendorTicketItem
	t.Print.VendorTicketItem = nil
	for _, item := range items {
		d.Choose(&t.Print, legacy.Choice{Feature: item.ID, Option: string(item.Value)})
	}
	return t
}
