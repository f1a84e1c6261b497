package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"platen/connector/control"
	"platen/connector/daemon"
	"platen/gcp"
	"platen/internal/cli"
	"platen/printer"
)

func newPrinter(o *options) *cobra.Command {
	c := &cobra.Command{Use: "printer", Short: "The printers beside this connector"}
	c.AddCommand(
		newPrinterList(o), newPrinterAdd(o), newPrinterRemove(o), newPrinterShare(o), newPrinterTest(o),
		newPrinterTrust(o), newPrinterExplain(o), newPrinterDiscover(o), newPrinterRules(o),
	)
	return c
}

func newPrinterList(o *options) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: "List the printers, also while no connector runs", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			list, err := o.printers(c)
			if err != nil {
				return err
			}
			others, err := unserved(c.Context())
			if err != nil {
				fmt.Fprintln(c.ErrOrStderr(), "platen: warning:", err)
			}
			list = append(list, others...)
			if asJSON {
				return cli.JSON(c.OutOrStdout(), list)
			}
			rows := [][]string{{"NAME", "STATE", "JOBS", "CLOUD ID", "DESCRIPTION"}}
			for _, p := range list {
				state := p.State
				if why := p.Reasons; len(why) > 0 || p.Why != "" {
					if p.Why != "" {
						why = []string{p.Why}
					}
					state += " (" + strings.Join(why, ", ") + ")"
				}
				rows = append(rows, []string{string(p.Name), state, strconv.Itoa(p.Jobs), string(p.ID), p.Info})
			}
			if err := cli.Table(c.OutOrStdout(), rows); err != nil {
				return err
			}
			return printWaiting(c.OutOrStdout(), list)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// printers asks the daemon, or the print systems themselves while none runs.
func (o *options) printers(c *cobra.Command) ([]control.Printer, error) {
	d, err := o.dial()
	if err != nil {
		return nil, err
	}
	list, err := d.Printers(c.Context())
	if !errors.Is(err, control.ErrNotRunning) {
		return list, explain(err)
	}
	list = []control.Printer{}
	err = o.withoutDaemon(c, func(ctx context.Context, d *daemon.Daemon) error {
		local, err := d.LocalPrinters(ctx)
		for _, p := range local {
			row := control.Printer{Name: p.Name, UUID: p.UUID, Info: p.Info, URI: p.URI, Source: p.Source, State: "not running"}
			list = append(list, row)
		}
		if err != nil {
			fmt.Fprintln(c.ErrOrStderr(), "platen: warning:", err)
		}
		return nil
	})
	return list, err
}

// withoutDaemon works on the state folder itself; the lock keeps a daemon out.
func (o *options) withoutDaemon(c *cobra.Command, do func(context.Context, *daemon.Daemon) error) error {
	cfg, err := o.settings()
	if err != nil {
		return err
	}
	d, err := daemon.Open(cfg, cli.Version(), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(do(c.Context(), d), d.Close())
}

func newPrinterAdd(o *options) *cobra.Command {
	var name, adopt string
	c := &cobra.Command{
		Use:   "add URI | add --adopt ID NAME",
		Short: "Add a printer by its address, and share it",
		Long: "add asks the printer at an address what it is, and shares it.\n" +
			"A printer that only takes bytes on a port, as label and receipt printers do, is added as socket://HOST:9100:\n" +
			"it takes documents in its own language, byte for byte. Other printers do so where the setting raw names them.\n" +
			"With --adopt it says that a printer which 'platen printer list' shows as waiting is the one that the\n" +
			"cloud has as ID: that one keeps its id, its shares and its history.",
		Example: "  platen printer add ipp://192.0.2.7/ipp/print --name front-desk\n" +
			"  platen printer add socket://192.0.2.8:9100 --name zebra\n" +
			"  platen printer add --adopt 5f0c6a7ee1b94d2e8c6d0a1b2c3d4e5f office",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := o.dial()
			if err != nil {
				return err
			}
			if adopt != "" {
				return adoptPrinter(c, d, printer.Name(args[0]), gcp.PrinterID(adopt))
			}
			address := control.Address{Name: printer.Name(name), URI: args[0]}
			p, err := d.AddPrinter(c.Context(), address)
			if errors.Is(err, control.ErrNotRunning) {
				err = o.withoutDaemon(c, func(ctx context.Context, d *daemon.Daemon) error {
					added, err := d.AddDirect(ctx, address)
					p = control.Printer{Name: added.Name, Was: added.Was}
					return err
				})
			}
			if errors.Is(err, control.ErrDenied) {
				return explain(err)
			}
			if err != nil {
				return cli.Hint(err, "%s", addHint(args[0]))
			}
			if p.Error != "" {
				fmt.Fprintf(c.ErrOrStderr(), "platen: warning: the cloud does not have it yet, and gets it as soon as it can: %s\n", p.Error)
			}
			if p.Why != "" {
				fmt.Fprintf(c.ErrOrStderr(), "platen: warning: %s\n", p.Why)
			}
			_, err = fmt.Fprintln(c.OutOrStdout(), addedWords(p, address.URI))
			return err
		},
	}
	c.Flags().StringVar(&adopt, "adopt", "", "the `id` in the cloud of the printer that NAME is")
	c.Flags().StringVar(&name, "name", "", "local `name` (default: made from what the printer calls itself)")
	return c
}

