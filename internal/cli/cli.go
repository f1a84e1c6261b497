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

// Hint adds a sentence that says what to do next; a nil error stays nil, and the exit
// code of err as it is.
func Hint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	hinted := &Error{Err: err, Hint: fmt.Sprintf(format, args...)}
	if e, ok := errors.AsType[*Error](err); ok {
		hinted.Code = e.Code
	}
	return hinted
}

// Usage marks an error as the caller's: wrong command line or settings. A hint stays.
func Usage(err error) error {
	if err == nil {
		return nil
	}
	marked := &Error{Err: err, Code: ExitUsage}
	if e, ok := errors.AsType[*Error](err); ok {
		marked.Hint = e.Hint
	}
	return marked
}

// Execute runs a command with its arguments and returns the exit code. Of a command that
// ends because ctx did it is said only that it was interrupted.
func Execute(ctx context.Context, root *cobra.Command, args []string) int {
	root.SilenceErrors, root.SilenceUsage = true, true
	prepare(root, args)
	understood := false
	for _, c := range root.Commands() {
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
		err = misused(c, err)
	}
	fmt.Fprintf(stderr, "%s: error: %s\n", name, strings.ReplaceAll(err.Error(), "\n", "; ")) // errors.Join has a line each
	e, ok := errors.AsType[*Error](err)
	if ok && e.Hint != "" {
		fmt.Fprintf(stderr, "%s: hint: %s\n", name, e.Hint)
	}
	if ok && e.Code != 0 {
		return e.Code
	}
	return ExitFailed
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
