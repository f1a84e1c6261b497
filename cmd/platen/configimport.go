package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"platen/connector/daemon"
	"platen/connector/predecessor"
	"platen/connector/spool"
	"platen/internal/cli"
	"platen/internal/config"
)

func newConfig(o *options) *cobra.Command {
	c := cli.NewConfig(o.settings)
	c.AddCommand(newConfigImport(o))
	return c
}

// imported is the answer of config import.
type imported struct {
	Settings string            `json:"settings"`        // the settings file
	Rules    string            `json:"rules,omitempty"` // the file of printer rules, if there are rules to write
	Proxy    string            `json:"proxy,omitempty"` // the connector's name in the cloud
	Cloud    string            `json:"cloud,omitempty"` // its address, if it is not Google's
	Written  []string          `json:"written"`         // settings that are, or would be, written
	Keys     []predecessor.Key `json:"keys"`
	Notes    []string          `json:"notes,omitempty"`
	DryRun   bool              `json:"dry_run"`
}

func newConfigImport(o *options) *cobra.Command {
	var asJSON, dryRun, replace bool
	c := &cobra.Command{
		Use: "import FILE", Short: "Take over the settings of Google's cloud-print-connector", Args: cobra.ExactArgs(1),
		Long: "import reads gcp-cups-connector.config.json (or gcp-windows-connector.config.json), and writes what of it\n" +
			"has a meaning here into the settings and the printer rules. It says of every other key why it has none.\n\n" +
			"The connector's name is kept for the next pairing: in a cloud that knows it, the printers keep their ids, shares\n" +
			"and history. Stop the old connector before you pair this one.",
		Example: "  platen config import /etc/gcp-cups-connector.config.json --dry-run\n  platen config import old.json && platen pair",
		RunE: func(c *cobra.Command, args []string) error {
			text, err := readFile(args[0])
			if err != nil {
				return err
			}
			old, err := predecessor.Read(text)
			if err != nil {
				return cli.Usage(fmt.Errorf("%s: %w", args[0], err))
			}
			purpose := daemon.Do
			if dryRun {
				purpose = daemon.Try
			}
			done, err := o.takeOver(old, purpose, replace)
			if err != nil {
				return err
			}
			if asJSON {
				return cli.JSON(c.OutOrStdout(), done)
			}
			return printImported(c, done)
		},
	}
	c.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be written, and write nothing")
	c.Flags().BoolVar(&replace, "replace", false, "replace settings and rules that are there and say otherwise")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// takeOver writes settings, rules and name, or finds out what it would write. It
// refuses before the first of them is written.
func (o *options) takeOver(old predecessor.Settings, purpose daemon.Purpose, replace bool) (imported, error) {
	o.makesFile = true
	cfg, err := o.settings()
	if err != nil {
		return imported{}, err
	}
	path := config.Choose(o.configFile, daemon.ConfigFile()).Path
	done := imported{Settings: path, Proxy: string(old.Proxy), Cloud: old.Cloud, Keys: old.Keys, Written: []string{}, DryRun: purpose == daemon.Try}
	edit, err := config.StartEdit(path)
	if err != nil {
		return done, err
	}
	for _, c := range old.Changes {
		edit.Set(c)
	}
	done.Written = append(done.Written, edit.Changes()...)
	otherwise := edit.Replaced()
	if old.Rules != "" {
		done.Rules = cfg.RulesPath()
		if err := daemon.CheckRulesText("the rules made of it", []byte(old.Rules)); err != nil {
			return done, cli.Hint(err, "change that in the old settings: nothing was changed here")
		}
		if have, err := os.ReadFile(done.Rules); err == nil && string(have) != old.Rules {
			otherwise = append(otherwise, "there are rules in "+done.Rules)
		}
	}
	if len(otherwise) > 0 && !replace {
		return done, cli.Hint(fmt.Errorf("the settings here say otherwise: %s", strings.Join(otherwise, "; ")), "--replace replaces them; nothing was changed")
	}
	if err := keepName(cfg, old, purpose, &done); err != nil {
		return done, err
	}
	if purpose == daemon.Try {
		return done, nil
	}
	if err := edit.Write(); err != nil {
		return done, err
	}
	if old.Rules != "" {
		return done, daemon.InstallRules(cfg, done.Rules, []byte(old.Rules))
	}
	return done, nil
}

// keepName keeps the connector's name for the next pairing.
func keepName(cfg daemon.Config, old predecessor.Settings, purpose daemon.Purpose, done *imported) error {
	if old.Proxy == "" {
		return nil
	}
	err := daemon.Takeover{Proxy: old.Proxy, Cloud: old.Cloud, Token: old.Token}.Keep(cfg.StateDir, purpose)
	switch {
	case errors.Is(err, daemon.ErrPaired):
		done.Proxy = ""
		done.Notes = append(done.Notes, "this connector is paired already, and keeps its own name: printers of "+string(old.Proxy)+
			" are its printers after 'platen unpair', another import, and 'platen pair'")
		return nil
	case errors.Is(err, spool.ErrLocked):
		return cli.Hint(err, "stop the running connector first: nothing was changed")
	}
	return err
}

func printImported(c *cobra.Command, done imported) error {
	rows := [][]string{{"OLD KEY", "IS NOW", "NOTE"}}
	for _, k := range done.Keys {
		becomes := k.Becomes
		if becomes == "" {
			becomes = "-"
		}
		rows = append(rows, []string{k.Key, becomes, k.Why})
	}
	out := c.OutOrStdout()
	if err := cli.Table(out, rows); err != nil {
		return err
	}
	for _, n := range done.Notes {
		fmt.Fprintln(c.ErrOrStderr(), "platen: warning:", cli.Printable(n))
	}
	if done.DryRun {
		_, err := fmt.Fprintf(out, "nothing was written; it would be: %s\n", files(done))
		return err
	}
	_, err := fmt.Fprintf(out, "in place: %s\nnow stop the old connector, and pair this one: platen pair%s\n", files(done), pairWith(done))
	return err
}

// files names what is written.
func files(done imported) string {
	var list []string
	if len(done.Written) > 0 {
		list = append(list, done.Settings+" ("+strings.Join(done.Written, ", ")+")")
	}
	if done.Rules != "" {
		list = append(list, done.Rules)
	}
	if done.Proxy != "" {
		list = append(list, "the name "+done.Proxy)
	}
	if len(list) == 0 {
		return "nothing"
	}
	return cli.Printable(strings.Join(list, ", "))
}

// pairWith is the address that pair must be told, unless it knows it.
func pairWith(done imported) string {
	if done.Cloud != "" && done.Proxy != "" {
		return ""
	}
	return " https://ADDRESS-OF-THE-CLOUD"
}
