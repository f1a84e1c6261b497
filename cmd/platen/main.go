// Command platen is the connector: the daemon beside the printers and its
// command line. This file and its neighbours parse flags, read settings and wire
// the parts; the work is done in package connector.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"platen/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return cli.Execute(ctx, root, args)
}
