package raster

import (
	"os"
	"strings"
	"testing"
)

// TestMain makes the test's own program the child process, and some that fail.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 || strings.HasPrefix(os.Args[1], "-") {
		os.Exit(m.Run())
	}
	switch os.Args[1] {
	case "render":
		os.Exit(ChildMain(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	case "crash":
		send(os.Stderr, reply{Ready: true})
		panic("a document did this")
	default:
		os.Exit(other(os.Args[1]))
	}
}
