//go:build !faults

// Package fault marks the places where a crash test kills the program. In an
// ordinary build every Point is nothing; programs built with the tag "faults"
// kill themselves (SIGKILL) at the point named in PLATEN_FAULT, and panic at the
// document named in PLATEN_POISON.
package fault

// Point marks a place by name, such as "connector.claimed".
func Point(string) {}

// Poison marks a place where work on a document begins.
func Poison(_, _ string) {}
