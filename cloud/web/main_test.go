package web

import (
	"os"
	"testing"

	"platen/internal/raster"
)

// TestMain is also the child process that draws previews.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "render" {
		os.Exit(raster.ChildMain(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}
