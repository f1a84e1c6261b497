package script

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func shape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: shape FILE SHAPE")
	}
	ts.Check(Shape([]byte(ts.ReadFile(args[0])), []byte(ts.ReadFile(args[1]))))
}

// Shape compares the members and types of a JSON text with a shape, which is JSON too:
//
//	{"id": "string", "used?": "time"}   an object with these members and no others; that with ? may be missing
//	["number"]                          a list of at least one number
//	[]                                  an empty list
//	"string", "number", "bool"          a value of that type
//	"time"                              a text as RFC 3339 has it
//	"any"                               whatever there is
//	"=DONE"                             the text DONE
//
// The error names the first place where they differ.
func Shape(text, shape []byte) error {
	var got, want any
	if err := json.Unmarshal(shape, &want); err != nil {
		return fmt.Errorf("the shape is no JSON: %w", err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		return fmt.Errorf("no JSON: %w in %q", err, text)
	}
	return fits(got, want, "$")
}

// fits compares the value at a place with its shape.
func fits(got, want any, at string) error {
	switch want := want.(type) {
	case map[string]any:
		return fitsObject(got, want, at)
	case []any:
		return fitsList(got, want, at)
	case string:
		if !isA(got, want) {
			return fmt.Errorf("%s is %#v, want %s", at, got, want)
		}
		return nil
	}
	return fmt.Errorf("the shape has %#v at %s", want, at)
}

func fitsObject(got any, want map[string]any, at string) error {
	members, ok := got.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is %#v, want an object", at, got)
	}
	known := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		name, optional := strings.CutSuffix(key, "?")
		known[name] = true
		value, there := members[name]
		if !there && optional {
			continue
		}
		if !there {
			return fmt.Errorf("%s has no %s", at, name)
		}
		if err := fits(value, want[key], at+"."+name); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if !known[name] {
			return fmt.Errorf("%s has %s, which is not in the shape", at, name)
		}
	}
	return nil
}

func fitsList(got any, want []any, at string) error {
	list, ok := got.([]any)
	if !ok {
		return fmt.Errorf("%s is %#v, want a list", at, got)
	}
	if len(want) == 0 != (len(list) == 0) {
		return fmt.Errorf("%s is a list of %d", at, len(list))
	}
	for i, one := range list {
		if err := fits(one, want[0], fmt.Sprintf("%s[%d]", at, i)); err != nil {
			return err
		}
	}
	return nil
}

// isA reports whether a value is of the type that a word of a shape names.
func isA(v any, word string) bool {
	text, isText := v.(string)
	switch word {
	case "any":
		return true
	case "string":
		return isText
	case "number":
		_, ok := v.(float64)
		return ok
	case "bool":
		_, ok := v.(bool)
		return ok
	case "time":
		_, err := time.Parse(time.RFC3339, text)
		return isText && err == nil
	}
	literal, ok := strings.CutPrefix(word, "=")
	return ok && isText && text == literal
}
