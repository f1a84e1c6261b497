package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func execute(ctx context.Context, err error, args ...string) (code int, stderr string) {
	var out strings.Builder
	root := &cobra.Command{Use: "tool"}
	root.AddCommand(&cobra.Command{Use: "do", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error { return err }})
	one := &cobra.Command{Use: "one", Args: cobra.ExactArgs(1), RunE: func(*cobra.Command, []string) error { return err }}
	one.Flags().String("must", "", "")
	_ = one.MarkFlagRequired("must") // the flag exists
	one.Flags().Int("days", 0, "")
	group := &cobra.Command{Use: "group"}
	group.AddCommand(&cobra.Command{Use: "do", RunE: func(*cobra.Command, []string) error { return err }})
	root.AddCommand(one, group)
	root.SetOut(&out)
	root.SetErr(&out)
	return Execute(ctx, root, args), out.String()
}

func TestExecute(t *testing.T) {
	failure := errors.New("the roof is on fire")
	tests := []struct {
		name string
		err  error
		args []string
		code int
		want string
	}{
		{"success", nil, []string{"do"}, 0, ""},
		{"failure", failure, []string{"do"}, 1, "tool: error: the roof is on fire\n"},
		{"hint", Hint(failure, "call the %s", "brigade"), []string{"do"}, 1, "tool: error: the roof is on fire\ntool: hint: call the brigade\n"},
		{"two", errors.Join(failure, errors.New("there is no water")), []string{"do"}, 1, "tool: error: the roof is on fire; there is no water\n"},
		{"usage", Usage(failure), []string{"do"}, 2, "tool: error: the roof is on fire\n"},
		{"usage with a hint", Hint(Usage(failure), "call them"), []string{"do"}, 2, "tool: error: the roof is on fire\ntool: hint: call them\n"},
		{"hint with a usage", Usage(Hint(failure, "call them")), []string{"do"}, 2, "tool: error: the roof is on fire\ntool: hint: call them\n"},
		{"unknown flag", nil, []string{"do", "--what"}, 2, "tool: error: unknown flag: --what\ntool: hint: see 'tool do --help'\n"},
		{"unknown command", nil, []string{"dance"}, 2, "tool: error: unknown command \"dance\" for \"tool\"\ntool: hint: see 'tool --help'\n"},
		{"misspelt command", nil, []string{"dou", "--what", "--ever=1"}, 2, "tool: error: unknown command \"dou\" for \"tool\"\ntool: hint: did you mean 'do'? see 'tool --help'\n"},
		{"flag of the program", nil, []string{"--what"}, 2, "tool: error: unknown flag: --what\ntool: hint: see 'tool --help'\n"},
		{"help", nil, []string{"help", "group", "do"}, 0, "Usage:\n  tool group do"},
		{"help of nothing", nil, []string{"help", "group", "dd"}, 2, "tool: error: unknown command \"dd\" for \"tool group\"\ntool: hint: did you mean 'do'? see 'tool group --help'\n"},
		{"argument too many", nil, []string{"do", "it"}, 2, "tool: error: 'tool do' takes no arguments, and got \"it\"\ntool: hint: usage: tool do [flags]; see 'tool do --help'\n"},
		{"no argument", nil, []string{"one"}, 2, "tool: error: 'tool one' takes 1 argument, and got none\ntool: hint: usage: tool one [flags]; see 'tool one --help'\n"},
		{"missing flag", nil, []string{"one", "x"}, 2, "tool: error: required flag(s) \"must\" not set\n"},
		{"no number", nil, []string{"one", "--days=soon"}, 2, "tool: error: --days is \"soon\", and must be a whole number\ntool: hint: see 'tool one --help'\n"},
		{"unknown verb of a group", nil, []string{"group", "x"}, 2, "tool: error: unknown command \"x\" for \"tool group\"\ntool: hint: see 'tool group --help'\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, stderr := execute(t.Context(), tt.err, tt.args...)
			if code != tt.code || !strings.HasPrefix(stderr, tt.want) {
				t.Errorf("exit code %d, stderr %q; want %d, %q", code, stderr, tt.code, tt.want)
			}
		})
	}
}

// Who presses Ctrl-C is not told of a context.
func TestInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	code, stderr := execute(ctx, Hint(fmt.Errorf("ask the cloud: %w", context.Canceled), "check the address"), "do")
	if code != ExitFailed || stderr != "tool: interrupted\n" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
}

func TestTableKeepsTheTerminalSafe(t *testing.T) {
	var out strings.Builder
	if err := Table(&out, [][]string{{"NAME", "STATE"}, {"evil\x1b[2J\u009b", "idle"}}); err != nil {
		t.Fatal(err)
	}
	if want := "NAME       STATE\nevil?[2J?  idle\n"; out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
}

func TestDoctor(t *testing.T) {
	tests := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"text", []string{"doctor"}, 1, "ok    a: fine\nFAIL  b: it is broken\n      -> mend it\ntool: error: 1 of 2 checks failed\n"},
		{"json", []string{"doctor", "--json"}, 1, "[\n  {\n    \"check\": \"a\",\n    \"ok\": true,\n"},
		{"version", []string{"version"}, 0, "tool "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			root := &cobra.Command{Use: "tool"}
			root.AddCommand(NewVersion(), NewDoctor("Check", func(context.Context) ([]Finding, error) {
				return []Finding{Found("a", "fine", nil, ""), Found("b", "", errors.New("it is broken"), "mend it")}, nil
			}))
			root.SetOut(&out)
			root.SetErr(&out)
			if code := Execute(t.Context(), root, tt.args); code != tt.code || !strings.HasPrefix(out.String(), tt.want) {
				t.Errorf("exit code %d, said %q; want %d, %q", code, out.String(), tt.code, tt.want)
			}
		})
	}
}
