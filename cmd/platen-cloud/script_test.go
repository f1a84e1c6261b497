package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"platen/internal/script"
)

// scripts is the folder of the command line's tests.
const scripts = "testdata/script"

// TestMain also runs this program, which scripts start as platen-cloud.
func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"platen-cloud": main}) }

// The command line as people use it.
func TestScripts(t *testing.T) { script.Run(t, "platen-cloud", scripts) }

func TestEachVerbHasAScript(t *testing.T) { script.Covered(t, newRoot(), scripts) }

func TestEachVerbHasHelp(t *testing.T) { script.Helpful(t, newRoot()) }
