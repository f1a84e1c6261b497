package push

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

const header1 = `<s:stream xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams' version='1.0'>`

// split cuts all of in, read by the reader that wrap makes of it.
func split(in string, limit int, wrap func(io.Reader) io.Reader) ([]string, error) {
	s := newSplitter(wrap(strings.NewReader(in)), limit, 8)
	var out []string
	for {
		it, err := s.next()
		if err != nil {
			return out, err
		}
		out = append(out, string(it.text))
		if it.kind == itemEnd {
			return out, nil
		}
	}
}

func whole(r io.Reader) io.Reader { return r }

func TestSplitter(t *testing.T) {
	for name, tt := range map[string]struct {
		in   string
		want []string // after the header
		err  error
	}{
		"stanzas":             {`<a/><b x='1'>t</b ></s:stream>`, []string{`<a/>`, `<b x='1'>t</b >`, `</s:stream>`}, nil},
		"space and marks":     {" \n\ufeff\ufeff <a/>\ufeff\r\n<b/>", []string{`<a/>`, `<b/>`}, io.EOF},
		"nested":              {`<a><a><a/></a></a>`, []string{`<a><a><a/></a></a>`}, io.EOF},
		"tags in values":      {`<a b="/>" c='>"'/>`, []string{`<a b="/>" c='>"'/>`}, io.EOF},
		"tags in CDATA":       {`<a><![CDATA[</a>]]]]></a>`, []string{`<a><![CDATA[</a>]]]]></a>`}, io.EOF},
		"five entities":       {`<a b="&lt;&#x10FFFF;">&amp;&gt;&quot;&apos;</a>`, []string{`<a b="&lt;&#x10FFFF;">&amp;&gt;&quot;&apos;</a>`}, io.EOF},
		"slash in the middle": {`<a/b></a/b>`, []string{`<a/b></a/b>`}, io.EOF}, // the parser refuses it
		"other entity":        {`<a>&nbsp;</a>`, nil, errRestricted},
		"entity in a value":   {`<a b='&xxe;'/>`, nil, errRestricted},
		"endless entity":      {`<a>&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`, nil, errRestricted},
		"comment":             {`<!-- x -->`, nil, errRestricted},
		"comment inside":      {`<a><!-- x --></a>`, nil, errRestricted},
		"document type":       {`<!DOCTYPE a [<!ENTITY x "y">]>`, nil, errRestricted},
		"instruction":         {`<?php x ?>`, nil, errRestricted},
		"instruction inside":  {`<a><?x y?></a>`, nil, errRestricted},
		"late declaration":    {`<?xml version="1.0"?>`, nil, errRestricted},
		"stylesheet":          {`<?xml-stylesheet href="x"?>`, nil, errRestricted},
		"text":                {`hello`, nil, errNotWellFormed},
		"less in a value":     {`<a b="<"/>`, nil, errNotWellFormed},
		"empty tag":           {`< a/>`, nil, errNotWellFormed},
		"deep":                {strings.Repeat("<a>", 9), nil, errPolicy},
		"long":                {`<a b="` + strings.Repeat("x", 300), nil, errPolicy},
		"long but complete":   {`<a>` + strings.Repeat("x", 300) + `</a>`, nil, errPolicy},
		"cut":                 {`<a><b>`, nil, io.EOF},
	} {
		t.Run(name, func(t *testing.T) {
			for _, wrap := range []func(io.Reader) io.Reader{whole, iotest.OneByteReader, iotest.HalfReader} {
				got, err := split("\ufeff<?xml version='1.0' encoding='UTF-8'?> "+header1+tt.in, 256, wrap)
				if !errors.Is(err, tt.err) {
					t.Errorf("error %v, want %v", err, tt.err)
				}
				if len(got) == 0 || got[0] != header1 {
					t.Fatalf("header: %q", got)
				}
				if strings.Join(got[1:], "|") != strings.Join(tt.want, "|") {
					t.Errorf("got %q, want %q", got[1:], tt.want)
				}
			}
		})
	}
}

func TestSplitterBeforeHeader(t *testing.T) {
	for in, want := range map[string]error{
		`</x>`: errNotWellFormed,
		`<?xml version="1.0" encoding="UTF-16"?>`: errEncoding,
		`<?xml?>`:                   errRestricted,
		`<?xml a?><?xml a?>`:        errRestricted,
		`GET / HTTP/1.1`:            errNotWellFormed,
		"\x16\x03\x01\x02\x00":      errNotWellFormed,
		"\xef\xbb<a>":               errNotWellFormed,
		`<![CDATA[x]]>`:             errRestricted,
		strings.Repeat("\ufeff", 9): io.EOF,
	} {
		if _, err := split(in, 256, whole); !errors.Is(err, want) {
			t.Errorf("%q: error %v, want %v", in, err, want)
		}
	}
}

// TestSplitterKeepsNoBuffer: an idle stream holds no memory for what was.
func TestSplitterKeepsNoBuffer(t *testing.T) {
	pr, pw := io.Pipe()
	s := newSplitter(pr, 64<<10, 8)
	go func() {
		_, _ = io.WriteString(pw, header1+"<a>"+strings.Repeat("x", 50<<10)+"</a>")
		_ = pw.Close()
	}()
	for range 2 {
		if _, err := s.next(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.next(); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	if cap(s.buf) > 2*readSize {
		t.Errorf("idle buffer of %d bytes", cap(s.buf))
	}
}

// FuzzSplitter: however the bytes arrive the cuts are the same, no piece is over
// the limit, and nothing is invented.
func FuzzSplitter(f *testing.F) {
	for _, s := range []string{
		header1 + `<a b='"'><c>&lt;</c><![CDATA[]]]></a></s:stream>`,
		"\ufeff<?xml version='1.0'?>" + header1 + " \ufeff<iq/>",
		header1 + `<a/b><!--`, `<a`, "\xef\xbb", header1 + "<a>&#65;&x;",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		const limit = 512
		want, wantErr := split(in, limit, whole)
		got, gotErr := split(in, limit, iotest.OneByteReader)
		if strings.Join(got, "\x00") != strings.Join(want, "\x00") || !errors.Is(gotErr, wantErr) && !errors.Is(wantErr, gotErr) {
			t.Fatalf("at once %q %v\nby byte %q %v", want, wantErr, got, gotErr)
		}
		rest := in
		for _, piece := range want {
			if len(piece) > limit {
				t.Fatalf("piece of %d bytes", len(piece))
			}
			_, after, ok := strings.Cut(rest, piece)
			if !ok {
				t.Fatalf("%q is not in the input", piece)
			}
			rest = after
		}
	})
}

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
		out := `<iq` + attribute("id", n.attr("id")) + attribute("from", n.attr("to")) + `>` + esc(n.Text) + `</iq>`
		again, err := parseStanza([]byte(out))
		if err != nil {
			t.Fatalf("our answer %q: %v", out, err)
		}
		same := again.attr("id") == n.attr("id") && again.attr("from") == n.attr("to")
		if !same && !bytes.ContainsRune(in, '\ufffd') {
			t.Fatalf("answer %q to %q", out, in)
		}
		s := newSplitter(strings.NewReader(header1+out), 4*len(out)+len(header1), 8)
		for range 2 {
			if _, err := s.next(); err != nil {
				t.Fatalf("splitting our answer %q: %v", out, err)
			}
		}
	})
}
