package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"platen/gcp"
	"platen/internal/cli"
	"platen/internal/demo"
)

func newDemo(o *options) *cobra.Command {
	var dir, listen string
	var files []string
	var exit bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Try everything at once: cloud, connector and a virtual printer in one process",
		Long: "demo starts the three on loopback, pairs them through the real protocol, and prints an address with a\n" +
			"one-time sign-in link. What you print there arrives in the folder 'printed' below --dir.\n\n" +
			"With --print FILE --exit it submits the files through the public interface, prints one JSON line a file,\n" +
			"and succeeds only if every job is DONE.",
		Example: "  platen-cloud demo\n  platen-cloud demo --print report.pdf --exit",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if exit && len(files) == 0 {
				return cli.Usage(errors.New("--exit needs something to print: --print FILE"))
			}
			log := slog.New(slog.NewTextHandler(c.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
			if o.verbose {
				log = o.logger(c)
			}
			ready := func(ctx context.Context, d *demo.Demo) (demo.Next, error) {
				return show(ctx, c, d, demoRun{files, exit})
			}
			program, err := os.Executable()
			if err != nil {
				return err
			}
			err = demo.Run(c.Context(), demo.Options{Dir: dir, Listen: listen, Logger: log, RenderProgram: program, Ready: ready})
			if errors.Is(err, demo.ErrBusy) {
				return cli.Hint(err, "stop it, or give another folder with --dir")
			}
			return err
		},
	}
	c.Flags().StringVar(&dir, "dir", "platen-demo", "`folder` where everything is kept")
	c.Flags().StringVar(&listen, "listen", "", "`address` of the page (default: a free port on loopback)")
	c.Flags().StringArrayVar(&files, "print", nil, "`file` to print; may be repeated")
	c.Flags().BoolVar(&exit, "exit", false, "end after printing")
	return c
}

// demoRun is what a person asked of the demo.
type demoRun struct {
	files []string
	exit  bool
}

// refusedFile is the line of a file that became no job.
type refusedFile struct {
	File  string `json:"file"`
	State string `json:"state"`
	Error string `json:"error"`
}

// show prints the files, then tells where the page is unless the demo ends.
func show(ctx context.Context, c *cobra.Command, d *demo.Demo, run demoRun) (demo.Next, error) {
	unfinished := 0
	for _, path := range run.files {
		r, err := d.Print(ctx, path)
		if ctx.Err() != nil {
			return demo.Exit, err
		}
		line := any(r)
		if err != nil {
			line = refusedFile{path, "REFUSED", err.Error()}
		}
		if err != nil || r.State != gcp.JobDone {
			unfinished++
		}
		if err := json.NewEncoder(c.OutOrStdout()).Encode(line); err != nil {
			return demo.Exit, err
		}
	}
	if unfinished > 0 && run.exit {
		return demo.Exit, fmt.Errorf("%d of %d jobs did not end DONE", unfinished, len(run.files))
	}
	if run.exit {
		return demo.Exit, nil
	}
	link, err := d.SignInLink(ctx)
	if err != nil {
		return demo.Exit, err
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "Platen runs at %s\nSign in, once, at\n\n    %s\n\n"+
		"What you print arrives in %s. Stop with Ctrl-C.\n", d.BaseURL(), link.Reveal(), d.Printed())
	return demo.Stay, err
}
