package printer

import (
	"strings"

	"github.com/OpenPrinting/goipp"
)

// attributes finds a message's attributes by name. The first of a duplicated
// name counts, and out-of-band values (RFC 8010, 3.8) are left out: printers
// answer "no-value" where they have nothing to say.
type attributes map[string]goipp.Values

func index(attrs goipp.Attributes) attributes {
	m := make(attributes, len(attrs))
	for _, a := range attrs {
		if _, again := m[a.Name]; again {
			continue
		}
		vals := a.Values[:0:0]
		for _, v := range a.Values {
			if !outOfBand(v.T) {
				vals = append(vals, v)
			}
		}
		m[a.Name] = vals
	}
	return m
}

// outOfBand reports whether a value says that there is none.
func outOfBand(t goipp.Tag) bool { return t >= goipp.TagUnsupportedValue && t <= 0x1f }

// has reports whether there is at least one value.
func (m attributes) has(name string) bool { return len(m[name]) > 0 }

// texts returns all values of a keyword, name, text or URI attribute.
func (m attributes) texts(name string) []string {
	vals := m[name]
	out := make([]string, 0, len(vals))
	for _, v := range vals {
		switch v.V.(type) {
		case goipp.String, goipp.TextWithLang:
			out = append(out, textOf(v.V))
		}
	}
	return out
}

// textOf returns a keyword, name, text or URI, "" for everything else.
func textOf(v goipp.Value) string {
	switch s := v.(type) {
	case goipp.String:
		return string(s)
	case goipp.TextWithLang:
		return s.Text
	}
	return ""
}

// text returns the first value, "" if there is none.
func (m attributes) text(name string) string {
	if t := m.texts(name); len(t) > 0 {
		return t[0]
	}
	return ""
}

// numbers returns all values of an integer or enum attribute.
func (m attributes) numbers(name string) []int {
	vals := m[name]
	out := make([]int, 0, len(vals))
	for _, v := range vals {
		if n, ok := v.V.(goipp.Integer); ok {
			out = append(out, int(n))
		}
	}
	return out
}

// number returns the first value, or otherwise.
func (m attributes) number(name string, otherwise int) int {
	if n := m.numbers(name); len(n) > 0 {
		return n[0]
	}
	return otherwise
}

// flag returns a boolean; ok is false if it is absent.
func (m attributes) flag(name string) (value, ok bool) {
	for _, v := range m[name] {
		if b, is := v.V.(goipp.Boolean); is {
			return bool(b), true
		}
	}
	return false, false
}

// upper returns the upper bound of an integer or range attribute, 0 if absent.
func (m attributes) upper(name string) int {
	most := 0
	for _, v := range m[name] {
		switch n := v.V.(type) {
		case goipp.Integer:
			most = max(most, int(n))
		case goipp.Range:
			most = max(most, n.Upper)
		}
	}
	return most
}

// collections returns all values of a collection attribute, indexed.
func (m attributes) collections(name string) []attributes {
	var out []attributes
	for _, v := range m[name] {
		if c, ok := v.V.(goipp.Collection); ok {
			out = append(out, index(goipp.Attributes(c)))
		}
	}
	return out
}

// collection returns the first value of a collection attribute, or nil.
func (m attributes) collection(name string) attributes {
	for _, v := range m[name] {
		if c, ok := v.V.(goipp.Collection); ok {
			return index(goipp.Attributes(c))
		}
	}
	return nil
}

// valid returns s as printable, valid UTF-8: it goes into JSON and to people.
func valid(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s))
}
