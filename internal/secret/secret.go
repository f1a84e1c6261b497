// Package secret keeps tokens and passwords out of logs, errors and JSON. It
// does not encrypt: it only refuses to print.
package secret

import (
	"crypto/subtle"
	"log/slog"
)

const redacted = "REDACTED"

// Text is a secret string. Printing, logging or marshalling it gives REDACTED;
// only Reveal gives the text. The zero value is no secret.
type Text struct{ s string }

// New returns s as a secret.
func New(s string) Text { return Text{s} }

// Reveal returns the secret itself, for the one place that must send or store it.
func (t Text) Reveal() string { return t.s }

// Empty reports whether there is no secret.
func (t Text) Empty() bool { return t.s == "" }

// Equal compares two secrets in time that does not depend on where they differ.
func (t Text) Equal(o Text) bool {
	return subtle.ConstantTimeCompare([]byte(t.s), []byte(o.s)) == 1
}

// String returns REDACTED, or "" for no secret.
func (t Text) String() string {
	if t.s == "" {
		return ""
	}
	return redacted
}

// GoString returns what String returns, for %#v.
func (t Text) GoString() string { return t.String() }

// LogValue returns what String returns, for slog.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText writes what String returns, so that JSON and TOML are redacted.
func (t Text) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads a secret from a configuration file.
func (t *Text) UnmarshalText(b []byte) error {
	t.s = string(b)
	return nil
}
