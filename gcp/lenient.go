package gcp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Bounds on what DecodeLenient reads. The deepest message of the protocol, a CDD
// with localized names, has ten levels; a large CDD has some hundred kilobytes.
const (
	maxLenientDepth = 64
	maxLenientBytes = 8 << 20
)

// ErrTooLarge is returned for a text over DecodeLenient's limit.
var ErrTooLarge = errors.New("text too large")

// ErrTooDeep is returned for a text nested deeper than DecodeLenient reads.
var ErrTooDeep = errors.New("nested too deeply")

// DecodeLenient reads data into v as encoding/json does, after StrictJSON made
// strict JSON of it. An empty text is an error.
func DecodeLenient(data []byte, v any) error {
	strict, err := StrictJSON(data)
	if err != nil {
		return err
	}
	return json.Unmarshal(strict, v)
}

// StrictJSON converts JSON and the text that Python prints for the same data
// (single quotes, u'…', True, False, None, tuples, long integers, trailing
// commas) into strict JSON. Old clients send either in JSON-valued arguments.
func StrictJSON(data []byte) ([]byte, error) {
	if len(data) > maxLenientBytes {
		return nil, ErrTooLarge
	}
	p := lenientParser{in: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))}
	p.out.Grow(len(p.in))
	if err := p.value(0); err != nil {
		return nil, fmt.Errorf("at byte %d: %w", p.pos, err)
	}
	p.space()
	if p.pos < len(p.in) {
		return nil, fmt.Errorf("at byte %d: text after the end", p.pos)
	}
	return p.out.Bytes(), nil
}

// lenientParser copies in to out, token by token.
type lenientParser struct {
	in  []byte
	pos int
	out bytes.Buffer
}

var errEnd = errors.New("unexpected end")

func (p *lenientParser) space() {
	for p.pos < len(p.in) && strings.IndexByte(" \t\r\n", p.in[p.pos]) >= 0 {
		p.pos++
	}
}

// peek skips white space and returns the next byte, or 0 at the end.
func (p *lenientParser) peek() byte {
	p.space()
	if p.pos >= len(p.in) {
		return 0
	}
	return p.in[p.pos]
}

func (p *lenientParser) value(depth int) error {
	if depth > maxLenientDepth {
		return ErrTooDeep
	}
	switch c := p.peek(); {
	case c == 0:
		return errEnd
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(']', depth)
	case c == '(':
		return p.array(')', depth)
	case p.atString():
		return p.string()
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	return p.word()
}

func (p *lenientParser) object(depth int) error {
	return p.list('{', '}', func() error {
		if !p.atString() {
			return fmt.Errorf("want a member name, have %q", p.peek())
		}
		if err := p.string(); err != nil {
			return err
		}
		if p.peek() != ':' {
			return errors.New("want a colon after a member name")
		}
		p.pos++
		p.out.WriteByte(':')
		return p.value(depth + 1)
	})
}

func (p *lenientParser) array(end byte, depth int) error {
	return p.list('[', end, func() error { return p.value(depth + 1) })
}

// list copies what element reads, separated by commas, until end. open is what
// it writes first; a comma before end is dropped.
func (p *lenientParser) list(open, end byte, element func() error) error {
	p.pos++
	p.out.WriteByte(open)
	for first := true; ; first = false {
		if p.peek() == end {
			break
		}
		if !first {
			p.out.WriteByte(',')
		}
		if err := element(); err != nil {
			return err
		}
		switch p.peek() {
		case ',':
			p.pos++
		case end:
		case 0:
			return errEnd
		default:
			return fmt.Errorf("want a comma or %q, have %q", end, p.peek())
		}
	}
	p.pos++
	p.out.WriteByte(open + 2) // ASCII: '[' and ']', '{' and '}' are two apart
	return nil
}

// number copies a number; Python 2 writes long integers with an L.
func (p *lenientParser) number() error {
	start := p.pos
	for p.pos < len(p.in) && strings.IndexByte("+-.0123456789eE", p.in[p.pos]) >= 0 {
		p.pos++
	}
	num := p.in[start:p.pos]
	if !json.Valid(num) {
		return fmt.Errorf("%.20q is no number", num)
	}
	p.out.Write(num)
	if p.pos < len(p.in) && (p.in[p.pos] == 'L' || p.in[p.pos] == 'l') {
		p.pos++
	}
	return nil
}

func (p *lenientParser) word() error {
	start := p.pos
	for p.pos < len(p.in) && isLetter(p.in[p.pos]) {
		p.pos++
	}
	switch string(p.in[start:p.pos]) {
	case "true", "True":
		p.out.WriteString("true")
	case "false", "False":
		p.out.WriteString("false")
	case "null", "None":
		p.out.WriteString("null")
	default:
		return fmt.Errorf("unexpected %.20q", p.in[start:min(p.pos+1, len(p.in))])
	}
	return nil
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
