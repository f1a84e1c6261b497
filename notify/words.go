package notify

import (
	"net"
	"strings"
)

// words returns what an error says, without our own ends of connections: their ports
// differ each time, and nobody needs them.
func words(err error) string {
	text := err.Error()
	for _, source := range sources(err) {
		text = strings.ReplaceAll(text, source+"->", "")
	}
	return text
}

// sources returns the addresses that the errors of the net package below err came from.
func sources(err error) []string {
	var list []string
	if op, ok := err.(*net.OpError); ok && op.Source != nil { //nolint:errorlint // each one of the tree is looked at
		list = append(list, op.Source.String())
	}
	switch e := err.(type) { //nolint:errorlint // likewise
	case interface{ Unwrap() error }:
		if next := e.Unwrap(); next != nil {
			list = append(list, sources(next)...)
		}
	case interface{ Unwrap() []error }:
		for _, next := range e.Unwrap() {
			list = append(list, sources(next)...)
		}
	}
	return list
}
