package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

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

// Version returns the version that the program was built from.
func Version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
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
