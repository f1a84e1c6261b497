package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/libp2p/zeroconf/v2"
	"github.com/rogpeppe/go-internal/testscript"

	"platen/internal/lab"
	"platen/internal/script"
)

// scripts is the folder of the command line's tests.
const scripts = "testdata/script"

// TestMain also runs this program, which scripts start as platen.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"platen": main, "announce": announce})
}

// announce announces a printer on loopback until it is killed.
func announce() {
	lo, err := net.InterfaceByName("lo")
	if err == nil {
		_, err = zeroconf.RegisterProxy("Front desk", "_ipp._tcp", "local.", 6310, "desk", []string{"127.0.0.1"}, []string{
			"txtvers=1", "rp=ipp/print", "ty=Example Duplexer", "note=second floor", "pdl=application/pdf",
			"UUID=a1b2c3d4-0000-4000-8000-0123456789ab", "adminurl=http://desk.local/",
		}, []net.Interface{*lo})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {}
}

// The command line as people use it, against a real cloud.
func TestScripts(t *testing.T) {
	bin := lab.Build(t)
	if err := os.Remove(filepath.Join(bin, "platen")); err != nil { // this test's own is run
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	script.Run(t, "platen", scripts)
}

func TestEachVerbHasAScript(t *testing.T) { script.Covered(t, newRoot(), scripts) }

func TestEachVerbHasHelp(t *testing.T) { script.Helpful(t, newRoot()) }
