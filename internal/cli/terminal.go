package cli

import "golang.org/x/term"

// Terminal reports whether a stream is a terminal, with a person before it.
func Terminal(stream any) bool {
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}
