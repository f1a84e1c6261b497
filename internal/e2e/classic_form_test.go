package e2e

import (
	"bytes"
	"fmt"
	"testing"
)

// submission is a multipart body of /submit (A.4).
type submission struct {
	base    string
	printer string
	doc     []byte // in a file part named content; nil for none
	kind    string // Content-Type of that part; "" for none
	fields  [][2]string
}

// with adds a plain field.
func (s submission) with(name, value string) submission {
	s.fields = append(s.fields[:len(s.fields):len(s.fields)], [2]string{name, value})
	return s
}

// send posts it as one caller.
func (s submission) send(t *testing.T, who caller, more ...string) reply {
	t.Helper()
	const boundary = "bound"
	var b bytes.Buffer
	for _, f := range append([][2]string{{"printerid", s.printer}}, s.fields...) {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary, f[0], f[1])
	}
	if s.doc != nil {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"content\"; filename=\"document\"\r\n", boundary)
		if s.kind != "" {
			fmt.Fprintf(&b, "Content-Type: %s\r\n", s.kind)
		}
		fmt.Fprintf(&b, "\r\n%s\r\n", s.doc)
	}
	fmt.Fprintf(&b, "--%s--\r\n", boundary)
	lines := append([]string{fmt.Sprintf("Content-Length: %d", b.Len()), "Content-Type: multipart/form-data; boundary=" + boundary}, more...)
	return exchange(t, s.base, "POST /cloudprint/submit", who.lines(lines...), b.Bytes())
}
