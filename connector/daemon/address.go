package daemon

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"platen/connector/control"
	"platen/cups"
	"platen/printer"
)

// AddDirect asks the printer at an address what it is and keeps it, without
// sharing it; the command line uses it while no daemon runs. A printer that is
// there already keeps its name and gets the address.
func (d *Daemon) AddDirect(ctx context.Context, a control.Address) (Added, error) {
	if err := checkAddress(a.URI); err != nil {
		return Added{}, err
	}
	direct := cups.Direct{Name: a.Name, URI: a.URI}
	p, err := d.system.Probe(ctx, direct)
	if err != nil {
		return Added{}, fmt.Errorf("ask the printer at %s: %w", a.URI, err)
	}
	there := d.addedAs(a.URI, p)
	switch {
	case there != "" && a.Name != "" && a.Name != there:
		return Added{}, fmt.Errorf("this printer was added already, as %s: 'platen printer remove %s' first to give it another name", there, there)
	case there != "":
		direct.Name = there
	case a.Name == "":
		direct.Name = d.freeName(ctx, p)
	case slices.Contains(d.queues(ctx), a.Name):
		return Added{}, fmt.Errorf("there is a queue %s already: give the printer another name", a.Name)
	}
	was := d.addressOf(direct.Name)
	if err := d.known.AddDirect(direct); err != nil {
		return Added{}, err
	}
	p.Name = direct.Name
	return Added{Printer: p, Was: was}, d.system.SetDirect(d.known.Direct())
}

// Added is a printer that was added by its address.
type Added struct {
	printer.Printer
	Was string // the address that it was known by; "" for a new one
}

// addressOf returns the address of a printer that was added by it; "" for none.
func (d *Daemon) addressOf(name printer.Name) string {
	direct := d.known.Direct()
	if i := slices.IndexFunc(direct, named(name)); i >= 0 {
		return direct[i].URI
	}
	return ""
}

// checkAddress refuses what is no printer's address, and passwords in it.
func checkAddress(uri string) error {
	u, err := url.Parse(uri)
	if err == nil && u.User != nil {
		return fmt.Errorf("the address must not hold a password: put it into credentials.json under \"printers\"")
	}
	if err != nil || u.Host == "" || !slices.Contains([]string{"ipp", "ipps", "socket"}, u.Scheme) {
		if strings.Contains(uri, "@") {
			uri = "what was given" // there may be a password before it
		}
		return fmt.Errorf("%s is no printer address: write one like ipp://printer.local/ipp/print or socket://printer.local:9100", uri)
	}
	return nil
}

// addedAs returns the name under which a printer was added by address before, by
// its address or its UUID; "" if it was not. Two printers that say the same UUID
// are told apart by their serial numbers.
func (d *Daemon) addedAs(uri string, p printer.Printer) printer.Name {
	direct := d.known.Direct()
	for _, o := range direct {
		if o.URI == uri {
			return o.Name
		}
	}
	for _, id := range d.known.Identities() {
		if p.UUID != "" && id.UUID == p.UUID && !id.Contradicts(p) && slices.ContainsFunc(direct, named(id.Name)) {
			return id.Name
		}
	}
	return ""
}

// freeName makes a name for a printer that was added without one.
func (d *Daemon) freeName(ctx context.Context, p printer.Printer) printer.Name {
	base := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.ToLower(p.Info))
	base = strings.Trim(base, "-")
	if base == "" {
		base = "printer"
	}
	taken := map[printer.Name]bool{}
	for _, o := range d.known.Direct() {
		taken[o.Name] = true
	}
	for _, q := range d.queues(ctx) {
		taken[q] = true
	}
	name := printer.Name(base)
	for n := 2; taken[name]; n++ {
		name = printer.Name(fmt.Sprintf("%s-%d", base, n))
	}
	return name
}

// queues returns the names of the CUPS queues, as far as they can be had.
func (d *Daemon) queues(ctx context.Context) []printer.Name {
	var names []printer.Name
	if d.connector != nil {
		snap, _ := d.connector.Snapshot(ctx) // what it holds with an error is of use all the same
		for _, p := range snap.Printers {
			if p.Source != printer.SourceDirect && !slices.ContainsFunc(d.known.Direct(), named(p.Name)) {
				names = append(names, p.Name)
			}
		}
		return names
	}
	list, _ := d.system.Printers(ctx) // likewise
	for _, p := range list {
		if p.Source == printer.SourceCUPS {
			names = append(names, p.Name)
		}
	}
	return names
}
