// Command platen-cloud is the cloud: the service that people and programs send
// print jobs to. This file and its neighbours parse flags, read settings and
// wire the parts; the rules live in package cloud.
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
