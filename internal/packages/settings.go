package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"platen/cloud/server"
	"platen/connector/daemon"
)

// sample is a settings file that changes nothing: every key, what it means as the
// settings' own source says it, and its default.
type sample struct {
	name     string // of the program
	source   string // folder of the package that has the type Config
	defaults any
	differs  map[string]string // defaults that depend on the machine or on who runs it
}

func samples() []sample {
	processors := "half the processors, at least 1"
	return []sample{
		{"platen", "connector/daemon", daemon.Default(), map[string]string{"state_dir": `"/var/lib/platen"`, "renders": processors}},
		{"platen-cloud", "cloud/server", server.Default(), map[string]string{"state_dir": `"/var/lib/platen-cloud"`, "renders": processors}},
	}
}

// writeSettings writes all samples into a folder.
func writeSettings(dir string) error {
	for _, s := range samples() {
		text, err := s.text()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, s.name+".toml"), []byte(text), 0o644); err != nil { //nolint:gosec // it is for everybody
			return err
		}
	}
	return nil
}

// text is the whole file.
func (s sample) text() (string, error) {
	structs, err := structsOf(s.source)
	if err != nil {
		return "", err
	}
	var keys strings.Builder
	w := settingsWriter{out: &keys, structs: structs, differs: s.differs}
	if err := w.table("", reflect.ValueOf(s.defaults), structs["Config"]); err != nil {
		return "", fmt.Errorf("settings of %s: %w", s.name, err)
	}
	sections := ""
	if strings.Contains(keys.String(), "\n#[") {
		sections = ", and the # of the [section] above it"
	}
	return fmt.Sprintf("# The settings of %s. Take the # away before what you change%s; what is there is the default.\n"+
		"# '%s config check' checks this file. Everybody on this machine can read it.\n\n%s", s.name, sections, s.name, &keys), nil
}

// structsOf returns the struct types of a package's source.
func structsOf(dir string) (map[string]*ast.StructType, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	all := map[string]*ast.StructType{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if t, ok := n.(*ast.TypeSpec); ok {
				if s, ok := t.Type.(*ast.StructType); ok {
					all[t.Name.Name] = s
				}
			}
			return true
		})
	}
	return all, nil
}

// settingsWriter writes tables of settings.
type settingsWriter struct {
	out     *strings.Builder
	structs map[string]*ast.StructType
	differs map[string]string
}

// later is a table below one that is being written: TOML wants it after the keys.
type later struct {
	key, comment string
	value        reflect.Value
	list         bool
}

// table writes the keys of a table, and then the tables in it.
func (w settingsWriter) table(key string, v reflect.Value, source *ast.StructType) error {
	if source == nil {
		return fmt.Errorf("%s: its type is not in the source", v.Type())
	}
	comments := map[string]string{}
	for _, f := range source.Fields.List {
		for _, name := range f.Names {
			comments[name.Name] = strings.TrimSpace(f.Comment.Text())
			if comments[name.Name] == "" {
				comments[name.Name] = strings.TrimSpace(f.Doc.Text())
			}
		}
	}
	var tables []later
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("toml"), ",")
		if name == "" || name == "-" {
			continue
		}
		full := strings.TrimPrefix(key+"."+name, ".")
		list := f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct
		if list || f.Type.Kind() == reflect.Struct && w.structs[f.Type.Name()] != nil && f.Type.PkgPath() != "" && !isText(f.Type) {
			value := v.Field(i)
			if list {
				value = reflect.New(f.Type.Elem()).Elem()
			}
			tables = append(tables, later{full, comments[f.Name], value, list})
			continue
		}
		if comments[f.Name] != "" {
			fmt.Fprintf(w.out, "# %s\n", strings.ReplaceAll(comments[f.Name], "\n", "\n# "))
		}
		if words, ok := w.differs[full]; ok {
			if !strings.HasPrefix(words, `"`) {
				fmt.Fprintf(w.out, "# Without it: %s.\n", words)
				words = "1"
			}
			fmt.Fprintf(w.out, "#%s = %s\n\n", name, words)
			continue
		}
		value, err := literal(v.Field(i))
		if err != nil {
			return fmt.Errorf("%s: %w", full, err)
		}
		fmt.Fprintf(w.out, "#%s = %s\n\n", name, value)
	}
	for _, t := range tables {
		head := "[" + t.key + "]"
		if t.list {
			head = "[[" + t.key + "]]"
		}
		if t.comment != "" {
			fmt.Fprintf(w.out, "# %s\n", t.comment)
		}
		fmt.Fprintf(w.out, "#%s\n\n", head)
		if err := w.table(t.key, t.value, w.structs[t.value.Type().Name()]); err != nil {
			return err
		}
	}
	return nil
}

// isText reports whether values of a type are written as text.
func isText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[interface{ UnmarshalText([]byte) error }]())
}

// literal writes a value as TOML does.
func literal(v reflect.Value) (string, error) {
	if v.Kind() == reflect.Slice && v.IsNil() {
		return "[]", nil
	}
	text, err := toml.Marshal(map[string]any{"v": v.Interface()})
	if err != nil {
		return "", err
	}
	_, value, ok := strings.Cut(strings.TrimSpace(string(text)), "= ")
	if !ok {
		return "", fmt.Errorf("written as %q", text)
	}
	return value, nil
}
