package component

import (
	"errors"
	"slices"

	"platen/internal/stream"
)

// StanzaError is an answer that is an error (RFC 6120, 8.3).
type StanzaError struct {
	From      string
	Condition string // such as item-not-found
	Text      string // as its sender puts it; may be empty
}

// Error returns the condition and the sender's words.
func (e *StanzaError) Error() string {
	text := e.From + " answers " + e.Condition
	if e.Text != "" {
		text += ": " + e.Text
	}
	return text
}

// errorOf returns the error that a stanza is; nil if it is none.
func errorOf(n stream.Node) error {
	if n.Attr("type") != "error" {
		return nil
	}
	e := &StanzaError{From: n.Attr("from"), Condition: "undefined-condition"}
	for _, child := range n.Nodes {
		if child.XMLName.Local != "error" {
			continue
		}
		for _, c := range child.Nodes {
			switch {
			case c.XMLName.Space != nsStanzas:
			case c.XMLName.Local == "text":
				e.Text = c.Text
			default:
				e.Condition = c.XMLName.Local
			}
		}
	}
	return e
}

// hasCondition reports whether err is an answer of one of these conditions.
func hasCondition(err error, conditions ...string) bool {
	e, ok := errors.AsType[*StanzaError](err)
	return ok && slices.Contains(conditions, e.Condition)
}
