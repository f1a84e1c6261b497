package api

import (
	"os"
	"testing"

	"platen/internal/raster"
)

// cacheDir keeps the compiled renderer of this run.
const cacheVariable = "PLATEN_TEST_RENDER_CACHE"

// TestMain is also the child process that makes documents ready.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "render" {
		os.Exit(raster.ChildMain(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "platen-api-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // at worst a cache stays in the temporary folder
	if err := os.Setenv(cacheVariable, dir); err != nil {
		panic(err)
	}
	return m.Run()
}