// addedWords tells what adding a printer changed.
func addedWords(p control.Printer, uri string) string {
	switch p.Was {
	case "":
		return fmt.Sprintf("added %s", p.Name)
	case uri:
		return fmt.Sprintf("%s is known already, by this address: nothing changed", p.Name)
	}
	return fmt.Sprintf("%s is known already: its address is now %s, in place of %s", p.Name, uri, p.Was)
}

func addHint(uri string) string {
	if strings.HasPrefix(uri, "socket:") {
		return "is the printer on, and does no other program hold its port? most listen at port 9100"
	}
	return "is the printer on, and is the path right? most listen at /ipp/print"
}

func newPrinterRemove(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "remove NAME",
		Short:   "Delete a printer from the cloud, with its shares and history",
		Example: "  platen printer remove front-desk",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := o.dial()
			if err != nil {
				return err
			}
			if err := d.RemovePrinter(c.Context(), printer.Name(args[0])); err != nil {
				return explain(err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "removed %s\n", args[0])
			return err
		},
	}
}

func newPrinterShare(o *options) *cobra.Command {
	return &cobra.Command{
		Use:     "share NAME",
		Short:   "Register a printer with the cloud, also one that was removed there",
		Example: "  platen printer share front-desk",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := o.dial()
			if err != nil {
				return err
			}
			p, err := d.SharePrinter(c.Context(), printer.Name(args[0]))
			if err != nil {
				return explain(err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "shared %s as %s\n", p.Name, p.ID)
			return err
		},
	}
}

func newPrinterTest(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "test NAME", Short: "Print a test page, without the cloud", Args: cobra.ExactArgs(1),
		Example: "  platen printer test front-desk",
		RunE: func(c *cobra.Command, args []string) error {
			d, err := o.dial()
			if err != nil {
				return err
			}
			n, err := d.TestPage(c.Context(), printer.Name(args[0]))
			if err != nil {
				return explain(err)
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "sent to %s as its job %d\n", args[0], n)
			return err
		},
	}
}

func newPrinterTrust(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "trust NAME",
		Short: "Accept the key that a printer or CUPS server shows now",
		Long: "trust forgets the key that was pinned for a printer added by address, or for the CUPS server at an\n" +
			"address, and pins the one that it shows now. Compare the fingerprint with the printer's own page.",
		Example: "  platen printer trust front-desk\n  platen printer trust print-server.example.com:631",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := o.dial()
			if err != nil {
				return err
			}
			fingerprint, err := d.Trust(c.Context(), args[0])
			if errors.Is(err, control.ErrNotRunning) {
				err = o.withoutDaemon(c, func(ctx context.Context, d *daemon.Daemon) (err error) {
					fingerprint, err = d.Trust(ctx, args[0])
					return err
				})
			}
			if errors.Is(err, control.ErrDenied) {
				return explain(err)
			}
			if err != nil {
				return cli.Hint(err, "only what is reached with TLS has a key, such as ipps://HOST/ipp/print: 'platen printer list --json' shows the addresses")
			}
			_, err = fmt.Fprintf(c.OutOrStdout(), "%s is now known by %s\n", args[0], fingerprint)
			return err
		},
	}
}
