// Package cli is how both programs speak on a terminal: the answer on stdout,
// everything else on stderr, errors with a hint, and documented exit codes.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// The exit codes of both programs.
const (
	ExitOK     = 0
	ExitFailed = 1 // the command was understood and did not succeed
	ExitUsage  = 2 // the command line or the settings are wrong
)

// ExitHelp is the paragraph about exit codes for a program's long help.
const ExitHelp = "Exit codes: 0 success, 1 the command failed, 2 wrong command line or settings."

// Error is a failure with a sentence that says what to do next.
type Error struct {
	Err  error
	Hint string
	Code int // exit code; 0 means ExitFailed
}

// Error returns the failure's text, without the hint.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the failure.
func (e *Error) Unwrap() error { return e.Err }

// Hint adds a sentence that says what to do next; a nil error stays nil.
func Hint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &Error{Err: err, Hint: fmt.Sprintf(format, args...)}
}

// Usage marks an error as the caller's: wrong command line or settings.
func Usage(err error) error {
	if err == nil {
		return nil
	}
	return &Error{Err: err, Code: ExitUsage}
}

// Execute runs a command with its arguments and returns the exit code. Of a command that
// ends because ctx did it is said only that it was interrupted.
func Execute(ctx context.Context, root *cobra.Command, args []string) int {
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return &Error{Err: err, Hint: fmt.Sprintf("see '%s --help'", c.CommandPath()), Code: ExitUsage}
	})
	understood := false
	for _, c := range root.Commands() {
		refuseUnknown(c)
		onRun(c, func() { understood = true })
	}
	root.SetArgs(args)
	c, err := root.ExecuteContextC(ctx)
	if err == nil {
		return ExitOK
	}
	name, stderr := root.Name(), root.ErrOrStderr()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		fmt.Fprintf(stderr, "%s: interrupted\n", name)
		return ExitFailed
	}
	if _, told := errors.AsType[*Error](err); !understood && !told {
		err = &Error{Err: err, Hint: fmt.Sprintf("see '%s --help'", c.CommandPath()), Code: ExitUsage}
	}
	fmt.Fprintf(stderr, "%s: error: %v\n", name, err)
	e, ok := errors.AsType[*Error](err)
	if ok && e.Hint != "" {
		fmt.Fprintf(stderr, "%s: hint: %s\n", name, e.Hint)
	}
	if ok && e.Code != 0 {
		return e.Code
	}
	return ExitFailed
}

// refuseUnknown makes a group of verbs refuse one that it does not have, instead
// of showing its help as if nothing was wrong.
func refuseUnknown(group *cobra.Command) {
	if !group.HasSubCommands() || group.Runnable() {
		return
	}
	group.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		return &Error{
			Err:  fmt.Errorf("unknown command %q for %q", args[0], c.CommandPath()),
			Hint: fmt.Sprintf("see '%s --help'", c.CommandPath()), Code: ExitUsage,
		}
	}
}

// onRun calls f when a command of the tree runs: when its arguments and flags
// were found right.
func onRun(c *cobra.Command, f func()) {
	if run := c.RunE; run != nil {
		c.RunE = func(c *cobra.Command, args []string) error {
			f()
			return run(c, args)
		}
	}
	for _, sub := range c.Commands() {
		onRun(sub, f)
	}
}

// JSON writes v as indented JSON.
func JSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// Table writes rows in columns; the first row is the heading.
func Table(w io.Writer, rows [][]string) error {
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = Printable(cell)
		}
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	return tw.Flush()
}

// Printable keeps names that came over the network from steering the terminal.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}
