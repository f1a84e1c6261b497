package cli

import (
	"strings"

	"golang.org/x/term"
)

// Terminal reports whether a stream is a terminal, with a person before it.
func Terminal(stream any) bool {
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

// Yes reports whether a person's answer is yes.
func Yes(answer string) bool {
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return true
	}
	return false
}
