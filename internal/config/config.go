// Package config reads a program's settings: defaults, then a TOML file, then
// the environment. It refuses keys that it does not know; flags are the caller's.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Duration is a time.Duration written as text, such as "90s" or "24h".
type Duration time.Duration

// Std returns d as the standard library's type.
func (d Duration) Std() time.Duration { return time.Duration(d) }

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q is no duration, write one like \"90s\" or \"24h\"", b)
	}
	*d = Duration(v)
	return nil
}

// MarshalText writes d as time.Duration prints it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// maxFile bounds a settings file, in bytes.
const maxFile = 1 << 20

// Load fills into, which holds the defaults, from the file (if required or
// there) and from variables named prefix_KEY or prefix_TABLE_KEY.
func Load(file File, prefix string, into any) error {
	if file.Path != "" {
		if err := readFile(file, into); err != nil {
			return err
		}
	}
	return fromEnvironment(prefix, reflect.ValueOf(into).Elem())
}

// File is a settings file; one that is Optional may be missing.
type File struct {
	Path     string
	Optional bool
}

// Choose returns the file that somebody named, or else the usual one, which may
// be missing.
func Choose(named, usual string) File {
	if named != "" {
		return File{Path: named}
	}
	return File{Path: usual, Optional: true}
}

func readFile(file File, into any) error {
	info, err := os.Stat(file.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && file.Optional:
		return nil
	case err != nil:
		return fmt.Errorf("settings: %w", err)
	case info.Size() > maxFile:
		return fmt.Errorf("settings: %s is larger than 1 MiB", file.Path)
	}
	data, err := os.ReadFile(file.Path)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	err = toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(into)
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		return fmt.Errorf("settings: %s: unknown key:\n%s", file.Path, strict.String())
	}
	if err != nil {
		return fmt.Errorf("settings: %s: %w", file.Path, err)
	}
	return nil
}

// fromEnvironment sets the fields of v that have a variable of their name.
func fromEnvironment(prefix string, v reflect.Value) error {
	for i := range v.NumField() {
		key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("toml"), ",")
		if key == "" || key == "-" {
			continue
		}
		name := prefix + "_" + strings.ToUpper(key)
		if v.Field(i).Kind() == reflect.Struct && !isText(v.Field(i)) {
			if err := fromEnvironment(name, v.Field(i)); err != nil {
				return err
			}
			continue
		}
		text, set := os.LookupEnv(name)
		if !set {
			continue
		}
		if err := assign(v.Field(i), text); err != nil {
			return fmt.Errorf("settings: %s: %w", name, err)
		}
	}
	return nil
}

type unmarshaler interface{ UnmarshalText([]byte) error }

func isText(v reflect.Value) bool {
	_, ok := v.Addr().Interface().(unmarshaler)
	return ok
}

// assign sets one field from text; lists are separated by commas.
func assign(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(unmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is no whole number", text)
		}
		v.SetInt(n)
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.String {
			return fmt.Errorf("a list of tables is written in the file")
		}
		v.Set(reflect.ValueOf(strings.Split(text, ",")))
	default:
		return fmt.Errorf("cannot be set from the environment")
	}
	return nil
}
