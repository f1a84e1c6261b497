package raster

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What util-linux and the kernel's own list say is the measure.
func TestCheckOffice(t *testing.T) {
	needOffice(t)
	o := CheckOffice(t.Context())
	if _, err := os.Stat(o.Program); err != nil {
		t.Error(err)
	}
	if lsm, err := os.ReadFile("/sys/kernel/security/lsm"); err == nil && o.NoFiles != strings.Contains(string(lsm), "landlock") {
		t.Errorf("%+v, and the kernel has %s", o, lsm)
	}
	if unshare, err := exec.LookPath("unshare"); err == nil {
		if can := exec.Command(unshare, "--user", "--net", "--pid", "--fork", "true").Run() == nil; o.NoNetwork != can {
			t.Errorf("%+v, and unshare works: %t", o, can)
		}
	}
}

// Only what lets a document have other files printed is a fault.
func TestOfficeWords(t *testing.T) {
	for name, c := range map[string]struct {
		office Office
		detail string
		fault  bool
	}{
		"none":        {Office{}, "not installed", false},
		"all":         {Office{"soffice", true, true, true}, "without a network", false},
		"a container": {Office{"soffice", true, true, false}, "the rest of the network", false},
		"Linux 6.1":   {Office{"soffice", true, false, false}, "RestrictNamespaces", false},
		"no Landlock": {Office{"soffice", false, false, true}, "", true},
	} {
		if err := c.office.Err(); (err != nil) != c.fault {
			t.Errorf("%s: %v", name, err)
		}
		if got := c.office.Detail(); !strings.Contains(got, c.detail) {
			t.Errorf("%s: %q", name, got)
		}
	}
}
