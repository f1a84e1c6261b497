package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/spf13/cobra"
)

// Main runs a program and ends it with its exit code. SIGINT and SIGTERM end the
// context of its commands.
func Main(root *cobra.Command) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := Execute(ctx, root, os.Args[1:])
	stop()
	os.Exit(code)
}

// version is that of a release; the linker writes it (see internal/packages).
var version string

// Version returns the version that the program was built from.
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// BuildTime is when the version of this program was committed; zero if it does not know.
func BuildTime() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			at, _ := time.Parse(time.RFC3339, s.Value) // zero for what is none
			return at
		}
	}
	return time.Time{}
}

// NewVersion returns the verb that prints the version.
func NewVersion() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(c.OutOrStdout(), c.Root().Name(), Version())
			return err
		},
	}
}

// NewConfig returns the verbs about the settings, which load reads and checks.
// Secrets among them must be of a type that does not print them.
func NewConfig[T any](load func() (T, error)) *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "The settings"}
	c.AddCommand(
		&cobra.Command{
			Use: "check", Short: "Check the settings without starting anything", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				if _, err := load(); err != nil {
					return err
				}
				_, err := fmt.Fprintln(c.OutOrStdout(), "the settings are right")
				return err
			},
		},
		&cobra.Command{
			Use: "show", Short: "Print the settings in force, as a settings file without its secrets", Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				settings, err := load()
				if err != nil {
					return err
				}
				return toml.NewEncoder(c.OutOrStdout()).Encode(settings)
			},
		},
	)
	return c
}

// NewDoctor returns the verb that prints what examine finds, and fails if any of
// it is not OK.
func NewDoctor(short string, examine func(context.Context) ([]Finding, error)) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "doctor", Short: short, Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			findings, err := examine(c.Context())
			if err != nil {
				return err
			}
			if asJSON {
				err = JSON(c.OutOrStdout(), findings)
			} else {
				err = PrintFindings(c.OutOrStdout(), findings)
			}
			if err != nil {
				return err
			}
			return Failed(findings)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
