//go:build faults

// Package fault marks the places where a crash test kills the program. In an
// ordinary build every Point is nothing; programs built with the tag "faults"
// kill themselves (SIGKILL) at the point named in PLATEN_FAULT, and panic at the
// document named in PLATEN_POISON.
package fault

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

var passed atomic.Int64

// Point kills the process without a farewell when PLATEN_FAULT is "name" or
// "name:N" and the point of that name is passed for the N-th time.
func Point(name string) {
	want, nth, _ := strings.Cut(os.Getenv("PLATEN_FAULT"), ":")
	if want != name {
		return
	}
	n, err := strconv.ParseInt(nth, 10, 64)
	if err != nil {
		n = 1
	}
	if passed.Add(1) != n {
		return
	}
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL) // nothing can be done if it fails
	select {}
}

// Poison panics when PLATEN_POISON is "place:title".
func Poison(place, title string) {
	if os.Getenv("PLATEN_POISON") == place+":"+title {
		panic("poisoned at " + place)
	}
}
