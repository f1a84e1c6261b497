// Command report runs "go test" with the arguments given and prints what a
// person wants to know: a line for each package, the output of what failed, which tests
// took longest, one closing list of the tests that were skipped and why, and the counts. With
// CI=true a skipped test is a failure.
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// event is one line of go test -json (see "go doc test2json").
type event struct {
	Action  string
	Package string
	Test    string
	Elapsed float64
	Output  string
}

func run(args []string, stdout, stderr io.Writer) int {
	if len(args) < 2 || args[0] != "go" || args[1] != "test" {
		fmt.Fprintln(stderr, "usage: report go test ARGUMENTS")
		return 2
	}
	cmd := exec.Command("go", append([]string{"test", "-json"}, args[2:]...)...)
	cmd.Stderr = stderr
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		fmt.Fprintln(stderr, "report:", err)
		return 1
	}
	s := newSummary(stdout)
	s.read(pipe)
	failed := cmd.Wait() != nil
	return s.close(failed, os.Getenv("CI") == "true")
}

// summary collects the events of one run.
type summary struct {
	out     io.Writer
	output  map[string][]string // by package and test: lines printed so far
	skips   []string
	slow    []event
	passed  int
	failed  int
	skipped int
}

func newSummary(out io.Writer) *summary {
	return &summary{out: out, output: make(map[string][]string)}
}

func (s *summary) read(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(s.out, lines.Text()) // a build error
			continue
		}
		s.add(e)
	}
}

func (s *summary) add(e event) {
	key := e.Package + " " + e.Test
	switch e.Action {
	case "output", "build-output":
		s.output[key] = append(s.output[key], e.Output)
	case "pass", "fail", "skip":
		s.end(e, key)
		delete(s.output, key)
	case "build-fail":
		fmt.Fprint(s.out, strings.Join(s.output[key], ""))
	}
}

func (s *summary) end(e event, key string) {
	if e.Test == "" {
		if e.Action != "skip" { // no test files
			fmt.Fprintf(s.out, "%-4s %s %.1fs\n", e.Action, e.Package, e.Elapsed)
		}
		if e.Action == "fail" {
			fmt.Fprint(s.out, strings.Join(s.output[key], ""))
		}
		return
	}
	if e.Elapsed >= slowTest && !strings.Contains(e.Test, "/") {
		s.slow = append(s.slow, e)
	}
	switch e.Action {
	case "pass":
		s.passed++
	case "fail":
		s.failed++
		fmt.Fprint(s.out, strings.Join(s.output[key], ""))
	case "skip":
		s.skipped++
		s.skips = append(s.skips, e.Package+" "+e.Test+": "+reason(s.output[key]))
	}
}

// Tests that take as many seconds are worth a look, and so many of them are shown.
const (
	slowTest  = 10
	slowTests = 25
)

// slowest says where the time went.
func (s *summary) slowest() {
	slices.SortStableFunc(s.slow, func(a, b event) int { return cmp.Compare(b.Elapsed, a.Elapsed) })
	for i, e := range s.slow[:min(len(s.slow), slowTests)] {
		if i == 0 {
			fmt.Fprintln(s.out, "\nslowest:")
		}
		fmt.Fprintf(s.out, "  %.0fs %s %s\n", e.Elapsed, e.Package, e.Test)
	}
}

// reason returns the text that a skipped test gave.
func reason(output []string) string {
	for _, line := range output {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			_, text, ok := strings.Cut(line, ": ")
			if ok {
				return text
			}
			return line
		}
	}
	return "no reason given"
}

func (s *summary) close(failed, ci bool) int {
	s.slowest()
	if len(s.skips) > 0 {
		slices.Sort(s.skips)
		fmt.Fprintln(s.out, "\nskipped:")
		for _, line := range s.skips {
			fmt.Fprintln(s.out, "  "+line)
		}
	}
	fmt.Fprintf(s.out, "%d passed, %d failed, %d skipped\n", s.passed, s.failed, s.skipped)
	switch {
	case failed || s.failed > 0:
		return 1
	case ci && s.skipped > 0:
		fmt.Fprintln(s.out, "report: with CI=true a skipped test is a failure")
		return 1
	}
	return 0
}
