package stream

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// A message of a WebSocket is one element, no more and no less (RFC 7395, 3.3.3).
func TestOne(t *testing.T) {
	const limit, depth = 40, 3
	for text, want := range map[string]error{
		`<a/>`:                         nil,
		`<a x="/>"><b>&amp;</b></a>`:   nil,
		` <a/> `:                       nil,
		`<?xml version="1.0"?><a/>`:    nil,
		`<a><b><c/></b></a>`:           nil,
		``:                             NotWellFormed,
		`  `:                           NotWellFormed,
		`a`:                            NotWellFormed,
		`<a>`:                          NotWellFormed,
		`<a`:                           NotWellFormed,
		`</a>`:                         NotWellFormed,
		`<a/><b/>`:                     NotWellFormed,
		`<a/>b`:                        NotWellFormed,
		`<!DOCTYPE a><a/>`:             Restricted,
		`<!-- --><a/>`:                 Restricted,
		`<?x?><a/>`:                    Restricted,
		`<a>&b;</a>`:                   Restricted,
		`<?xml encoding="x"?><a/>`:     Encoding,
		`<a><b><c><d/></c></b></a>`:    nil,
		`<a><b><c><d></d></c></b></a>`: Policy,
		`<a>` + strings.Repeat("x", limit) + `</a>`: Policy,
	} {
		got, err := One([]byte(text), limit, depth)
		if !errors.Is(err, want) {
			t.Errorf("One(%q) = %q, %v, want %v", text, got, err, want)
		}
		if want == nil && !strings.Contains(text, string(got)) {
			t.Errorf("One(%q) = %q", text, got)
		}
	}
}

// FuzzOne: what is taken is one element for an XML parser, too, unless it is none for
// that, and is taken again.
func FuzzOne(f *testing.F) {
	for _, s := range []string{`<a/>`, `<?xml version="1.0"?><a b="c"><d>&amp;</d></a>`, "\ufeff<a/> ", `<a/><b/>`, `<a><![CDATA[<]]></a>`, `</a>`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		const limit, depth = 1 << 10, 8
		got, err := One(in, limit, depth)
		if err != nil {
			return
		}
		if len(got) > limit {
			t.Fatalf("%d bytes are taken", len(got))
		}
		again, err := One(got, limit, depth)
		if err != nil || !bytes.Equal(again, got) {
			t.Fatalf("%q is taken as %q, %v", got, again, err)
		}
		if _, err := Parse(got, "jabber:client"); err != nil {
			return
		}
		d := xml.NewDecoder(bytes.NewReader(got))
		var first Node
		if err := d.Decode(&first); err != nil {
			t.Fatalf("%q: %v", got, err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			t.Fatalf("%q is more than one element: %v", got, err)
		}
	})
}
