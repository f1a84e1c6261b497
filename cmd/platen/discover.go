package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"platen/connector/control"
	"platen/internal/cli"
	"platen/printer"
	"platen/printer/discover"
)

// maxDiscover bounds how long somebody may have the network listened to.
const maxDiscover = 5 * time.Minute

// discovered is a printer on the network.
type discovered struct {
	discover.Found
	Known printer.Name `json:"known,omitempty"` // how the connector calls it, if it runs and has it
}

func newPrinterDiscover(o *options) *cobra.Command {
	var asJSON bool
	var timeout time.Duration
	c := &cobra.Command{
		Use: "discover", Short: "Look for IPP printers on the network (DNS-SD)", Args: cobra.NoArgs,
		Long: "discover listens for printers that announce themselves on the local network, over ipps and ipp.\n" +
			"It adds none: 'platen printer add ADDRESS' does. Printers behind a router do not hear the question.",
		Example: "  platen printer discover\n  platen printer discover --timeout 20s --json",
		RunE: func(c *cobra.Command, _ []string) error {
			if timeout <= 0 || timeout > maxDiscover {
				return cli.Usage(fmt.Errorf("--timeout %v: write a time up to %v", timeout, maxDiscover))
			}
			found, err := discover.Browse(c.Context(), timeout)
			if err != nil {
				return cli.Hint(err, "is this machine in a network? 'platen printer add ADDRESS' works without the search")
			}
			if err := c.Context().Err(); err != nil {
				return err
			}
			list := o.known(c, found)
			if asJSON {
				return cli.JSON(c.OutOrStdout(), list)
			}
			return printDiscovered(c, list)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().DurationVar(&timeout, "timeout", discover.DefaultWait, "how long to listen")
	return c
}

// known says which of the printers the running connector has.
func (o *options) known(c *cobra.Command, found []discover.Found) []discovered {
	var have []control.Printer
	if d, err := o.dial(); err == nil {
		have, _ = d.Printers(c.Context()) // without a connector nothing is known
	}
	list := make([]discovered, len(found))
	for i, f := range found {
		list[i].Found = f
		for _, p := range have {
			if f.UUID != "" && strings.EqualFold(p.UUID, f.UUID) || slices.Contains(f.URIs, p.URI) {
				list[i].Known = p.Name
			}
		}
	}
	return list
}

func printDiscovered(c *cobra.Command, list []discovered) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(c.OutOrStdout(), "no printer announced itself on this network")
		return err
	}
	rows := [][]string{{"NAME", "ADDRESS", "MODEL", "LOCATION", "KNOWN AS"}}
	for _, p := range list {
		rows = append(rows, []string{p.Name, p.URIs[0], p.Model, p.Location, string(p.Known)})
	}
	return cli.Table(c.OutOrStdout(), rows)
}
