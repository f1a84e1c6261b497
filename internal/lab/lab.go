// Package lab starts real print servers for tests and benchmarks: a private
// cupsd and ippeveprinter, on loopback, as any user, stopped by process id; the two
// programs beside them, as a Site; and a browser to look at their pages. It also has
// what such tests share: small PDFs, certificates, and a way to wait for a condition.
package lab

import (
	"os"
	"os/exec"
)

// TB is what the lab needs of a test; testing.TB has it.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
	Skipf(format string, args ...any)
	Cleanup(f func())
	Failed() bool
	TempDir() string
}

// Need skips the test when one of the programs is missing, naming it; with
// CI=true it fails instead.
func Need(t TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if find(p) == "" {
			missing(t, p)
		}
	}
}

// NeedRoot skips the test where it does not run as root; with CI=true it fails.
func NeedRoot(t TB) {
	t.Helper()
	if os.Getuid() != 0 {
		missing(t, "root")
	}
}

// missing skips the test, or fails it with CI=true.
func missing(t TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not installed", what)
	}
	t.Skipf("%s is not installed", what)
}

// find returns the path of a program, also where sbin is not in the PATH.
func find(program string) string {
	if p, err := exec.LookPath(program); err == nil {
		return p
	}
	for _, dir := range []string{"/usr/sbin/", "/sbin/", "/usr/local/sbin/"} {
		if p, err := exec.LookPath(dir + program); err == nil {
			return p
		}
	}
	return ""
}
