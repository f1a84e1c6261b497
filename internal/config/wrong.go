package config

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Wrong is a setting that cannot be as it is.
type Wrong struct {
	Key   string // with its tables, such as push.host
	Value any    // as found; nil for a secret one, which is not shown
	Want  string // what is allowed, after "must be"
}

// Error names the key, what was found and what is allowed.
func (w *Wrong) Error() string {
	if w.Value == nil {
		return fmt.Sprintf("%s must be %s", w.Key, w.Want)
	}
	return fmt.Sprintf("%s is %s, and must be %s", w.Key, shown(w.Value), w.Want)
}

// shown writes a value as a person would write it into the file.
func shown(v any) string {
	switch v := v.(type) {
	case string:
		return fmt.Sprintf("%q", v)
	case Duration:
		return fmt.Sprintf("%q", v.Std())
	case []string:
		quoted := make([]string, len(v))
		for i, text := range v {
			quoted[i] = strconv.Quote(text)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case map[string]any:
		return "a table"
	case []any:
		return "a list"
	}
	return fmt.Sprint(v)
}

// origin is where settings were written.
type origin struct {
	path      string         // of the file; "" for none
	tree      map[string]any // what the file says
	variables map[string]string
}

// keep remembers that a key was set by a variable.
func (o *origin) keep(at place) {
	if o.variables == nil {
		o.variables = map[string]string{}
	}
	o.variables[at.key] = at.variable
}

// refuse returns all that is wrong in the file as one error; nil for nothing.
func (o *origin) refuse(list []error) error {
	for i, err := range list {
		list[i] = fmt.Errorf("%s: %w", o.path, err)
	}
	return errors.Join(list...)
}

// locate says of a setting that cannot be where it was written.
func (o *origin) locate(err error) error {
	wrong, ok := errors.AsType[*Wrong](err)
	if err == nil || !ok {
		return o.wrap(err)
	}
	if name := o.variables[wrong.Key]; name != "" {
		return fmt.Errorf("settings: the environment variable %s: %w", name, err)
	}
	if has(o.tree, wrong.Key) {
		return fmt.Errorf("settings: %s: %w", o.path, err)
	}
	return fmt.Errorf("settings: %w", err)
}

// wrap names the file with what settings say against each other.
func (o *origin) wrap(err error) error {
	switch {
	case err == nil:
		return nil
	case len(o.tree) > 0:
		return fmt.Errorf("settings: %s: %w", o.path, err)
	}
	return fmt.Errorf("settings: %w", err)
}

// has reports whether a key is written in a table, or in one of its tables.
func has(tree map[string]any, key string) bool {
	first, rest, more := strings.Cut(key, ".")
	v, there := tree[first]
	if !there || !more {
		return there
	}
	sub, ok := v.(map[string]any)
	return ok && has(sub, rest)
}

// want says what a setting of a type must be.
func want(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[Duration]():
		return `a duration, such as "90s" or "24h"`
	case isText(t) || t.Kind() == reflect.String:
		return `a text in quotes`
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		return "a whole number"
	case t.Kind() == reflect.Struct:
		return "a table"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		return `a list of texts, such as ["a", "b"]`
	}
	return "written in the file as a list of tables"
}
