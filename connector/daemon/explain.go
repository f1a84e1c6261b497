package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"platen/connector/control"
	"platen/cups"
	"platen/internal/nearest"
	"platen/printer"
)

// Explain implements control.Watcher. The command line uses it while no daemon runs,
// too.
func (d *Daemon) Explain(ctx context.Context, w control.Wish) (control.Explanation, error) {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	p, err := d.look(ctx, printer.Name(w.Printer))
	if err != nil {
		return control.Explanation{}, err
	}
	return control.Explain(p, d.rules.of(p).Defaults, w), nil
}

// Answer implements control.Watcher. The command line uses it while no daemon runs, too.
func (d *Daemon) Answer(ctx context.Context, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	if n := printer.Name(name); !isAddress(n) {
		if _, err := d.look(ctx, n); isMissing(err) {
			return nil, err
		}
		return d.system.Answer(ctx, cups.Direct{Name: n})
	}
	if err := checkAddress(name); err != nil {
		return nil, err
	}
	return d.system.Answer(ctx, cups.Direct{URI: name})
}

// look asks a printer what it is: one of a name, or the one at an address, which
// need not have been added.
func (d *Daemon) look(ctx context.Context, n printer.Name) (printer.Printer, error) {
	if isAddress(n) {
		if err := checkAddress(string(n)); err != nil {
			return printer.Printer{}, err
		}
		return d.system.Probe(ctx, cups.Direct{URI: string(n)})
	}
	list, err := d.system.Printers(ctx)
	names := make([]string, 0, len(list))
	for _, p := range list {
		if p.Name == n {
			return p, nil
		}
		names = append(names, string(p.Name))
	}
	missing := &missingPrinter{name: n, there: nearest.First(string(n), names)}
	if err != nil { // it may be one of those that did not answer
		return printer.Printer{}, fmt.Errorf("%s, as far as printers answered: %w", missing.Error(), err)
	}
	return printer.Printer{}, missing
}

// isAddress reports whether somebody named a printer by its address.
func isAddress(n printer.Name) bool { return strings.Contains(string(n), "://") }

// maxNamed is how many names of printers a sentence has.
const maxNamed = 10

// missingPrinter is a name that no printer has, and those that there are, the
// nearest first.
type missingPrinter struct {
	name  printer.Name
	there []string
}

// Error names the printers that there are.
func (e *missingPrinter) Error() string {
	switch n := len(e.there); {
	case n == 0:
		return fmt.Sprintf("there is no printer %q, nor any other", e.name)
	case n > maxNamed:
		return fmt.Sprintf("there is no printer %q: there are %s and %d more", e.name, strings.Join(e.there[:maxNamed], ", "), n-maxNamed)
	case n == 1:
		return fmt.Sprintf("there is no printer %q: there is %s", e.name, e.there[0])
	}
	return fmt.Sprintf("there is no printer %q: there are %s", e.name, strings.Join(e.there, ", "))
}

func isMissing(err error) bool {
	_, is := errors.AsType[*missingPrinter](err)
	return is
}

// NotFound returns true.
func (e *missingPrinter) NotFound() bool { return true }
