// Command platen-cloud is the cloud: the service that people and programs send
// print jobs to. This file and its neighbours parse flags, read settings and
// wire the parts; the rules live in package cloud.
package main

import "platen/internal/cli"

func main() { cli.Main(newRoot()) }
