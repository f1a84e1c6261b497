package cups

import (
	"strings"
	"unicode/utf8"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippwords"
	"platen/printer"
)

// maxName is the longest name in octets (RFC 8011, 5.1.3).
const maxName = 255

// request is a request's operation attributes, then its job attributes.
type request struct {
	op   goipp.Op
	path string // of the HTTP request
	attr goipp.Attributes
	job  goipp.Attributes
	sub  goipp.Attributes // subscription attributes

	keeps bool   // the answer's bytes are kept
	bytes []byte // of the last answer, if it keeps them
}

// newRequest begins with the attributes that every request has, in the order
// that RFC 8011, 4.1.4 wants.
func newRequest(op goipp.Op, path string) *request {
	r := &request{op: op, path: path}
	r.set("attributes-charset", goipp.TagCharset, goipp.String("utf-8"))
	r.set("attributes-natural-language", goipp.TagLanguage, goipp.String("en"))
	return r
}

func (r *request) set(name string, tag goipp.Tag, v goipp.Value) *request {
	r.attr.Add(goipp.MakeAttribute(name, tag, v))
	return r
}

func (r *request) uri(v string) *request {
	return r.set("printer-uri", goipp.TagURI, goipp.String(v))
}

func (r *request) user(name string) *request {
	return r.set("requesting-user-name", goipp.TagName, goipp.String(cut(name, maxName)))
}

func (r *request) integer(name string, n int) *request {
	return r.set(name, goipp.TagInteger, goipp.Integer(n))
}

// ticket puts a job's attributes into their groups. Passwords are operation attributes:
// of the request that makes the job (PWG 5100.11), or of the one that carries the
// document (PWG 5100.13).
func (r *request) ticket(attrs goipp.Attributes) *request {
	for _, a := range attrs {
		switch {
		case a.Name == "document-password":
			if r.op != goipp.OpCreateJob {
				r.attr.Add(a)
			}
		case r.op == goipp.OpSendDocument: // the job was made with the others
		case printer.ForOperation(a.Name):
			r.attr.Add(a)
		default:
			r.job.Add(a)
		}
	}
	return r
}

// wanting names the attributes that the answer shall hold.
func (r *request) wanting(names ...string) *request {
	a := goipp.Attribute{Name: "requested-attributes"}
	for _, n := range names {
		a.Values.Add(goipp.TagKeyword, goipp.String(n))
	}
	r.attr.Add(a)
	return r
}

// encode returns the message as bytes.
func (r *request) encode(v goipp.Version, id uint32) ([]byte, error) {
	groups := goipp.Groups{{Tag: goipp.TagOperationGroup, Attrs: r.attr}}
	if r.job != nil {
		groups.Add(goipp.Group{Tag: goipp.TagJobGroup, Attrs: r.job})
	}
	if r.sub != nil {
		groups.Add(goipp.Group{Tag: goipp.TagSubscriptionGroup, Attrs: r.sub})
	}
	return goipp.NewMessageWithGroups(v, goipp.Code(r.op), id, groups).EncodeBytes()
}

// cut shortens s to at most n bytes, at a rune, and drops what is no text.
func cut(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// number returns an integer attribute, or otherwise.
func number(attrs goipp.Attributes, name string, otherwise int) int {
	if v := ippwords.First(attrs, name); len(v) > 0 {
		if n, ok := v[0].V.(goipp.Integer); ok {
			return int(n)
		}
	}
	return otherwise
}

// text returns a text, keyword, name or URI attribute, "" if absent.
func text(attrs goipp.Attributes, name string) string {
	if v := ippwords.First(attrs, name); len(v) > 0 {
		switch s := v[0].V.(type) {
		case goipp.String:
			return string(s)
		case goipp.TextWithLang:
			return s.Text
		case goipp.Binary: // octetString
			return string(s)
		}
	}
	return ""
}
