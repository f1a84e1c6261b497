package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"platen/connector/control"
	"platen/connector/daemon"
	"platen/internal/cli"
)

func newPrinterRules(o *options) *cobra.Command {
	c := &cobra.Command{
		Use: "rules", Short: "The rules by which printers are shared, named and opened to people",
		Long: "Rules are in printers.toml beside the settings, or where the setting rules names it. The format, with\n" +
			"examples, is in docs/rules.md. A rule never takes anything away.",
	}
	c.AddCommand(newRulesCheck(o), newRulesApply(o))
	return c
}

func newRulesCheck(o *options) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "check [FILE]", Short: "Say what a file of rules would change", Args: cobra.MaximumNArgs(1),
		Long:    "check reads FILE, or the rules file of the settings, and says what would change of which printer. It changes nothing.",
		Example: "  platen printer rules check\n  platen printer rules check new-rules.toml --json",
		RunE: func(c *cobra.Command, args []string) error {
			cfg, err := o.settings()
			if err != nil {
				return err
			}
			path := cfg.RulesPath()
			if len(args) > 0 {
				path = args[0]
			} else if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				return cli.Hint(cli.Usage(fmt.Errorf("there are no rules yet: %s", path)), "docs/rules.md has the format")
			}
			text, err := readFile(path)
			if err != nil {
				return err
			}
			plan, err := o.checkRules(c, control.RulesFile{Name: path, Text: string(text)})
			if err != nil {
				return rulesHint(err)
			}
			return printPlan(c, plan, asJSON, "would change")
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// checkRules asks the daemon, or works on the state folder while none runs.
func (o *options) checkRules(c *cobra.Command, f control.RulesFile) (control.RulesPlan, error) {
	d, err := o.dial()
	if err != nil {
		return control.RulesPlan{}, err
	}
	plan, err := d.CheckRules(c.Context(), f)
	if !errors.Is(err, control.ErrNotRunning) {
		return plan, err
	}
	err = o.withoutDaemon(c, func(ctx context.Context, d *daemon.Daemon) (err error) {
		plan, err = d.CheckRules(ctx, f)
		return err
	})
	return plan, err
}

func newRulesApply(o *options) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "apply [FILE]", Short: "Put rules into force, and wait until the cloud has them", Args: cobra.MaximumNArgs(1),
		Long: "apply has the running connector read its rules again, and waits until the cloud knows of every printer\n" +
			"what they want. FILE is put in the place of the rules file first, if it has no mistake.",
		Example: "  platen printer rules apply\n  platen printer rules apply new-rules.toml",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				text, err := readFile(args[0])
				if err != nil {
					return err
				}
				if err := o.installRules(args[0], text); err != nil {
					return rulesHint(err)
				}
			}
			plan, err := o.applyRules(c.Context())
			if errors.Is(err, control.ErrNotRunning) {
				return cli.Hint(err, "the rules come into force when it starts: platen run")
			}
			if err != nil {
				return rulesHint(err)
			}
			return printPlan(c, plan, asJSON, "changed")
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// installRules puts a file of rules, called name, into the place that the settings name.
func (o *options) installRules(name string, text []byte) error {
	cfg, err := o.settings()
	if err != nil {
		return err
	}
	return daemon.InstallRules(cfg, name, text)
}

// applyRules has the running daemon take up its rules, and waits until the cloud has
// all that they want.
func (o *options) applyRules(ctx context.Context) (control.RulesPlan, error) {
	d, err := o.dial()
	if err != nil {
		return control.RulesPlan{}, err
	}
	return d.ApplyRules(ctx)
}

// maxInput bounds a file that somebody names, in bytes.
const maxInput = 1 << 20

// readFile reads a file that somebody names; "-" is the standard input.
func readFile(path string) ([]byte, error) {
	f := os.Stdin
	if path != "-" {
		opened, err := os.Open(path)
		if err != nil {
			return nil, cli.Usage(err)
		}
		defer func() { _ = opened.Close() }() // only read
		f = opened
	}
	b, err := io.ReadAll(io.LimitReader(f, maxInput+1))
	if err != nil {
		return nil, cli.Usage(err)
	}
	if len(b) > maxInput {
		return nil, cli.Usage(fmt.Errorf("%s is larger than 1 MiB", path))
	}
	return b, nil
}

func rulesHint(err error) error {
	e, ok := errors.AsType[*control.Error](err)
	var wrong interface{ BadRequest() bool } // without a daemon
	if ok && e.Status == http.StatusBadRequest || errors.As(err, &wrong) && wrong.BadRequest() {
		return cli.Hint(cli.Usage(err), "docs/rules.md has the format; the rules in force stay as they are")
	}
	return explain(err)
}

func printPlan(c *cobra.Command, plan control.RulesPlan, asJSON bool, verb string) error {
	if asJSON {
		return cli.JSON(c.OutOrStdout(), plan)
	}
	if plan.Missed != "" {
		fmt.Fprintln(c.ErrOrStderr(), "platen: warning: not all printers answered:", cli.Printable(plan.Missed))
	}
	rows := [][]string{{"PRINTER", "WHAT", "NOW", "BY THE RULES"}}
	for _, p := range plan.Printers {
		for _, ch := range p.Changes {
			rows = append(rows, []string{string(p.Name), ch.What, ch.From, ch.To})
		}
		for _, n := range p.Notes {
			rows = append(rows, []string{string(p.Name), "note", "", n})
		}
	}
	if len(rows) > 1 {
		if err := cli.Table(c.OutOrStdout(), rows); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(c.OutOrStdout(), "%d of %d printers %s\n", plan.Changed, len(plan.Printers), verb)
	return err
}
