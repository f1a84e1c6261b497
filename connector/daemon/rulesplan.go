package daemon

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"platen/connector"
	"platen/connector/control"
	"platen/connector/rules"
	"platen/gcp"
	"platen/printer"
)

// CheckRules implements control.Ruler. The command line uses it while no daemon
// runs, too.
func (d *Daemon) CheckRules(ctx context.Context, file control.RulesFile) (control.RulesPlan, error) {
	f, err := rules.Parse(file.Name, []byte(file.Text))
	if err != nil {
		return control.RulesPlan{}, &wrongRules{err}
	}
	return d.planRules(ctx, file.Name, f)
}

// wrongRules are rules that cannot be: whoever gave them must change them.
type wrongRules struct{ error }

// BadRequest returns true.
func (*wrongRules) BadRequest() bool { return true }

// ApplyRules implements control.Ruler. It returns what was to be changed, and why
// what is not.
func (d *Daemon) ApplyRules(ctx context.Context) (control.RulesPlan, error) {
	text, err := readRules(d.rules.path)
	if err != nil {
		return control.RulesPlan{}, err
	}
	plan, err := d.CheckRules(ctx, control.RulesFile{Name: d.rules.path, Text: string(text)})
	if err != nil {
		return plan, err
	}
	if err := d.rules.load(); err != nil {
		return plan, err
	}
	if err := d.connector.Sync(ctx); err != nil {
		return plan, fmt.Errorf("the rules are in force, but the cloud has not heard of all yet: %w", err)
	}
	list, err := d.Printers(ctx)
	for i := range plan.Printers {
		p := &plan.Printers[i]
		at := slices.IndexFunc(list, func(o control.Printer) bool { return o.Name == p.Name })
		if at < 0 {
			continue
		}
		p.ID = list[at].ID
		for _, why := range []string{list[at].Error, list[at].Why} {
			if why != "" && p.Shared {
				p.Notes = append(p.Notes, why)
			}
		}
	}
	return plan, err
}

// planRules compares what the rules want with what the cloud has.
func (d *Daemon) planRules(ctx context.Context, name string, f rules.File) (control.RulesPlan, error) {
	plan := control.RulesPlan{File: name, Rules: len(f.Rules), Printers: []control.PrinterPlan{}}
	list, err := d.system.Printers(ctx)
	if err != nil { // of those that did not answer nothing is said
		plan.Missed = err.Error()
	}
	ids := map[printer.Name]connector.Identity{}
	for _, id := range d.known.Identities() {
		ids[id.Name] = id
	}
	slices.SortFunc(list, func(a, b printer.Printer) int { return cmp.Compare(a.Name, b.Name) })
	for _, p := range list {
		one := d.planPrinter(p, ids[p.Name], f)
		if len(one.Changes) > 0 {
			plan.Changed++
		}
		plan.Printers = append(plan.Printers, one)
	}
	return plan, nil
}

// planPrinter is planRules for one printer, which may have an identity.
func (d *Daemon) planPrinter(p printer.Printer, id connector.Identity, f rules.File) control.PrinterPlan {
	plan := control.PrinterPlan{Name: p.Name, ID: id.ID}
	offered := d.cfg.offers(f, p)
	switch {
	case id.Removed:
		plan.ID = ""
		plan.Notes = append(plan.Notes, "it was removed in the cloud: 'platen printer share "+string(p.Name)+"' shares it again")
		return plan
	case id.ID != "" && !offered:
		plan.Notes = append(plan.Notes, "it stays in the cloud, as a rule takes nothing away: 'platen printer remove "+string(p.Name)+"' does")
	case !offered:
		return plan
	}
	plan.Shared = true
	want, had := f.Of(p), connector.Rule{}
	if id.ID == "" {
		plan.Changes = append(plan.Changes, control.Change{What: "register"})
	} else {
		had = d.rules.of(p)
	}
	plan.Changes = append(plan.Changes, differences(p, had, want)...)
	for _, a := range id.Lacks(want.Access) {
		plan.Changes = append(plan.Changes, control.Change{What: "share", To: a.Scope + " as " + strings.ToLower(string(a.Role))})
		if a.Role == gcp.RoleManager {
			plan.Notes = append(plan.Notes, "Platen's cloud lets the owner alone name managers: it refuses "+a.Scope+", share it as manager there")
		}
	}
	_, lacks := want.Defaults.Describe(p.CDD)
	plan.Notes = append(plan.Notes, lacks...)
	return plan
}

// differences are what the cloud is told anew of a printer.
func differences(p printer.Printer, had, want connector.Rule) []control.Change {
	var list []control.Change
	differ := func(what, from, to string) {
		if from != to {
			list = append(list, control.Change{What: what, From: from, To: to})
		}
	}
	own := cmp.Or(p.Info, string(p.Name))
	differ("name", cmp.Or(had.Name, own), cmp.Or(want.Name, own))
	differ("location", cmp.Or(had.Location, p.Location), cmp.Or(want.Location, p.Location))
	for _, t := range want.Tags {
		if !slices.Contains(had.Tags, t) {
			differ("tag", "", t)
		}
	}
	differ("color", string(had.Defaults.Color), string(want.Defaults.Color))
	differ("sides", string(had.Defaults.Duplex), string(want.Defaults.Duplex))
	differ("media", had.Defaults.Media, want.Defaults.Media)
	options := maps.Clone(had.Defaults.Options)
	if options == nil {
		options = map[string]string{}
	}
	maps.Copy(options, want.Defaults.Options)
	for _, o := range slices.Sorted(maps.Keys(options)) {
		differ(o, had.Defaults.Options[o], want.Defaults.Options[o])
	}
	return list
}
