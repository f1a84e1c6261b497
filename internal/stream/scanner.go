package stream

import "bytes"

// scanKind is the kind of the element that a scanner found.
type scanKind int

const (
	scanElement scanKind = iota // a start tag with all up to its end tag; of a header, the start tag
	scanDecl                    // <?xml ...?>
	scanEnd                     // an end tag that nothing opened
)

// place is where in an element the scanner stands.
type place int

const (
	inStart  place = iota // before the first byte
	inText                // between tags
	inMarkup              // after '<'
	inTag                 // in a start tag or an empty tag
	inEnd                 // in an end tag
	inQuote               // in an attribute's value
	inEntity              // after '&', in text or in a value
	inDecl                // in <?xml ...?>
	inCDATA
)

const (
	cdataOpen = "![CDATA["
	cdataEnd  = "]]>"
	declOpen  = "?xml"
	maxEntity = 10 // "#x0010FFFF"
)

// scanner finds the end of one element. It keeps its place between calls, so
// that each byte is looked at once however the bytes arrive.
type scanner struct {
	pos   int // bytes looked at
	at    place
	kind  scanKind
	back  place // where an entity returns to
	quote byte  // that ends the value
	mark  int   // where the markup, section or entity began
	depth int   // open elements
	slash bool  // the last byte of the tag was '/'
}

// element returns the length of the first element in buf, or 0 if its end is
// not there yet. buf must begin with the same bytes at each call. Within an
// open stream an element ends with its end tag, else with its start tag.
func (s *scanner) element(buf []byte, maxDepth int, open bool) (int, error) {
	for s.pos < len(buf) {
		done, err := s.step(buf, open)
		if err != nil {
			return 0, err
		}
		if s.depth > maxDepth {
			return 0, Policy
		}
		s.pos++
		if done {
			return s.pos, nil
		}
	}
	return 0, nil
}

func (s *scanner) step(buf []byte, open bool) (done bool, err error) {
	c := buf[s.pos]
	switch s.at {
	case inStart:
		if c != '<' {
			return false, NotWellFormed
		}
		s.at, s.mark = inMarkup, s.pos+1
	case inText:
		s.text(c)
	case inMarkup:
		return false, s.markup(buf[s.mark : s.pos+1])
	case inTag:
		return s.tag(c, open)
	case inEnd:
		return s.endTag(c)
	case inQuote:
		return false, s.value(c)
	case inEntity:
		return false, s.entity(buf[s.mark:s.pos], c)
	case inDecl:
		return bytes.HasSuffix(buf[s.mark:s.pos+1], []byte("?>")), nil
	case inCDATA:
		if bytes.HasSuffix(buf[s.mark:s.pos+1], []byte(cdataEnd)) {
			s.at = inText
		}
	}
	return false, nil
}

func (s *scanner) text(c byte) {
	switch c {
	case '<':
		s.at, s.mark = inMarkup, s.pos+1
	case '&':
		s.at, s.back, s.mark = inEntity, inText, s.pos+1
	}
}

// markup decides by the bytes since '<' what kind of markup it is.
func (s *scanner) markup(m []byte) error {
	switch {
	case m[0] == '/':
		s.at = inEnd
	case m[0] == '?':
		// Only the XML declaration, and only before everything else.
		if s.depth > 0 || !bytes.HasPrefix([]byte(declOpen), m[:min(len(m), len(declOpen))]) {
			return Restricted
		}
		if len(m) > len(declOpen) {
			if !isSpace(m[len(declOpen)]) {
				return Restricted
			}
			s.at, s.kind, s.mark = inDecl, scanDecl, s.pos
		}
	case m[0] == '!':
		// A section only inside an element; no comment, no document type.
		if s.depth == 0 || !bytes.HasPrefix([]byte(cdataOpen), m) {
			return Restricted
		}
		if len(m) == len(cdataOpen) {
			s.at, s.mark = inCDATA, s.pos+1
		}
	case isSpace(m[0]), m[0] == '>', m[0] == '<', m[0] == '&', m[0] == '"', m[0] == '\'':
		return NotWellFormed
	default:
		s.at, s.slash = inTag, false
	}
	return nil
}

func (s *scanner) tag(c byte, open bool) (done bool, err error) {
	switch c {
	case '"', '\'':
		s.at, s.quote = inQuote, c
	case '<', '&':
		return false, NotWellFormed
	case '>':
		s.at = inText
		if !s.slash {
			s.depth++
		}
		return s.depth == 0 || !open, nil
	}
	s.slash = c == '/'
	return false, nil
}

func (s *scanner) endTag(c byte) (done bool, err error) {
	switch c {
	case '<', '&':
		return false, NotWellFormed
	case '>':
		s.at = inText
		s.depth--
		if s.depth < 0 {
			s.kind = scanEnd
		}
		return s.depth <= 0, nil
	}
	return false, nil
}

func (s *scanner) value(c byte) error {
	switch c {
	case s.quote:
		s.at = inTag
	case '<':
		return NotWellFormed
	case '&':
		s.at, s.back, s.mark = inEntity, inQuote, s.pos+1
	}
	return nil
}

// entity allows the five of XML and character references (RFC 6120, 11.1).
func (s *scanner) entity(name []byte, c byte) error {
	if c != ';' {
		if len(name) >= maxEntity {
			return Restricted
		}
		return nil
	}
	switch string(name) {
	case "lt", "gt", "amp", "quot", "apos":
	default:
		if len(name) < 2 || name[0] != '#' {
			return Restricted
		}
	}
	s.at = s.back
	return nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
