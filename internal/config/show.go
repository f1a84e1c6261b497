package config

import (
	"encoding"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"platen/internal/secret"
)

// Setting is one setting in force, for a person who looks at it.
type Setting struct {
	Key      string // with its tables, such as push.host
	Value    string // as a person writes it; of a secret only whether there is one
	Variable string // that may set it; "" if none may
	Source   Source
}

// Source is where a setting was written.
type Source string

// The sources.
const (
	FromDefault     Source = "default"
	FromFile        Source = "file"
	FromEnvironment Source = "environment"
	FromCommandLine Source = "command line"
)

// InForce lists settings, a struct that Load read from the file and from variables of
// the prefix ("" for none), in their order. What is there besides was given on the
// command line, which only the caller knows.
func InForce(file File, prefix string, settings any) ([]Setting, error) {
	var tree map[string]any
	if file.Path != "" {
		data, err := file.read()
		if err != nil {
			return nil, fmt.Errorf("settings: %w", err)
		}
		if err := toml.Unmarshal(data, &tree); err != nil {
			return nil, fmt.Errorf("settings: %w", notTOML(file.Path, err))
		}
	}
	return inForce(place{variable: prefix}, tree, reflect.ValueOf(settings)), nil
}

func inForce(at place, tree map[string]any, v reflect.Value) []Setting {
	var list []Setting
	for i := range v.NumField() {
		key := keyOf(v.Type().Field(i))
		if key == "" {
			continue
		}
		f, at := v.Field(i), at.of(key)
		if f.Kind() == reflect.Struct && !isText(f.Type()) {
			list = append(list, inForce(at, tree, f)...)
			continue
		}
		s := Setting{Key: at.key, Value: plain(f), Source: FromDefault}
		if !strings.HasPrefix(at.variable, "_") && want(f.Type()) != want(reflect.TypeFor[[]struct{}]()) {
			s.Variable = at.variable
		}
		if has(tree, at.key) {
			s.Source = FromFile
		}
		if _, set := os.LookupEnv(s.Variable); set && s.Variable != "" {
			s.Source = FromEnvironment
		}
		list = append(list, s)
	}
	return list
}

// plain writes a value without its secrets.
func plain(v reflect.Value) string {
	switch value := v.Interface().(type) {
	case secret.Text:
		if value.Empty() {
			return ""
		}
		return "(set, not shown)"
	case []string:
		return strings.Join(value, ", ")
	case encoding.TextMarshaler:
		text, err := value.MarshalText()
		if err != nil {
			return ""
		}
		return string(text)
	}
	if v.Kind() == reflect.Slice {
		if v.Len() == 0 {
			return ""
		}
		return fmt.Sprintf("(%d, not shown)", v.Len())
	}
	return fmt.Sprint(v.Interface())
}
