package gcp

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// atString reports whether a string literal follows, with or without the prefix
// u or b of Python.
func (p *lenientParser) atString() bool {
	p.space()
	i := p.pos
	if i < len(p.in) && strings.IndexByte("uUbB", p.in[i]) >= 0 {
		i++
	}
	return i < len(p.in) && (p.in[i] == '"' || p.in[i] == '\'')
}

// string copies a string literal, whose first byte must be there (atString).
func (p *lenientParser) string() error {
	if c := p.in[p.pos]; c != '"' && c != '\'' {
		p.pos++
	}
	quote := p.in[p.pos]
	p.pos++
	var s strings.Builder
	for {
		if p.pos >= len(p.in) {
			return errEnd
		}
		c := p.in[p.pos]
		p.pos++
		switch c {
		case quote:
			text, err := json.Marshal(s.String())
			p.out.Write(text)
			return err
		case '\\':
			if err := p.escape(&s); err != nil {
				return err
			}
		default:
			s.WriteByte(c)
		}
	}
}

// simpleEscapes maps the letter after a backslash to its meaning. JSON (RFC
// 8259, 7) and Python agree on all letters that both know.
const (
	escapeLetters  = `"'\/bfnrtav0`
	escapeMeanings = "\"'\\/\b\f\n\r\t\a\v\x00"
)

// escape reads what follows a backslash.
func (p *lenientParser) escape(s *strings.Builder) error {
	if p.pos >= len(p.in) {
		return errEnd
	}
	c := p.in[p.pos]
	p.pos++
	switch c {
	case 'x':
		return p.codePoint(s, 2)
	case 'u':
		return p.codePoint(s, 4)
	case 'U':
		return p.codePoint(s, 8)
	case '\n': // Python: a line goes on
		return nil
	}
	if i := strings.IndexByte(escapeLetters, c); i >= 0 {
		s.WriteByte(escapeMeanings[i])
		return nil
	}
	s.WriteByte('\\') // Python keeps what it does not know
	s.WriteByte(c)
	return nil
}

func (p *lenientParser) codePoint(s *strings.Builder, digits int) error {
	r, err := p.hex(digits)
	if err != nil {
		return err
	}
	if utf16.IsSurrogate(r) && strings.HasPrefix(string(p.in[p.pos:min(p.pos+2, len(p.in))]), `\u`) {
		mark := p.pos
		p.pos += 2
		low, err := p.hex(4)
		if err != nil {
			return err
		}
		if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
			r = full
		} else {
			p.pos = mark // the second one stands for itself
		}
	}
	s.WriteRune(r) // a lone surrogate becomes U+FFFD, as in encoding/json
	return nil
}

func (p *lenientParser) hex(digits int) (rune, error) {
	if p.pos+digits > len(p.in) {
		return 0, errEnd
	}
	text := string(p.in[p.pos : p.pos+digits])
	n, err := strconv.ParseUint(text, 16, 32)
	if err != nil {
		return 0, fmt.Errorf("escape %q: %w", text, errors.Unwrap(err))
	}
	if n > utf8.MaxRune {
		n = utf8.RuneError
	}
	p.pos += digits
	return rune(n), nil
}
