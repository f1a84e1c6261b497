package api

import (
	"bufio"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
)

var (
	errMalformed = errors.New("malformed body")
	errTooLong   = errors.New("too long")
)

// maxFields bounds how many fields a body may have.
const maxFields = 4096

// field is one field of a body; Read gives its value.
type field struct {
	io.Reader
	name        string
	contentType string // of a multipart part; "" if it has none
}

// fields reads a body field by field, so that a document need not fit into
// memory. next returns io.EOF at the end; the field before is then no longer
// readable.
type fields interface {
	next() (field, error)
}

// fieldsOf returns the reader for a body's kind. Bodies without a kind are taken
// as urlencoded: an empty one is legal.
func fieldsOf(r *http.Request, body io.Reader) fields {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		return multipartFields{multipart.NewReader(body, params["boundary"])}
	}
	return newURLFields(body)
}

// multipartFields reads multipart/form-data, RFC 7578. A body that ends after a
// delimiter without the closing dashes is complete: Chrome sends such.
type multipartFields struct{ m *multipart.Reader }

func (f multipartFields) next() (field, error) {
	part, err := f.m.NextRawPart()
	if errors.Is(err, io.EOF) {
		return field{}, io.EOF
	}
	if err != nil {
		return field{}, malformed(err)
	}
	return field{part, part.FormName(), part.Header.Get("Content-Type")}, nil
}

// malformed hides the texts of package multipart, which quote the document, and
// keeps what is not the sender's fault.
func malformed(err error) error {
	var limit *http.MaxBytesError
	var broken net.Error
	if errors.As(err, &limit) || errors.As(err, &broken) || errors.Is(err, context.Canceled) {
		return err
	}
	return errMalformed
}

// urlFields reads application/x-www-form-urlencoded.
type urlFields struct {
	in   *bufio.Reader
	last *urlValue
}

const maxKey = 256 // bytes of a field's name

func newURLFields(r io.Reader) *urlFields {
	return &urlFields{in: bufio.NewReaderSize(r, 32<<10)}
}

func (f *urlFields) next() (field, error) {
	if f.last != nil { // skip what was not read of the field before
		if _, err := io.Copy(io.Discard, f.last); err != nil {
			return field{}, err
		}
	}
	for {
		name, end, err := f.key()
		if err != nil {
			return field{}, err
		}
		f.last = &urlValue{in: f.in, ended: end != '='}
		if name != "" || end == '=' {
			return field{f.last, name, ""}, nil
		}
	}
}

// key reads a name, and returns the byte that ended it: =, & or 0 at the end.
func (f *urlFields) key() (string, byte, error) {
	var name []byte
	for {
		b, err := f.in.ReadByte()
		if errors.Is(err, io.EOF) {
			if len(name) == 0 {
				return "", 0, io.EOF
			}
			return string(name), 0, nil
		}
		if err != nil {
			return "", 0, err
		}
		switch b {
		case '=', '&':
			return string(name), b, nil
		case '\r', '\n':
			continue // some clients end the body with a line
		}
		if b, err = unescape(f.in, b); err != nil {
			return "", 0, err
		}
		if name = append(name, b); len(name) > maxKey {
			return "", 0, errTooLong
		}
	}
}

// urlValue decodes one value while it is read.
type urlValue struct {
	in    *bufio.Reader
	ended bool
}

func (v *urlValue) Read(p []byte) (n int, err error) {
	for n < len(p) && !v.ended {
		b, err := v.in.ReadByte()
		if errors.Is(err, io.EOF) || err == nil && b == '&' {
			v.ended = true
			break
		}
		if err == nil {
			b, err = unescape(v.in, b)
		}
		if err != nil {
			return n, err
		}
		p[n] = b
		n++
	}
	if n == 0 && v.ended && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

// unescape returns the byte that b begins.
func unescape(in *bufio.Reader, b byte) (byte, error) {
	switch {
	case b == '+':
		return ' ', nil
	case b != '%':
		return b, nil
	}
	var out byte
	for range 2 {
		d, err := in.ReadByte()
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		v, ok := hexDigit(d)
		if err != nil || !ok {
			return 0, errMalformed
		}
		out = out<<4 | v
	}
	return out, nil
}

func hexDigit(d byte) (byte, bool) {
	switch {
	case d >= '0' && d <= '9':
		return d - '0', true
	case d >= 'a' && d <= 'f':
		return d - 'a' + 10, true
	case d >= 'A' && d <= 'F':
		return d - 'A' + 10, true
	}
	return 0, false
}
