package main

import (
	"strings"
	"testing"
)

// The events are what "go test -json" of Go 1.26 prints, shortened.
const events = `{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0.1}
{"Action":"pass","Package":"p","Test":"TestD/part","Elapsed":11.5}
{"Action":"pass","Package":"p","Test":"TestD","Elapsed":12.25}
{"Action":"pass","Package":"q","Test":"TestE","Elapsed":30.75}
{"Action":"output","Package":"p","Test":"TestB","Output":"=== RUN   TestB\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:9: cupsd is not installed\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"--- SKIP: TestB (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestB","Elapsed":0}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:9: got 1, want 2\n"}
{"Action":"fail","Package":"p","Test":"TestC","Elapsed":0}
{"Action":"fail","Package":"p","Elapsed":0.2}
`

func TestSummary(t *testing.T) {
	var out strings.Builder
	s := newSummary(&out)
	s.read(strings.NewReader(events))
	if code := s.close(false, false); code != 1 {
		t.Errorf("a failed test: exit code %d, want 1", code)
	}
	for _, want := range []string{
		"got 1, want 2", "  p TestB: cupsd is not installed\n", "4 passed, 1 failed, 1 skipped\n",
		"\nslowest:\n  31s q TestE\n  12s p TestD\n\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}

func TestSkipFailsInCI(t *testing.T) {
	skip := `{"Action":"skip","Package":"p","Test":"TestB","Elapsed":0}` + "\n"
	for ci, want := range map[bool]int{false: 0, true: 1} {
		s := newSummary(new(strings.Builder))
		s.read(strings.NewReader(skip))
		if code := s.close(false, ci); code != want {
			t.Errorf("CI=%v: exit code %d, want %d", ci, code, want)
		}
	}
}
