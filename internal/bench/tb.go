package main

import (
	"fmt"
	"io"
	"os"
	"slices"

	"platen/internal/lab"
)

// tb is what the lab needs of a test.
type tb struct {
	log      io.Writer
	cleanups []func()
}

var _ lab.TB = (*tb)(nil)

// failure ends a measurement.
type failure struct{ text string }

func newTB(log io.Writer) *tb { return &tb{log: log} }

// Helper does nothing.
func (*tb) Helper() {}

// Fatalf ends the run.
func (t *tb) Fatalf(format string, args ...any) { panic(failure{fmt.Sprintf(format, args...)}) }

// Logf prints.
func (t *tb) Logf(format string, args ...any) { fmt.Fprintf(t.log, format+"\n", args...) }

// Skipf ends the run: a bench without its print system measures nothing.
func (t *tb) Skipf(format string, args ...any) { t.Fatalf(format, args...) }

// Cleanup keeps f for the end of the measurement.
func (t *tb) Cleanup(f func()) { t.cleanups = append(t.cleanups, f) }

// TempDir makes a folder that goes with the measurement.
func (t *tb) TempDir() string {
	d, err := os.MkdirTemp("", "bench")
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(d) }) // a left-over is no failure
	return d
}

// part runs f and then what it left to clean up.
func (t *tb) part(f func()) {
	outer := t.cleanups
	t.cleanups = nil
	defer func() {
		t.close()
		t.cleanups = outer
	}()
	f()
}

func (t *tb) close() {
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
	t.cleanups = nil
}

// try runs f and reports whether it came to its end.
func (t *tb) try(f func()) (ok bool) {
	defer func() {
		if f, failed := recover().(failure); failed {
			fmt.Fprintln(t.log, "bench:", f.text)
			ok = false
		}
	}()
	f()
	return true
}
