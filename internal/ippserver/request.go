package ippserver

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/OpenPrinting/goipp"
)

// Bounds of a request's attributes. goipp calls itself for each level of a
// collection, and keeps each value twice.
const (
	maxRequest = 1 << 20   // bytes
	maxDepth   = 16        // of collections
	maxValues  = 10_000    // of all attributes, with those in collections, and of groups
	maxLength  = 1<<15 - 1 // of a name or a value (RFC 8010, 3.1.4: a SIGNED-SHORT)
)

// ErrTooMuch is returned for a request whose attributes are longer, deeper or more
// than any client's.
var ErrTooMuch = errors.New("too many attributes")

var errLength = errors.New("a length is negative")

// Read reads a request up to the end of its attributes, and no further: what r gives
// then is the document. A text that is no request, or too much of one, is an error.
func Read(r io.Reader) (*goipp.Message, error) {
	head, err := attributesOf(r)
	if err != nil {
		return nil, err
	}
	var m goipp.Message
	if err := m.DecodeBytes(head); err != nil {
		return nil, fmt.Errorf("read the attributes: %w", err)
	}
	return &m, nil
}

// scanner copies a request while it looks for the end of its attributes.
type scanner struct {
	r      io.Reader
	b      bytes.Buffer
	depth  int
	values int
}

// attributesOf returns the bytes of a request without its document (RFC 8010, 3.1).
func attributesOf(r io.Reader) ([]byte, error) {
	s := &scanner{r: r}
	if _, err := s.take(8); err != nil {
		return nil, err
	}
	for {
		tag, err := s.take(1)
		if err != nil {
			return nil, err
		}
		t := goipp.Tag(tag[0])
		if t == goipp.TagEnd {
			return s.b.Bytes(), nil
		}
		if s.values++; s.values > maxValues {
			return nil, ErrTooMuch
		}
		if t < goipp.TagUnsupportedValue { // begins a group
			continue
		}
		if err := s.value(t); err != nil {
			return nil, err
		}
	}
}

func (s *scanner) take(n int) ([]byte, error) {
	if s.b.Len()+n > maxRequest {
		return nil, ErrTooMuch
	}
	at := s.b.Len()
	if _, err := io.CopyN(&s.b, s.r, int64(n)); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return s.b.Bytes()[at:], nil
}

// value passes a name and a value.
func (s *scanner) value(t goipp.Tag) error {
	switch t {
	case goipp.TagBeginCollection:
		if s.depth++; s.depth > maxDepth {
			return ErrTooMuch
		}
	case goipp.TagEndCollection:
		s.depth = max(0, s.depth-1)
	}
	for range 2 {
		size, err := s.take(2)
		if err != nil {
			return err
		}
		n := int(binary.BigEndian.Uint16(size))
		if n > maxLength {
			return errLength
		}
		if _, err := s.take(n); err != nil {
			return err
		}
	}
	return nil
}
