package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"platen/connector/control"
	"platen/connector/daemon"
	"platen/internal/cli"
	"platen/printer"
)

// explainFlags are what a person asks of explain.
type explainFlags struct {
	capture
	ticket   string
	document string
	save     string
	json     bool
}

func newPrinterExplain(o *options) *cobra.Command {
	var f explainFlags
	c := &cobra.Command{
		Use:   "explain NAME | explain ADDRESS | explain --from FILE.ipp",
		Short: "Show what the cloud sees of a printer, and what a job would send it",
		Long: "explain asks a printer what it is: a queue or printer that 'platen printer list' shows, or the one at an\n" +
			"ipp://, ipps:// or socket:// address. With --from it reads a captured answer of Get-Printer-Attributes or\n" +
			"CUPS-Get-Printers instead, and touches no printer.\n\n" +
			"It shows the capabilities (CDD) and the state (CDS) that the cloud is told, and for a ticket (CJT) the IPP\n" +
			"job attributes that would be sent, and what would be done to the document before.\n" +
			"A ticket that the printer cannot carry out is an error, as it would be for a job.\n\n" +
			"With --save the answer is kept as it came, also one that cannot be understood: it is what a report about a\n" +
			"printer needs. A queue's PPD is not in it.",
		Example: "  platen printer explain front-desk\n" +
			"  platen printer explain ipp://192.0.2.7/ipp/print --save answer.ipp\n" +
			"  platen printer explain --from answer.ipp --ticket ticket.json --json",
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := o.explanation(c, args, f)
			if err != nil {
				return err
			}
			if f.json {
				err = cli.JSON(c.OutOrStdout(), e)
			} else {
				err = printExplanation(c.OutOrStdout(), e)
			}
			if err == nil && e.Error != "" {
				err = cli.Hint(errors.New(e.Error), "what is shown above lists the documents and options that this printer takes")
			}
			return err
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.from, "from", "", "`file` with the answer's bytes (application/ipp)")
	flags.StringVar(&f.name, "name", "", "which printer of the file, if it has several; else the `name` that it gets")
	flags.StringVar(&f.source, "source", "", "`cups` or direct: who gave the answer in the file (default: what it looks like)")
	flags.StringVar(&f.ppd, "ppd", "", "PPD `file` of the queue whose answer is in the file")
	flags.BoolVar(&f.raw, "raw", false, "with --from: its owner allows documents in the printer's own language")
	flags.BoolVar(&f.bare, "no-render", false, "with --from: as if there was no renderer")
	flags.StringVar(&f.save, "save", "", "keep the printer's answer in this `file`, which must not be there, for --from")
	flags.StringVar(&f.ticket, "ticket", "", "`file` with a CJT")
	flags.StringVar(&f.document, "document", "", "MIME `type` of the job's document (default application/pdf, or application/octet-stream where a printer takes its own language alone)")
	flags.BoolVar(&f.json, "json", false, "print JSON")
	return c
}

// explanation explains a captured printer, or one that is asked.
func (o *options) explanation(c *cobra.Command, args []string, f explainFlags) (control.Explanation, error) {
	w := control.Wish{Format: f.document}
	if f.ticket != "" {
		ticket, err := os.ReadFile(f.ticket)
		if err != nil {
			return control.Explanation{}, fmt.Errorf("read the ticket: %w", err)
		}
		if !json.Valid(ticket) {
			return control.Explanation{}, cli.Hint(fmt.Errorf("the ticket in %s is no JSON", f.ticket),
				`write one like {"version":"1.0","print":{"copies":{"copies":2}}}`)
		}
		w.Ticket = ticket
	}
	switch {
	case f.from != "" && len(args) > 0:
		return control.Explanation{}, cli.Usage(errors.New("give a printer or --from, not both: with a file, --name says which printer of it is meant"))
	case f.from != "" && f.save != "":
		return control.Explanation{}, cli.Usage(errors.New("--save keeps what a printer answers: with --from it is in a file already"))
	case f.from != "":
		p, err := f.read(c.ErrOrStderr())
		if err != nil {
			return control.Explanation{}, err
		}
		return control.Explain(p, printer.Defaults{}, w), nil
	case len(args) == 0:
		return control.Explanation{}, &cli.Error{
			Err: errors.New("which printer?"), Hint: "'platen printer list' shows them; --from FILE.ipp reads a captured answer", Code: cli.ExitUsage,
		}
	case f.name+f.source+f.ppd != "" || f.raw || f.bare:
		return control.Explanation{}, cli.Usage(errors.New("--name, --source, --ppd, --raw and --no-render go with --from"))
	}
	w.Printer = args[0]
	if f.save != "" {
		if err := o.keepAnswer(c, w.Printer, f.save); err != nil {
			return control.Explanation{}, err
		}
	}
	var e control.Explanation
	err := o.askPrinter(c, w.Printer, func(ctx context.Context, a asker) (err error) {
		e, err = a.Explain(ctx, w)
		return err
	})
	return e, err
}

// asker tells of printers: the daemon that runs, or one that was opened to ask them.
type asker interface {
	Explain(ctx context.Context, w control.Wish) (control.Explanation, error)
	Answer(ctx context.Context, printer string) ([]byte, error)
}

// askPrinter has the daemon ask a printer, or asks it itself while none runs.
func (o *options) askPrinter(c *cobra.Command, name string, ask func(context.Context, asker) error) error {
	d, err := o.dial()
	if err != nil {
		return err
	}
	err = ask(c.Context(), d)
	if errors.Is(err, control.ErrNotRunning) {
		err = o.withoutDaemon(c, func(ctx context.Context, d *daemon.Daemon) error { return ask(ctx, d) })
	}
	var missing interface{ NotFound() bool }
	switch {
	case errors.As(err, &missing) && missing.NotFound():
		return cli.Hint(err, "'platen printer list' tells more of them; a printer that is not among them is named by its address, such as ipp://HOST/ipp/print")
	case errors.Is(err, control.ErrDenied):
		return explain(err)
	case err != nil && strings.Contains(name, "://"):
		return cli.Hint(err, "%s", addHint(name))
	}
	return err
}

// keepAnswer saves what a printer says of itself, before anything is made of it.
func (o *options) keepAnswer(c *cobra.Command, name, path string) error {
	if _, err := os.Lstat(path); err == nil {
		return cli.Hint(fmt.Errorf("%s is there already", path), "give another name: nothing is replaced")
	}
	var said []byte
	err := o.askPrinter(c, name, func(ctx context.Context, a asker) (err error) {
		said, err = a.Answer(ctx, name)
		return err
	})
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("save the printer's answer: %w", err)
	}
	_, err = f.Write(said)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("save the printer's answer: %w", err)
	}
	_, err = fmt.Fprintf(c.ErrOrStderr(), "platen: note: saved the printer's answer in %s; --from reads it. It has the printer's name, address and serial number.\n", path)
	return err
}
