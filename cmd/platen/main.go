// Command platen is the connector: the daemon beside the printers and its
// command line. This file and its neighbours parse flags, read settings and wire
// the parts; the work is done in package connector.
package main

import "platen/internal/cli"

func main() { cli.Main(newRoot()) }
