package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"platen/connector/control"
	"platen/gcp"
	"platen/internal/cli"
)

func newStatus(o *options) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: "Show connection, printers and jobs of the running connector", Args: cobra.NoArgs,
		Long: "status shows the running connector. It fails when none runs, and when the cloud revoked its credentials.",
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := o.dial()
			if err != nil {
				return err
			}
			s, err := d.Status(c.Context())
			if err != nil {
				return explain(err)
			}
			if asJSON {
				err = cli.JSON(c.OutOrStdout(), s)
			} else {
				err = printStatus(c.OutOrStdout(), s)
			}
			if err == nil && s.Cloud.Refused {
				err = cli.Hint(errors.New("the cloud refuses this connector's credentials"), "%s", s.Cloud.LastError)
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func sharedPrinters(s control.Status) string {
	words := fmt.Sprintf("%d shared", s.Printers)
	if s.Waiting > 0 {
		words += fmt.Sprintf(", %d wait for your word: see 'platen printer list'", s.Waiting)
	}
	return words
}

func printStatus(w io.Writer, s control.Status) error {
	rows := [][2]string{
		{"cloud", s.Cloud.URL + " as " + s.Cloud.Account},
		{"notifications", notifications(s.Cloud)},
		{"printers", sharedPrinters(s)},
		{"jobs", fmt.Sprintf("%d in hand", s.Jobs)},
		{"running", fmt.Sprintf("since %s, process %d, version %s", s.Started.Local().Format(time.DateTime), s.PID, s.Version)},
	}
	if s.Announced != nil {
		rows = append(rows, [2]string{"announced", announced(*s.Announced)})
	}
	if words := twice(s); words != "" {
		rows = append(rows, [2]string{"attention", words})
	}
	for _, w := range betterWays(s.Cloud) {
		rows = append(rows, [2]string{w.Name, "does not get through: " + w.LastError})
	}
	switch {
	case s.Cloud.Refused:
		rows = append(rows, [2]string{"pairing", s.Cloud.LastError})
	case s.Cloud.LastError != "":
		rows = append(rows, [2]string{"last push error", s.Cloud.LastError})
	}
	if s.LastError != "" {
		rows = append(rows, [2]string{"last error", s.LastError})
	}
	for _, r := range rows {
		if _, err := fmt.Fprintf(w, "%-16s %s\n", r[0], r[1]); err != nil {
			return err
		}
	}
	return nil
}

// announced says which printers the local network is told of.
func announced(a control.Announced) string {
	var there []string
	for _, p := range a.Printers {
		if p.Announced {
			there = append(there, p.Name)
		}
	}
	words := fmt.Sprintf("%d of %d on this network", len(there), len(a.Printers))
	if a.LastError != "" {
		words += ": " + a.LastError
	}
	for _, p := range a.Printers {
		if !p.Announced && p.Why != "" {
			return words + ": " + p.Name + ": " + p.Why
		}
	}
	return words
}

// notifications says whether they flow, over what, and since when.
func notifications(c control.Cloud) string {
	words := "not connected"
	if c.Connected {
		words = "connected"
		for _, w := range c.Ways {
			if w.Current {
				words += " over " + w.Name
			}
		}
	}
	if !c.Since.IsZero() {
		words += " since " + c.Since.Local().Format(time.DateTime)
	}
	if c.Connected && !c.NextClimb.IsZero() {
		words += "; a better way is tried at " + c.NextClimb.Local().Format(time.TimeOnly)
	}
	return words
}

// betterWays are those that failed, above the one in use.
func betterWays(c control.Cloud) []control.Way {
	i := slices.IndexFunc(c.Ways, func(w control.Way) bool { return w.Current })
	return slices.DeleteFunc(slices.Clone(c.Ways[:max(i, 0)]), func(w control.Way) bool { return !c.Connected || w.LastError == "" })
}

// twice says that this installation runs several times, which prints, and what to
// do; "" if it runs once.
func twice(s control.Status) string {
	const remedy = "stop one of them, or stop this one and give it a name of its own: platen pair --new"
	if len(s.Twins) < 2 {
		if s.Standing != gcp.StandingStandby {
			return ""
		}
		return "another installation with this one's credentials prints, this one stands by: " + remedy
	}
	words := make([]string, len(s.Twins))
	for i, t := range s.Twins {
		doing := "prints"
		if t.Standing == gcp.StandingStandby {
			doing = "stands by"
		}
		about := t.Address + ", since " + t.Since.Local().Format(time.DateTime)
		if t.Self {
			about = "this one"
		}
		words[i] = fmt.Sprintf("%s (%s) %s", cmp.Or(t.Host, "an unnamed machine"), about, doing)
	}
	many := fmt.Sprintf("%d times", len(s.Twins))
	if len(s.Twins) == 2 {
		many = "twice"
	}
	return "this installation runs " + many + ": " + strings.Join(words, ", ") + ". " + strings.ToUpper(remedy[:1]) + remedy[1:]
}
