package powercut

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
)

// word is a whole HTTP message that a program sent.
type word struct {
	at     int // where its first byte went out, for a request; its last, for an answer
	method string
	path   string
	query  string
	kind   string // content type
	body   []byte
}

// stream is what a program wrote to one connection.
type stream struct {
	data   bytes.Buffer
	pieces []piece
}

type piece struct {
	from int // first byte
	at   int // position in the record
}

// streams collects what went out over connections that a test of their names
// takes, in the order of their first byte.
func (r record) streams(takes func(name string) bool) []*stream {
	byName := map[string]*stream{}
	var all []*stream
	for i, m := range r {
		if m.end || !slices.Contains([]string{"write", "writev", "sendfile"}, m.call.name) {
			continue
		}
		name := m.call.target()
		if !strings.Contains(name, "->") || !takes(name) {
			continue
		}
		s := byName[name]
		if s == nil {
			s = &stream{}
			byName[name] = s
			all = append(all, s)
		}
		s.pieces = append(s.pieces, piece{s.data.Len(), i})
		s.data.Write(m.call.written())
	}
	return all
}

// position returns where in the record a byte went out.
func (s *stream) position(offset int) int {
	at := 0
	for _, p := range s.pieces {
		if p.from > offset {
			break
		}
		at = p.at
	}
	return at
}

// answers returns the answers of a server on its connection.
func (s *stream) answers() []word {
	var words []word
	rest := bytes.NewReader(s.data.Bytes())
	br := bufio.NewReader(rest)
	for {
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			return words
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close() // it is memory
		if err != nil {
			return words
		}
		used := s.data.Len() - rest.Len() - br.Buffered()
		words = append(words, word{at: s.position(used - 1), kind: resp.Header.Get("Content-Type"), body: body})
	}
}

// requests returns the requests of a client on its connection; of the last one
// the body may lack its end.
func (s *stream) requests() []word {
	var words []word
	rest := bytes.NewReader(s.data.Bytes())
	br := bufio.NewReader(rest)
	for {
		begin := s.data.Len() - rest.Len() - br.Buffered()
		req, err := http.ReadRequest(br)
		if err != nil {
			return words
		}
		body, err := io.ReadAll(req.Body)
		words = append(words, word{
			at: s.position(begin), method: req.Method, path: req.URL.Path, query: req.URL.RawQuery,
			kind: req.Header.Get("Content-Type"), body: body,
		})
		if err != nil {
			return words
		}
	}
}
