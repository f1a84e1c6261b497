package ippserver

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippwords"
)

// Text returns the first value of an attribute as text, "" if there is none.
func Text(attrs goipp.Attributes, name string) string {
	if v := ippwords.First(attrs, name); len(v) > 0 {
		return TextOf(v[0].V)
	}
	return ""
}

// TextOf returns a value as text in UTF-8, without its language if it has one.
func TextOf(v goipp.Value) string {
	text := v.String()
	if t, ok := v.(goipp.TextWithLang); ok {
		text = t.Text
	}
	return strings.ToValidUTF8(text, "\ufffd")
}

// Integer returns the first value of an attribute, or otherwise if there is no number.
func Integer(attrs goipp.Attributes, name string, otherwise int) int {
	if v := ippwords.First(attrs, name); len(v) > 0 {
		if n, ok := v[0].V.(goipp.Integer); ok {
			return int(n)
		}
	}
	return otherwise
}

// Bool returns the first value of an attribute, false if it has none.
func Bool(attrs goipp.Attributes, name string) bool {
	if v := ippwords.First(attrs, name); len(v) > 0 {
		b, ok := v[0].V.(goipp.Boolean)
		return ok && bool(b)
	}
	return false
}

// Texts returns all values of an attribute as texts.
func Texts(attrs goipp.Attributes, name string) []string {
	var out []string
	for _, v := range ippwords.First(attrs, name) {
		out = append(out, TextOf(v.V))
	}
	return out
}

// JobID returns the job that a request is about, 0 if it names none.
func JobID(m *goipp.Message) int {
	if uri := Text(m.Operation, "job-uri"); uri != "" {
		if n, err := strconv.Atoi(uri[strings.LastIndexByte(uri, '/')+1:]); err == nil {
			return n
		}
	}
	return Integer(m.Operation, "job-id", 0)
}

// Cut shortens a text to so many bytes at the end of a character.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// List builds attributes. Its zero value is ready.
type List goipp.Attributes

// Add adds an attribute whose values have one syntax; without values it adds nothing,
// since no attribute has none (RFC 8010, 3.1.4).
func (l *List) Add(name string, tag goipp.Tag, values ...goipp.Value) {
	if len(values) == 0 {
		return
	}
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(tag, v)
	}
	*l = append(*l, a)
}

// Strings adds an attribute of texts, names, keywords or URIs.
func (l *List) Strings(name string, tag goipp.Tag, values ...string) {
	list := make([]goipp.Value, len(values))
	for i, v := range values {
		list[i] = goipp.String(v)
	}
	l.Add(name, tag, list...)
}

// Words adds an attribute of keywords or names: what has characters that no keyword has
// is a name, which a maker or an administrator chose (RFC 8011, 5.1.4).
func (l *List) Words(name string, values ...string) {
	a := goipp.Attribute{Name: name}
	for _, v := range values {
		a.Values.Add(ippwords.Tag(v), goipp.String(Cut(v, maxText)))
	}
	if len(values) > 0 {
		*l = append(*l, a)
	}
}

// Integers adds an attribute of integers.
func (l *List) Integers(name string, values ...int) { l.numbers(name, goipp.TagInteger, values) }

// Enums adds an attribute of enums.
func (l *List) Enums(name string, values ...int) { l.numbers(name, goipp.TagEnum, values) }

func (l *List) numbers(name string, tag goipp.Tag, values []int) {
	list := make([]goipp.Value, len(values))
	for i, v := range values {
		list[i] = goipp.Integer(v)
	}
	l.Add(name, tag, list...)
}

// Flag adds a boolean.
func (l *List) Flag(name string, v bool) { l.Add(name, goipp.TagBoolean, goipp.Boolean(v)) }

// NoValue adds an attribute that has no value now (RFC 8011, 5.1).
func (l *List) NoValue(name string) { l.Add(name, goipp.TagNoValue, goipp.Void{}) }
