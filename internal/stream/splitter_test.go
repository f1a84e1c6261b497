package stream

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

const header1 = `<s:stream xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams' version='1.0'>`

// split cuts all of in, read by the reader that wrap makes of it.
func split(in string, limit int, wrap func(io.Reader) io.Reader) ([]string, error) {
	s := NewSplitter(wrap(strings.NewReader(in)), limit, 8)
	var out []string
	for {
		it, err := s.Next()
		if err != nil {
			return out, err
		}
		out = append(out, string(it.Text))
		if it.Kind == End {
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
		"other entity":        {`<a>&nbsp;</a>`, nil, Restricted},
		"entity in a value":   {`<a b='&xxe;'/>`, nil, Restricted},
		"endless entity":      {`<a>&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`, nil, Restricted},
		"comment":             {`<!-- x -->`, nil, Restricted},
		"comment inside":      {`<a><!-- x --></a>`, nil, Restricted},
		"document type":       {`<!DOCTYPE a [<!ENTITY x "y">]>`, nil, Restricted},
		"instruction":         {`<?php x ?>`, nil, Restricted},
		"instruction inside":  {`<a><?x y?></a>`, nil, Restricted},
		"late declaration":    {`<?xml version="1.0"?>`, nil, Restricted},
		"stylesheet":          {`<?xml-stylesheet href="x"?>`, nil, Restricted},
		"text":                {`hello`, nil, NotWellFormed},
		"less in a value":     {`<a b="<"/>`, nil, NotWellFormed},
		"empty tag":           {`< a/>`, nil, NotWellFormed},
		"deep":                {strings.Repeat("<a>", 9), nil, Policy},
		"long":                {`<a b="` + strings.Repeat("x", 300), nil, Policy},
		"long but complete":   {`<a>` + strings.Repeat("x", 300) + `</a>`, nil, Policy},
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
		`</x>`: NotWellFormed,
		`<?xml version="1.0" encoding="UTF-16"?>`: Encoding,
		`<?xml?>`:                   Restricted,
		`<?xml a?><?xml a?>`:        Restricted,
		`GET / HTTP/1.1`:            NotWellFormed,
		"\x16\x03\x01\x02\x00":      NotWellFormed,
		"\xef\xbb<a>":               NotWellFormed,
		`<![CDATA[x]]>`:             Restricted,
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
	s := NewSplitter(pr, 64<<10, 8)
	go func() {
		_, _ = io.WriteString(pw, header1+"<a>"+strings.Repeat("x", 50<<10)+"</a>")
		_ = pw.Close()
	}()
	for range 2 {
		if _, err := s.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Next(); !errors.Is(err, io.EOF) {
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
