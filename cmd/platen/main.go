// Command platen is the connector: the daemon beside the printers and its
// command line. This file and its neighbours parse flags, read settings and wire
// the parts; the work is done in package connector.
package main

import (
	"os"

	"platen/internal/cli"
	"platen/internal/raster"
)

// renderVerb makes this program the child that makes one document ready. It is no
// command of people's, and nothing but the document's own is read for it.
const renderVerb = "render"

func main() {
	if len(os.Args) > 1 && os.Args[1] == renderVerb {
		os.Exit(raster.ChildMain(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	cli.Main(newRoot())
}
