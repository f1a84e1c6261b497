package cli

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// misused is an error of the command line, with where its help is.
func misused(c *cobra.Command, err error) error {
	return &Error{Err: err, Hint: fmt.Sprintf("see '%s --help'", c.CommandPath()), Code: ExitUsage}
}

// prepare makes a tree of commands refuse what it does not understand, each in one line
// and with a hint. args are what it is about to be run with.
func prepare(root *cobra.Command, args []string) {
	root.SetHelpCommand(newHelp(root))
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	refuse(root)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		if word := unknownVerb(root, c, args); word != "" {
			return noCommand(c, word)
		}
		return misused(c, valueError(err))
	})
}

// refuse makes a command and those below it refuse verbs that they do not have, instead
// of showing their help as if nothing was wrong, and arguments that they do not take.
func refuse(c *cobra.Command) {
	for _, sub := range c.Commands() {
		refuse(sub)
	}
	if !c.HasSubCommands() {
		refuseArguments(c)
	} else if !c.Runnable() {
		c.Args = cobra.ArbitraryArgs // else those of the root have a text of their own
		c.RunE = func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return c.Help()
			}
			return noCommand(c, args[0])
		}
	}
}

// noCommand is the error of a verb that a command does not have.
func noCommand(c *cobra.Command, word string) error {
	hint := fmt.Sprintf("see '%s --help'", c.CommandPath())
	c.SuggestionsMinimumDistance = min(2, len(word)/2) // of letters
	if near := c.SuggestionsFor(word); len(near) > 0 {
		hint = fmt.Sprintf("did you mean '%s'? %s", near[0], hint)
	}
	return &Error{Err: fmt.Errorf("unknown command %q for %q", word, c.CommandPath()), Hint: hint, Code: ExitUsage}
}

// unknownVerb returns the verb that c does not have, if there is one before the flag that
// it does not have: the flag is then that verb's.
func unknownVerb(root, c *cobra.Command, args []string) string {
	if !c.HasSubCommands() {
		return ""
	}
	_, rest, err := root.Find(args)
	c.FParseErrWhitelist.UnknownFlags = true
	if err != nil || c.ParseFlags(rest) != nil || c.Flags().NArg() == 0 {
		return ""
	}
	return c.Flags().Arg(0)
}

// valueError says what a flag may be, where cobra tells of Go's parser.
func valueError(err error) error {
	e, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	want := map[string]string{"int": "a whole number", "duration": "a duration, such as 90s or 8h", "bool": "true or false"}[e.GetFlag().Value.Type()]
	if want == "" {
		return err
	}
	return fmt.Errorf("--%s is %q, and must be %s", e.GetFlag().Name, e.GetValue(), want)
}

// mostArguments bounds the number of arguments that verbs take.
const mostArguments = 3

// refuseArguments has a verb say how many arguments it takes when it gets another number.
func refuseArguments(c *cobra.Command) {
	check := c.Args
	if check == nil {
		return
	}
	c.Args = func(c *cobra.Command, args []string) error {
		if check(c, args) == nil {
			return nil
		}
		least, most := mostArguments+1, -1
		for n := range mostArguments + 1 {
			if check(c, make([]string, n)) == nil {
				least, most = min(least, n), n
			}
		}
		return &Error{
			Err:  fmt.Errorf("'%s' takes %s, and got %s", c.CommandPath(), arguments(least, most), got(args)),
			Hint: fmt.Sprintf("usage: %s; see '%s --help'", c.UseLine(), c.CommandPath()), Code: ExitUsage,
		}
	}
}

func arguments(least, most int) string {
	switch {
	case most <= 0:
		return "no arguments"
	case least < most:
		return "at most " + plural(most)
	}
	return plural(most)
}

func plural(n int) string {
	if n == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

func got(args []string) string {
	switch len(args) {
	case 0:
		return "none"
	case 1:
		return strconv.Quote(args[0])
	}
	return plural(len(args))
}

// newHelp returns the verb help; that of cobra ends well whatever it is asked about.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]...", Short: "Help about a command",
		Example: "  " + root.Name() + " help version",
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err == nil && len(rest) > 0 {
				return noCommand(c, rest[0])
			}
			if err != nil {
				return misused(root, err)
			}
			return c.Help()
		},
	}
}
