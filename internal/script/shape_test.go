package script

import (
	"strings"
	"testing"
)

func TestShape(t *testing.T) {
	for _, tt := range []struct{ text, shape, want string }{
		{`{"id":"a","n":1,"on":true,"at":"2026-01-02T03:04:05.6Z"}`, `{"id":"string","n":"number","on":"bool","at":"time"}`, ""},
		{`{"id":"a"}`, `{"id":"string","n?":"number"}`, ""},
		{`{"id":"a","n":"1"}`, `{"id":"string","n?":"number"}`, `$.n is "1", want number`},
		{`{}`, `{"id":"string"}`, "$ has no id"},
		{`{"id":"a","key":"secret"}`, `{"id":"string"}`, "$ has key, which is not in the shape"},
		{`[{"id":"a"},{"id":null}]`, `[{"id":"string"}]`, "$[1].id is <nil>, want string"},
		{`[]`, `[{"id":"string"}]`, "$ is a list of 0"},
		{`[1]`, `[]`, "$ is a list of 1"},
		{`[]`, `[]`, ""},
		{`null`, `[]`, "$ is <nil>, want a list"},
		{`{"s":"DONE","x":null}`, `{"s":"=DONE","x":"any"}`, ""},
		{`{"s":"ABORTED"}`, `{"s":"=DONE"}`, "want =DONE"},
		{`"yesterday"`, `"time"`, "want time"},
		{`{"s":1}`, `{"s":"strnig"}`, "want strnig"},
		{`not JSON`, `"any"`, "no JSON"},
	} {
		err := Shape([]byte(tt.text), []byte(tt.shape))
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Shape(%s, %s) = %v, want %q", tt.text, tt.shape, err, tt.want)
		}
	}
}

func TestTellsError(t *testing.T) {
	for stderr, want := range map[string]bool{
		"platen: error: no\n":                   true,
		"platen: error: no\nplaten: hint: do\n": true,
		"a log line\nplaten: error: no\n":       true,
		"":                                      false,
		"platen: hint: do\n":                    false,
		"no\n":                                  false,
		"platen: error: no\n\nDid you mean this?\n":    false,
		"platen: error: a\nb\nplaten: hint: do this\n": false,
	} {
		if err := tellsError("platen", stderr); (err == nil) != want {
			t.Errorf("%q: %v", stderr, err)
		}
	}
}
