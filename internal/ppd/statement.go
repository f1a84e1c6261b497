package ppd

import (
	"bytes"
	"errors"
	"fmt"
)

// Limits of what is read. Real files have at most 4 MB, most less than 100 kB.
const (
	MaxSize = 8 << 20 // bytes of a file

	maxKeyword     = 127   // bytes; the standard allows 40
	maxText        = 255   // bytes of a translation; the standard allows 80
	maxValue       = 4096  // bytes of a value that is looked at
	maxOptions     = 1000  // in a file
	maxChoices     = 20000 // in a file
	maxConstraints = 50000 // in a file
)

var errQuote = errors.New("a quoted value has no end")

// statement is "*Main Option/Text: value", each part as it is written.
type statement struct {
	main, option, text string
	value              string
}

// scanner takes a file apart into statements (PPD 4.3, 2.3 and 2.4).
type scanner struct {
	rest []byte
	line int
}

// next returns the next statement; ok is false at the end.
func (s *scanner) next() (st statement, ok bool, err error) {
	for len(s.rest) > 0 {
		line := s.take(bytes.IndexAny(s.rest, "\r\n"))
		if len(line) < 2 || line[0] != '*' || line[1] == '%' || line[1] == '?' {
			continue // comments, queries, code and nonsense
		}
		left, right, found := bytes.Cut(line[1:], []byte(":"))
		if !found {
			continue // *End
		}
		st = head(left)
		right = bytes.TrimLeft(right, " \t")
		if len(right) == 0 || right[0] != '"' {
			st.value = limited(bytes.TrimSpace(right), maxValue)
			return st, true, nil
		}
		if st.value, err = s.quoted(right[1:]); err != nil {
			return st, false, err
		}
		return st, true, nil
	}
	return st, false, nil
}

// take returns the line that ends at n, and goes on behind it.
func (s *scanner) take(n int) []byte {
	s.line++
	if n < 0 {
		line := s.rest
		s.rest = nil
		return line
	}
	line := s.rest[:n]
	if s.rest[n] == '\r' && n+1 < len(s.rest) && s.rest[n+1] == '\n' {
		n++
	}
	s.rest = s.rest[n+1:]
	return line
}

// quoted returns a quoted value, of which the first line is given without its
// quotation mark. It may go over several lines.
func (s *scanner) quoted(first []byte) (string, error) {
	if before, _, ok := bytes.Cut(first, []byte{'"'}); ok {
		return limited(before, maxValue), nil
	}
	begun := s.line
	end := bytes.IndexByte(s.rest, '"')
	if end < 0 {
		return "", fmt.Errorf("line %d: %w", begun, errQuote)
	}
	value := limited(first, maxValue)
	inside := s.rest[:end]
	if room := maxValue - len(value) - 1; room > 0 {
		value += "\n" + limited(inside, room)
	}
	s.line += bytes.Count(inside, []byte("\n"))
	s.rest = s.rest[end+1:]
	s.take(bytes.IndexAny(s.rest, "\r\n")) // a translation of the value, which nobody sees
	return value, nil
}

// head takes "Main Option/Text" apart.
func head(b []byte) (st statement) {
	b, text, _ := bytes.Cut(b, []byte("/"))
	main, option := b, []byte(nil)
	if i := bytes.IndexAny(b, " \t"); i >= 0 {
		main, option = b[:i], bytes.TrimSpace(b[i:])
	}
	return statement{
		main: limited(main, maxKeyword), option: limited(option, maxKeyword),
		text: limited(bytes.TrimSpace(text), maxText),
	}
}

func limited(b []byte, n int) string { return string(b[:min(n, len(b))]) }
