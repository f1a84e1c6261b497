package push

import (
	"bytes"
	"strings"
	"testing"

	"platen/internal/stream"
)

// FuzzStanza: a stanza is read or refused, and what we answer is XML again and
// says the same.
func FuzzStanza(f *testing.F) {
	for _, s := range []string{
		`<iq type="get" id="&lt;1" to="a&quot;b"><ping xmlns="urn:xmpp:ping"/></iq>`,
		`<stream:error><x/></stream:error>`, `<a xmlns:b="c" b:d="e"><b:f/></a>`, "<iq id='\u00e9\x7f'/>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		n, err := parseStanza(in)
		_, _ = parseHeader(in)
		_, _ = token(mechBearer, in)
		_, _ = token(mechPlain, in)
		_, _ = response(string(in))
		if err != nil {
			return
		}
		out := `<iq` + stream.Attr("id", n.Attr("id")) + stream.Attr("from", n.Attr("to")) + `>` + stream.Escape(n.Text) + `</iq>`
		again, err := parseStanza([]byte(out))
		if err != nil {
			t.Fatalf("our answer %q: %v", out, err)
		}
		same := again.Attr("id") == n.Attr("id") && again.Attr("from") == n.Attr("to")
		if !same && !bytes.ContainsRune(in, '\ufffd') {
			t.Fatalf("answer %q to %q", out, in)
		}
		s := stream.NewSplitter(strings.NewReader(clientHeader+out), 4*len(out)+len(clientHeader), 8)
		for range 2 {
			if _, err := s.Next(); err != nil {
				t.Fatalf("splitting our answer %q: %v", out, err)
			}
		}
	})
}
