// Command packages makes what is installed: packages for Debian, Red Hat and Alpine,
// archives for macOS, with manual pages, completions, settings, lists of what is inside
// (CycloneDX) and checksums. Two runs over the same sources write the same bytes.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := 0
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "packages:", err)
		code = 1
	}
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("packages", flag.ContinueOnError)
	out := flags.String("out", "build/packages", "`folder` that they go to")
	version := flags.String("version", "", "`version`; empty asks git")
	only := flags.String("only", "", "comma-separated kinds, architectures and programs, such as deb,amd64,platen; empty for all")
	settings := flags.Bool("settings", false, "write the commented settings of packaging/settings again, and nothing else")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *settings {
		return writeSettings("packaging/settings")
	}
	b, err := newBuild(ctx, *out, *version)
	if err != nil {
		return err
	}
	if *only != "" {
		b.only = strings.Split(*only, ",")
	}
	return b.all(ctx)
}
