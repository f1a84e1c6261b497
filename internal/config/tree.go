package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"platen/internal/nearest"
	"platen/internal/secret"
)

// keyOf returns the key of a field; "" if it is no setting.
func keyOf(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
	if key == "-" {
		return ""
	}
	return key
}

func join(table, key string) string {
	if table == "" {
		return key
	}
	return table + "." + key
}

// checkTable returns what is wrong in a table that is read into a type.
func checkTable(t reflect.Type, tree map[string]any, table string) []error {
	fields := map[string]reflect.Type{}
	for field := range t.Fields() {
		if key := keyOf(field); key != "" {
			fields[key] = field.Type
		}
	}
	var wrong []error
	for _, key := range slices.Sorted(maps.Keys(tree)) {
		field, known := fields[key]
		if !known {
			wrong = append(wrong, unknown(key, table, fields))
			continue
		}
		wrong = append(wrong, checkValue(field, tree[key], join(table, key))...)
	}
	return wrong
}

// unknown is a key that there is not, with those that may have been meant.
func unknown(key, table string, fields map[string]reflect.Type) error {
	near := nearest.Of(key, slices.Sorted(maps.Keys(fields)))
	if len(near) > 0 {
		return fmt.Errorf("unknown key %q: did you mean %s?", join(table, key), join(table, near[0]))
	}
	return fmt.Errorf("unknown key %q: 'config show' lists those that there are", join(table, key))
}

// checkValue returns what is wrong with a value that is read into a type.
func checkValue(t reflect.Type, v any, key string) []error {
	wrong := []error{&Wrong{Key: key, Value: v, Want: want(t)}}
	if t == reflect.TypeFor[secret.Text]() {
		wrong = []error{&Wrong{Key: key, Want: want(t)}}
	}
	switch found := v.(type) {
	case string:
		if fits(t, found) {
			return nil
		}
	case bool:
		if t.Kind() == reflect.Bool {
			return nil
		}
	case int64:
		if !isText(t) && (t.Kind() == reflect.Int || t.Kind() == reflect.Int64) {
			return nil
		}
	case map[string]any:
		if !isText(t) && t.Kind() == reflect.Struct {
			return checkTable(t, found, key)
		}
	case []any:
		if t.Kind() == reflect.Slice {
			return checkList(t.Elem(), found, key)
		}
	}
	return wrong
}

// fits reports whether a text can be read into a type.
func fits(t reflect.Type, text string) bool {
	if isText(t) {
		u, ok := reflect.New(t).Interface().(unmarshaler)
		return ok && u.UnmarshalText([]byte(text)) == nil
	}
	return t.Kind() == reflect.String
}

// checkList returns what is wrong in a list; its members are counted from 1.
func checkList(t reflect.Type, list []any, key string) []error {
	var wrong []error
	for i, v := range list {
		wrong = append(wrong, checkValue(t, v, fmt.Sprintf("%s #%d", key, i+1))...)
	}
	return wrong
}
