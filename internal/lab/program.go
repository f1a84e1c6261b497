package lab

import (
	"fmt"
	"io"
	"os"
	"slices"
)

// Program is a TB outside of go test: a benchmark's or a soak's.
type Program struct {
	Log      io.Writer
	cleanups []func()
}

var _ TB = (*Program)(nil)

// failure ends a part.
type failure struct{ text string }

// NewProgram returns a TB that logs to a writer.
func NewProgram(log io.Writer) *Program { return &Program{Log: log} }

// Helper does nothing.
func (*Program) Helper() {}

// Fatalf ends the run.
func (t *Program) Fatalf(format string, args ...any) { panic(failure{fmt.Sprintf(format, args...)}) }

// Logf prints.
func (t *Program) Logf(format string, args ...any) { fmt.Fprintf(t.Log, format+"\n", args...) }

// Skipf ends the run: without its print system it measures nothing.
func (t *Program) Skipf(format string, args ...any) { t.Fatalf(format, args...) }

// Cleanup keeps f for the end of the part.
func (t *Program) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

// Failed reports false: a failure ends the run at once, and says why.
func (*Program) Failed() bool { return false }

// TempDir makes a folder that goes with the part.
func (t *Program) TempDir() string {
	d, err := os.MkdirTemp("", "lab")
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(d) }) // a left-over is no failure
	return d
}

// Part runs f and then what it left to clean up.
func (t *Program) Part(f func()) {
	outer := t.cleanups
	t.cleanups = nil
	defer func() {
		t.Close()
		t.cleanups = outer
	}()
	f()
}

// Close runs what is kept for the end, latest first.
func (t *Program) Close() {
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
	t.cleanups = nil
}

// Try runs f and reports whether it came to its end.
func (t *Program) Try(f func()) (ok bool) {
	defer func() {
		if f, failed := recover().(failure); failed {
			fmt.Fprintln(t.Log, "ended:", f.text)
			ok = false
		}
	}()
	f()
	return true
}
