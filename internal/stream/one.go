package stream

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// One returns the element that b holds, and refuses b if it holds more than that, or less:
// a message of a WebSocket is one element (RFC 7395, 3.3.3). The bounds are those of a
// Splitter.
func One(b []byte, limit, depth int) ([]byte, error) {
	s := &Splitter{r: strings.NewReader(""), limit: limit, depth: depth, buf: b, open: true}
	it, err := s.Next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, NotWellFormed
	case err != nil:
		return nil, err
	case it.Kind != Stanza || len(bytes.TrimSpace(s.buf[s.used:])) > 0:
		return nil, NotWellFormed
	}
	return it.Text, nil
}
