package pubsub

import (
	"strings"
	"unicode"
)

// escapes are the characters that the local part of a JID cannot hold (XEP-0106, 3).
var escapes = []struct{ plain, code string }{
	{" ", `\20`},
	{`"`, `\22`},
	{"&", `\26`},
	{"'", `\27`},
	{"/", `\2f`},
	{":", `\3a`},
	{"<", `\3c`},
	{">", `\3e`},
	{"@", `\40`},
	{`\`, `\5c`},
}

// at is how an escaped local part writes "@": what is a person's address has one, and what
// is a connector's has none.
const at = `\40`

// EscapeLocal writes an address so that it can be the local part of a JID (XEP-0106).
func EscapeLocal(s string) string {
	var b strings.Builder
	for i := range len(s) {
		code := s[i : i+1]
		for _, e := range escapes {
			// A backslash alone stays, unless it would read as an escape.
			if e.plain == code && (code != `\` || isEscape(s[i:])) {
				code = e.code
				break
			}
		}
		b.WriteString(code)
	}
	return b.String()
}

// UnescapeLocal is the inverse of EscapeLocal.
func UnescapeLocal(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		plain := s[i : i+1]
		if s[i] == '\\' {
			for _, e := range escapes {
				if hasPrefixFold(s[i:], e.code) {
					plain = e.plain
					i += len(e.code) - 1
					break
				}
			}
		}
		b.WriteString(plain)
	}
	return b.String()
}

func isEscape(s string) bool {
	for _, e := range escapes {
		if hasPrefixFold(s, e.code) {
			return true
		}
	}
	return false
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// Person returns the address of the person whom the user of a login, or the local part of
// a JID, names; false if it names none, which is then a connector. A domain after it is cut off.
func Person(user string) (email string, ok bool) {
	local, _, _ := strings.Cut(user, "@")
	if !strings.Contains(local, at) {
		return "", false
	}
	return strings.ToLower(UnescapeLocal(local)), true
}

// isASCII reports whether an address is written in ASCII but for its resource. Others are
// folded by each server in its own way, so that two of one may be one person's to another.
func isASCII(address string) bool {
	bare, _, _ := strings.Cut(address, "/")
	return !strings.ContainsFunc(bare, func(r rune) bool { return r > unicode.MaxASCII })
}

// jid is an address in its parts (RFC 7622).
type jid struct{ local, domain, resource string }

func parseJID(s string) jid {
	bare, resource, _ := strings.Cut(s, "/")
	local, domain, found := strings.Cut(bare, "@")
	if !found {
		local, domain = "", bare
	}
	return jid{strings.ToLower(local), strings.ToLower(domain), resource}
}

// bare is the address without a resource.
func (j jid) bare() string {
	if j.local == "" {
		return j.domain
	}
	return j.local + "@" + j.domain
}

// full is the whole address.
func (j jid) full() string {
	if j.resource == "" {
		return j.bare()
	}
	return j.bare() + "/" + j.resource
}
