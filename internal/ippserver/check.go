package ippserver

import (
	"strings"

	"github.com/OpenPrinting/goipp"
)

// Check looks at the shape of a request: its version, its number, its first
// attributes, and the order of its groups (RFC 8011, 4.1). It makes the answer a refusal
// and reports false if something is wrong.
func (x *Exchange) Check() bool {
	m := x.Req
	if major := m.Version >> 8; major < 1 || major > 2 {
		x.Resp.Version = goipp.DefaultVersion // RFC 8011, 4.1.8: the nearest one
		x.Refuse(goipp.StatusErrorVersionNotSupported, "")
		return false
	}
	if why := malformed(m); why != "" {
		x.Refuse(goipp.StatusErrorBadRequest, why)
		return false
	}
	// RFC 8011, 4.1.4.1
	if charset := strings.ToLower(m.Operation[0].Values[0].V.String()); charset != "utf-8" && charset != usASCII {
		x.Refuse(goipp.StatusErrorCharset, "The charset must be utf-8.")
		x.Unsupported(m.Operation[0])
		return false
	}
	return true
}

// malformed says what is wrong with the shape of a request (RFC 8011, 4.1.4).
func malformed(m *goipp.Message) string {
	switch {
	case m.RequestID == 0:
		return "the request-id is 0"
	case len(m.Groups) == 0 || m.Groups[0].Tag != goipp.TagOperationGroup:
		return "the operation attributes come first"
	case len(m.Operation) < 2 || !first(m.Operation[0], "attributes-charset", goipp.TagCharset) ||
		!first(m.Operation[1], "attributes-natural-language", goipp.TagLanguage):
		return "attributes-charset and attributes-natural-language come first"
	case Text(m.Operation, "printer-uri") == "" && Text(m.Operation, "job-uri") == "":
		return "no printer-uri"
	}
	for i := 1; i < len(m.Groups); i++ {
		if m.Groups[i].Tag < m.Groups[i-1].Tag || m.Groups[i].Tag == goipp.TagOperationGroup {
			return "the groups are out of order"
		}
	}
	return ""
}

func first(a goipp.Attribute, name string, tag goipp.Tag) bool {
	return a.Name == name && len(a.Values) == 1 && a.Values[0].T == tag
}
