package daemon

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"platen/cups"
	"platen/printer"
)

// offeredTime bounds how long a pairing waits for the print systems.
const offeredTime = 5 * time.Second

// Offered names the printers that a connector with these settings would share, as far as
// the print systems tell soon. It is for people; nothing depends on it.
func Offered(ctx context.Context, cfg Config) []string {
	by, err := readRulesFile(cfg.RulesPath())
	if err != nil {
		return nil
	}
	found, _ := Local(ctx, cfg) // what answered is better than nothing
	var names []string
	for _, p := range found {
		if cfg.offers(by, p) {
			names = append(names, cmp.Or(by.Of(p).Name, p.Info, string(p.Name)))
		}
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return names
}

// Sharing tells which printers these settings share, and their rules.
func (c Config) Sharing() (func(printer.Printer) bool, error) {
	by, err := readRulesFile(c.RulesPath())
	return func(p printer.Printer) bool { return c.offers(by, p) }, err
}

// Local asks the print systems that the settings name what they have, without a
// connector, and keeps nothing. What it returns with an error is of use all the same.
func Local(ctx context.Context, cfg Config) ([]printer.Printer, error) {
	ctx, cancel := context.WithTimeout(ctx, offeredTime)
	defer cancel()
	pins, err := openPins(cfg.StateDir)
	if err != nil {
		return nil, err
	}
	known, err := openPrinters(cfg.StateDir)
	if err != nil {
		return nil, err
	}
	had, _ := ReadCredentials(cfg.StateDir) // passwords of printers, of an earlier pairing
	system, err := cups.New(cups.Config{
		Servers: cupsServers(cfg.CUPS), Direct: known.Direct(), Raw: cfg.takesRaw,
		Credentials: had.login, Pins: onlyRead{pins}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	defer system.Close()
	return system.Printers(ctx)
}
