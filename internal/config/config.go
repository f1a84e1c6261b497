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

// checker are settings that know which of them cannot be.
type checker interface{ Check() error }

// Load fills into, which holds the defaults, from the file (if required or
// there) and from variables named prefix_KEY or prefix_TABLE_KEY (none without a prefix), and then checks it
// if it has a Check. Its errors say where what is wrong was written.
func Load(file File, prefix string, into any) error {
	var from origin
	if file.Path != "" {
		if err := from.readFile(file, into); err != nil {
			return fmt.Errorf("settings: %w", err)
		}
	}
	if prefix != "" {
		if err := from.readEnvironment(place{variable: prefix}, reflect.ValueOf(into).Elem()); err != nil {
			return fmt.Errorf("settings: %w", err)
		}
	}
	if c, ok := into.(checker); ok {
		return from.locate(c.Check())
	}
	return nil
}

// File is a settings file; one that is Optional may be missing.
type File struct {
	Path     string
	Optional bool
	Text     []byte // what is in it, where it is not at Path; Path then only names it
}

// Choose returns the file that somebody named, or else the usual one, which may
// be missing.
func Choose(named, usual string) File {
	if named != "" {
		return File{Path: named}
	}
	return File{Path: usual, Optional: true}
}

// read returns what is in the file; nothing for an optional one that is missing.
func (f File) read() ([]byte, error) {
	if f.Text != nil {
		return f.Text, nil
	}
	info, err := os.Stat(f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.Optional:
		return nil, nil
	case err != nil:
		return nil, err
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%s is larger than 1 MiB", f.Path)
	}
	return os.ReadFile(f.Path)
}

func (o *origin) readFile(file File, into any) error {
	data, err := file.read()
	if err != nil {
		return err
	}
	// The decoder's own errors speak of Go's types and quote the lines around, which
	// may hold a secret.
	if err := toml.Unmarshal(data, &o.tree); err != nil {
		return notTOML(file.Path, err)
	}
	o.path = file.Path
	if err := o.refuse(checkTable(reflect.TypeOf(into).Elem(), o.tree, "")); err != nil {
		return err
	}
	if err := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields().Decode(into); err != nil {
		return fmt.Errorf("%s: %w", file.Path, err)
	}
	return nil
}

// notTOML is the error of a file that the decoder cannot read, with the line where
// it says one.
func notTOML(path string, err error) error {
	if at, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, _ := at.Position()
		path += ", line " + strconv.Itoa(line) + ","
	}
	return fmt.Errorf("%s is not as TOML wants it: %s", path, strings.TrimPrefix(err.Error(), "toml: "))
}

// place is a field of the settings: the variable that may set it, and its key.
type place struct{ variable, key string }

func (p place) of(key string) place {
	return place{p.variable + "_" + strings.ToUpper(key), join(p.key, key)}
}

// readEnvironment sets the fields of v that have a variable of their name.
func (o *origin) readEnvironment(at place, v reflect.Value) error {
	for i := range v.NumField() {
		key := keyOf(v.Type().Field(i))
		if key == "" {
			continue
		}
		at := at.of(key)
		if v.Field(i).Kind() == reflect.Struct && !isText(v.Field(i).Type()) {
			if err := o.readEnvironment(at, v.Field(i)); err != nil {
				return err
			}
			continue
		}
		text, set := os.LookupEnv(at.variable)
		if !set {
			continue
		}
		if err := assign(v.Field(i), text); err != nil {
			return fmt.Errorf("the environment variable %w", &Wrong{Key: at.variable, Value: text, Want: want(v.Field(i).Type())})
		}
		o.keep(at)
	}
	return nil
}

type unmarshaler interface{ UnmarshalText([]byte) error }

// isText reports whether values of a type read themselves from text.
func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[unmarshaler]())
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
			return err
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return err
		}
		v.SetInt(n)
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.String {
			return errInFile
		}
		list := []string{}
		if text != "" {
			list = strings.Split(text, ",")
		}
		v.Set(reflect.ValueOf(list))
	default:
		return errInFile
	}
	return nil
}

// errInFile is why a variable cannot set some fields.
var errInFile = errors.New("it is written in the file")
