package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"platen/connector/control"
	"platen/gcp"
	"platen/printer"
)

// adoptPrinter says that a local printer is one that the cloud knows.
func adoptPrinter(c *cobra.Command, d *control.Client, name printer.Name, id gcp.PrinterID) error {
	if err := d.AdoptPrinter(c.Context(), name, id); err != nil {
		return explain(err)
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%s is %s\n", name, id)
	return err
}

// printWaiting writes which printers wait for a person's word, with the commands
// that give it, and why others are not shared.
func printWaiting(w io.Writer, list []control.Printer) error {
	for _, p := range list {
		if len(p.MayBe) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(w, "\n%s is not shared: it may be a printer that the cloud knows. Which one?\n", p.Name); err != nil {
			return err
		}
		for _, m := range p.MayBe {
			if _, err := fmt.Fprintf(w, "  %s:  platen printer add --adopt %s %s\n", m.Name, m.ID, p.Name); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w, "  a new one:  platen printer share %s\n", p.Name); err != nil {
			return err
		}
	}
	return nil
}
