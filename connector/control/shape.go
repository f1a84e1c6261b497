package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"

	"platen/gcp"
	"platen/internal/nearest"
)

// errNoPrint is said of a ticket whose items are not where a ticket has them.
var errNoPrint = errors.New(`the ticket has no member "print", in which everything is: {"version":"1.0","print":{"copies":{"copies":2}}}`)

// readTicket reads a ticket as a person wrote it. What a ticket has no place for is
// ignored, as it would be with a job, and named in the notes; what is of a wrong type
// is an error that names it.
func readTicket(text []byte) (t gcp.CJT, notes []string, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var tree any
	if err := dec.Decode(&tree); err != nil {
		return t, nil, fmt.Errorf("the ticket is no JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return t, nil, errors.New("the ticket is no JSON: there is more after its end")
	}
	members, ok := tree.(map[string]any)
	if !ok {
		return t, nil, fmt.Errorf("the ticket is %s, and must be an object: {...}", found(tree))
	}
	var s shape
	if s.check(reflect.TypeFor[gcp.CJT](), members, ""); s.err != nil {
		return t, nil, s.err
	}
	if _, ok := member(members, "print"); !ok && len(s.notes) > 0 {
		return t, nil, errNoPrint
	}
	if err := json.Unmarshal(text, &t); err != nil {
		return t, nil, fmt.Errorf("the ticket cannot be read: %w", err)
	}
	return t, s.notes, nil
}

// member returns a member as encoding/json finds it: in whatever case.
func member(members map[string]any, name string) (any, bool) {
	for k, v := range members {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	return nil, false
}

// shape is what was found while a value was compared with the type that it is read into.
type shape struct {
	notes []string
	err   error // the first
}

// check compares a value with a type; at is where it stands in the ticket.
func (s *shape) check(t reflect.Type, v any, at string) {
	if v == nil || s.err != nil {
		return
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	members, isObject := v.(map[string]any)
	list, isList := v.([]any)
	switch {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
		s.leaf(t, v, at)
	case t.Kind() == reflect.Struct && isObject:
		s.object(t, members, at)
	case t.Kind() == reflect.Slice && isList:
		for i, one := range list {
			s.check(t.Elem(), one, fmt.Sprintf("%s #%d", at, i+1))
		}
	case t.Kind() == reflect.Struct || t.Kind() == reflect.Slice:
		s.wrong(t, v, at)
	default:
		s.leaf(t, v, at)
	}
}

func (s *shape) object(t reflect.Type, members map[string]any, at string) {
	fields := map[string]reflect.Type{}
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		fields[name] = field.Type
	}
	prefix := at
	if prefix != "" {
		prefix += "."
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		known := strings.ToLower(name)
		if field, ok := fields[known]; ok {
			s.check(field, members[name], prefix+known)
			continue
		}
		note := fmt.Sprintf("%s%s is nothing that a ticket has, and is ignored", prefix, name)
		if near := nearest.Of(name, slices.Sorted(maps.Keys(fields))); len(near) > 0 {
			note += ": did you mean " + prefix + near[0] + "?"
		}
		s.notes = append(s.notes, note)
	}
}

// leaf tries whether a value can be read into a type.
func (s *shape) leaf(t reflect.Type, v any, at string) {
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, reflect.New(t).Interface())
	}
	if err != nil {
		s.wrong(t, v, at)
	}
}

func (s *shape) wrong(t reflect.Type, v any, at string) {
	want := "a text"
	switch t.Kind() {
	case reflect.Struct:
		want = "an object: {...}"
	case reflect.Slice:
		want = "a list: [...]"
	case reflect.Bool:
		want = "true or false"
	case reflect.Int:
		want = "a whole number"
	}
	if s.err == nil {
		s.err = fmt.Errorf("the ticket's %s is %s, and must be %s", at, found(v), want)
	}
}

// found says what a value is.
func found(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return fmt.Sprintf("the text %q", v)
	default:
		return fmt.Sprint(v)
	}
}
