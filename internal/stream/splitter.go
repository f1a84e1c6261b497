package stream

import (
	"bytes"
	"io"
	"strings"
)

// bom is U+FEFF in UTF-8; one old client writes it before every stanza.
const bom = "\ufeff"

const readSize = 1 << 10

// Kind is what a Splitter found.
type Kind int

// The kinds of items.
const (
	Header Kind = iota // <stream:stream ...>
	Stanza             // a whole element at the level of stanzas
	End                // </stream:stream>
)

// Item is one piece of a stream. Its bytes are valid until the next call.
type Item struct {
	Kind Kind
	Text []byte
}

// Splitter cuts the bytes of a stream into its header and its elements, and
// bounds each before any XML parser sees it. It checks only what it must to
// find the ends, and refuses what RFC 6120, 11.1 forbids: comments, processing
// instructions, document types and entities beyond the five.
type Splitter struct {
	r     io.Reader
	limit int // bytes of one element
	depth int // elements inside one another

	buf  []byte // what was read and not yet handed out
	used int    // bytes of buf that belong to the item handed out last
	open bool   // the header was seen
	fed  bool   // an XML declaration may not follow any more
	scan scanner
}

// NewSplitter returns a splitter of what r reads, which refuses elements of more bytes
// than limit, or deeper ones than depth.
func NewSplitter(r io.Reader, limit, depth int) *Splitter {
	return &Splitter{r: r, limit: limit, depth: depth}
}

// SetLimit changes how many bytes an element may have.
func (s *Splitter) SetLimit(limit int) { s.limit = limit }

// Restart expects a new stream header: after STARTTLS and after login.
func (s *Splitter) Restart() { s.open, s.fed = false, false }

// Buffered returns how many bytes were read and belong to no item yet.
func (s *Splitter) Buffered() int { return len(s.buf) - s.used }

// Next returns the next item, or an Error, or the reader's error.
func (s *Splitter) Next() (Item, error) {
	s.buf = s.buf[s.used:]
	s.used = 0
	if len(s.buf) == 0 {
		s.buf = nil // idle streams keep no buffer
	}
	for {
		it, ok, err := s.step()
		if ok || err != nil {
			return it, err
		}
		if err := s.fill(); err != nil {
			return Item{}, err
		}
	}
}

// step looks for an item in what was read.
func (s *Splitter) step() (it Item, ok bool, err error) {
	for {
		if more := s.skipSpace(); more {
			return Item{}, false, nil
		}
		n, err := s.scan.element(s.buf[:min(len(s.buf), s.limit)], s.depth, s.open)
		switch {
		case err != nil:
			return Item{}, false, err
		case n == 0 && len(s.buf) > s.limit:
			return Item{}, false, Policy
		case n == 0:
			return Item{}, false, nil
		}
		kind := s.scan.kind
		s.scan = scanner{}
		if kind == scanDecl {
			if err := s.declaration(n); err != nil {
				return Item{}, false, err
			}
			continue
		}
		it, err := s.item(kind, n)
		return it, err == nil, err
	}
}

// item hands out the first n bytes.
func (s *Splitter) item(kind scanKind, n int) (Item, error) {
	s.used = n
	it := Item{Kind: Stanza, Text: s.buf[:n]}
	switch {
	case kind == scanEnd && !s.open:
		return Item{}, NotWellFormed
	case kind == scanEnd:
		it.Kind = End
	case !s.open:
		it.Kind = Header
	}
	s.open, s.fed = true, true
	return it, nil
}

// declaration drops the XML declaration of n bytes: one, before the header.
func (s *Splitter) declaration(n int) error {
	if s.fed {
		return Restricted
	}
	s.fed = true
	err := checkDecl(s.buf[:n])
	s.buf = s.buf[n:]
	return err
}

// skipSpace drops white space and byte order marks between elements. It reports
// whether what follows may be the beginning of another mark.
func (s *Splitter) skipSpace() bool {
	if s.scan.pos > 0 {
		return false // inside an element
	}
	for {
		t := bytes.TrimLeft(s.buf, " \t\r\n")
		t = bytes.TrimPrefix(t, []byte(bom))
		if len(t) == len(s.buf) {
			return len(t) < len(bom) && strings.HasPrefix(bom, string(t))
		}
		s.buf = t
	}
}

// checkDecl refuses an XML declaration of another encoding (RFC 6120, 11.6).
func checkDecl(decl []byte) error {
	d := bytes.ToLower(decl)
	if bytes.Contains(d, []byte("encoding")) && !bytes.Contains(d, []byte("utf-8")) {
		return Encoding
	}
	return nil
}

func (s *Splitter) fill() error {
	if cap(s.buf)-len(s.buf) < readSize/2 {
		grown := make([]byte, len(s.buf), 2*len(s.buf)+readSize)
		copy(grown, s.buf)
		s.buf = grown
	}
	n, err := s.r.Read(s.buf[len(s.buf):cap(s.buf)])
	s.buf = s.buf[:len(s.buf)+n]
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}
