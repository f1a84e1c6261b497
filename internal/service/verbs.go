package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"platen/internal/cli"
)

// NewVerbs returns 'service' and its verbs. define reads what depends on flags and
// settings; run is what the service does until its context ends.
func NewVerbs(define func(*cobra.Command) (Definition, error), run func(context.Context, *cobra.Command) error) *cobra.Command {
	c := &cobra.Command{
		Use:   "service",
		Short: "The service of this system: install, start, stop",
		Long: "service makes this program a service of the system, which starts with it and starts again when it ends:\n" +
			"with systemd, OpenRC or System V on Linux, launchd on macOS, and Windows' service manager.\n" +
			"What it needs is written as the packages do it. All verbs but status need an administrator's rights.",
	}
	for _, v := range []struct {
		name, short, done string
		do                func(Definition) error
	}{
		{"install", "Have the system start the service; bring an installed one up to date", "installed", Definition.Install},
		{"uninstall", "Stop the service and take it away; what it keeps stays", "uninstalled", Definition.Uninstall},
		{"start", "Start the service", "started", Definition.Start},
		{"stop", "Stop the service until the system starts again", "stopped", Definition.Stop},
		{"restart", "Stop the service and start it again", "restarted", Definition.Restart},
	} {
		c.AddCommand(&cobra.Command{
			Use: v.name, Short: v.short, Args: cobra.NoArgs,
			RunE: func(c *cobra.Command, _ []string) error {
				d, err := define(c)
				if err != nil {
					return err
				}
				if err := v.do(d); err != nil {
					return advise(err, d, c.CommandPath())
				}
				_, err = fmt.Fprintf(c.OutOrStdout(), "the service %s is %s\n", d.Name, v.done)
				return err
			},
		})
	}
	c.AddCommand(newStatus(define), &cobra.Command{
		Use: verbRun, Short: "Run as the service: what service managers start", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := define(c)
			if err != nil {
				return err
			}
			return d.Run(c.Context(), func(ctx context.Context, log io.Writer) error {
				if log != nil {
					c.SetErr(log)
				}
				return run(ctx, c)
			})
		},
	})
	return c
}

func newStatus(define func(*cobra.Command) (Definition, error)) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "status", Short: "Say whether the service runs; exit code 0 if it does", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d, err := define(c)
			if err != nil {
				return err
			}
			status, err := d.Status()
			if err != nil {
				return err
			}
			if asJSON {
				err = cli.JSON(c.OutOrStdout(), status)
			} else {
				_, err = fmt.Fprintf(c.OutOrStdout(), "%s: %s (%s)\n", status.Name, status.State, status.Manager)
			}
			if err != nil {
				return err
			}
			return status.wrong()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// wrong is the error of a service that does not run.
func (s Status) wrong() error {
	switch s.State {
	case Running:
		return nil
	case Missing:
		return cli.Hint(ErrMissing, "install it with '%s service install'", s.Name)
	case Failed:
		return cli.Hint(errors.New("the service failed"), "see its log, then start it with '%s service start'", s.Name)
	case Stopped:
	}
	return cli.Hint(errors.New("the service does not run"), "start it with '%s service start'", s.Name)
}

// advise adds what to do about the errors that people can mend.
func advise(err error, d Definition, path string) error {
	if errors.Is(err, ErrRights) {
		return cli.Hint(err, "%s", asAdministrator(path))
	}
	if errors.Is(err, ErrMissing) {
		return cli.Hint(err, "install it with '%s service install'", d.Name)
	}
	if strings.Contains(err.Error(), "systemctl") {
		return cli.Hint(err, "see 'journalctl -u %s -n 20'", d.Name)
	}
	return err
}
