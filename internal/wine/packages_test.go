package wine

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// testedHere are the packages whose tests run under Wine: what does otherwise on Windows.
var testedHere = []string{"connector/control", "internal/disk", "internal/filelock", "internal/private", "internal/service", "printer/spooler"}

// testPackages runs the tests of packages with files for Windows there.
func testPackages(p *prefix) {
	t := p.t
	dir := t.TempDir()
	for _, name := range testedHere {
		exe := filepath.Join(dir, filepath.Base(name)+".test.exe")
		cmd := exec.Command("go", "test", "-c", "-o", exe, "./"+name)
		cmd.Dir = top
		cmd.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("build the tests of %s: %v\n%s", name, err, out)
			continue
		}
		out, err := p.try(onZ(exe), "-test.v", "-test.timeout=60s")
		if n := strings.Count(out, "--- PASS"); err != nil && !onlyLeftOvers(out) {
			t.Errorf("%s: %v\n%s", name, err, out)
		} else {
			t.Logf("%s: %d tests and parts passed", name, n)
		}
	}
}

// leftOver is what a test says whose folder cannot be taken away: Wine 8 does not know how
// (FileDispositionInformationEx), and package os asks in no other way.
var leftOver = regexp.MustCompile(`^\s+testing\.go:\d+: TempDir RemoveAll cleanup: unlinkat .*: Invalid function\.$`)

// failure begins what a failed test said.
var failure = regexp.MustCompile(`^\s*--- FAIL`)

// onlyLeftOvers reports whether tests failed for nothing but what leftOver says.
func onlyLeftOvers(out string) bool {
	failed := false
	for line := range strings.Lines(out) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case failure.MatchString(line), leftOver.MatchString(line):
			failed = true
		case strings.HasPrefix(strings.TrimSpace(line), "---"), strings.HasPrefix(line, "==="), line == "FAIL", line == "PASS":
		default:
			return false
		}
	}
	return failed
}
