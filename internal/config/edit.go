package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Change is a setting to be written: a string, a bool, an int64 or a []string.
type Change struct {
	Key   string // with its table, such as push.direct_listen
	Value any
}

// line writes a change as a settings file has it.
func (c Change) line() string {
	_, key := c.at()
	return key + " = " + c.text()
}

// at splits a key into its table, "" for none, and its name there.
func (c Change) at() (table, key string) {
	if i := strings.LastIndexByte(c.Key, '.'); i >= 0 {
		return c.Key[:i], c.Key[i+1:]
	}
	return "", c.Key
}

func (c Change) text() string { return shown(c.Value) }

// value is what a reader of TOML makes of the change.
func (c Change) value() any {
	list, ok := c.Value.([]string)
	if !ok {
		return c.Value
	}
	values := make([]any, len(list))
	for i, text := range list {
		values[i] = text
	}
	return values
}

// Edit is a settings file about to be changed.
type Edit struct {
	path string
	old  []byte
	mode fs.FileMode
	tree map[string]any
	todo []Change
}

// StartEdit reads the settings file at path, which may be missing.
func StartEdit(path string) (*Edit, error) {
	e := &Edit{path: path, mode: 0o644} // the service, which is somebody else, reads it
	data, err := File{Path: path, Optional: true}.read()
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	if info, err := os.Stat(path); err == nil {
		e.mode = info.Mode().Perm()
	}
	e.old = data
	if err := toml.Unmarshal(data, &e.tree); err != nil {
		return nil, fmt.Errorf("settings: %w", notTOML(path, err))
	}
	return e, nil
}

// Set notes a change; one that says what is there already is none.
func (e *Edit) Set(c Change) {
	was, there := lookUp(e.tree, c.Key)
	if there && reflect.DeepEqual(was, c.value()) {
		return
	}
	e.todo = append(e.todo, c)
}

// Changes are the keys that will be written.
func (e *Edit) Changes() []string {
	keys := make([]string, 0, len(e.todo))
	for _, c := range e.todo {
		keys = append(keys, c.Key)
	}
	return keys
}

// Replaced says what of the file would be replaced: a line for each setting that is
// there with another value.
func (e *Edit) Replaced() []string {
	var lines []string
	for _, c := range e.todo {
		if was, there := lookUp(e.tree, c.Key); there {
			lines = append(lines, fmt.Sprintf("%s is %s, and would be %s", c.Key, written(was), c.text()))
		}
	}
	return lines
}

// written is a value of the file as it stands there.
func written(v any) string {
	list, ok := v.([]any)
	if !ok {
		return shown(v)
	}
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = shown(one)
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

// errByHand means that a settings file is written in a way that cannot be changed
// safely: its lines have to be written by a person.
var errByHand = errors.New("the settings file has to be changed by hand")

// Write replaces the file, whole or not at all, and changes nothing else in it. Without
// a change it does nothing.
func (e *Edit) Write() error {
	if len(e.todo) == 0 {
		return nil
	}
	text, want := string(e.old), clone(e.tree)
	for _, c := range e.todo {
		text = c.into(text)
		put(want, c)
	}
	var have map[string]any
	if err := toml.Unmarshal([]byte(text), &have); err != nil || !reflect.DeepEqual(have, want) {
		lines := make([]string, len(e.todo))
		for i, c := range e.todo {
			lines[i] = c.Key + " = " + c.text()
		}
		return fmt.Errorf("%w: %s needs %s", errByHand, e.path, strings.Join(lines, ", "))
	}
	return replaceFile(e.path, text, e.mode)
}

// into writes a change into the text of a file: over the line that has its key, or
// after the last line of its table.
func (c Change) into(text string) string {
	table, key := c.at()
	lines := strings.SplitAfter(text, "\n")
	current, end, open := "", -1, 0
	if table == "" {
		end = max(0, slices.IndexFunc(lines, func(l string) bool { return !strings.HasPrefix(l, "#") })) // after what heads the file
	}
	for i, line := range lines {
		bare := strings.TrimSpace(line)
		if open > 0 { // inside of a list over several lines
			open += depth(bare)
			continue
		}
		if name, ok := strings.CutPrefix(bare, "["); ok {
			current, _, _ = strings.Cut(name, "]")
			if current = strings.TrimSpace(current); current == table {
				end = i + 1
			}
			continue
		}
		name, value, assigned := strings.Cut(bare, "=")
		if !assigned || strings.HasPrefix(bare, "#") {
			continue
		}
		open = depth(value)
		if current != table {
			continue
		}
		if strings.TrimSpace(name) == key && open == 0 {
			lines[i] = c.line() + comment(value) + "\n"
			return strings.Join(lines, "")
		}
		end = i + 1
	}
	if end < 0 {
		lines = append(lines, "\n["+table+"]\n")
		end = len(lines)
	}
	if end > 0 && lines[end-1] != "" && !strings.HasSuffix(lines[end-1], "\n") {
		lines[end-1] += "\n"
	}
	return strings.Join(slices.Insert(lines, end, c.line()+"\n"), "")
}

// depth is how many brackets a value opens and does not close, outside of texts and
// comments.
func depth(value string) int {
	n := 0
	scan(value, func(r rune) bool {
		switch r {
		case '[', '{':
			n++
		case ']', '}':
			n--
		}
		return true
	})
	return n
}

// comment is what stands after a value on its line.
func comment(value string) string {
	at := scan(value, func(rune) bool { return true })
	if at == len(value) {
		return ""
	}
	return " " + value[at:]
}

// scan calls f for each letter outside of texts until it says no or a comment begins;
// it returns where it stopped.
func scan(value string, f func(rune) bool) int {
	var quote rune
	escaped := false
	for i, r := range value {
		switch {
		case escaped:
			escaped = false
		case quote == '"' && r == '\\':
			escaped = true
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '#' || !f(r):
			return i
		}
	}
	return len(value)
}

func lookUp(tree map[string]any, key string) (any, bool) {
	first, rest, more := strings.Cut(key, ".")
	v, there := tree[first]
	if !there || !more {
		return v, there
	}
	sub, ok := v.(map[string]any)
	if !ok {
		return nil, false
	}
	return lookUp(sub, rest)
}

func put(tree map[string]any, c Change) {
	table, key := c.at()
	if table != "" {
		sub, ok := tree[table].(map[string]any)
		if !ok {
			sub = map[string]any{}
			tree[table] = sub
		}
		tree = sub
	}
	tree[key] = c.value()
}

// clone copies a table and its tables.
func clone(tree map[string]any) map[string]any {
	made := map[string]any{}
	for key, v := range tree {
		if sub, ok := v.(map[string]any); ok {
			v = clone(sub)
		}
		made[key] = v
	}
	return made
}

// replaceFile writes a file beside the one at path and renames it over that.
func replaceFile(path, text string, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"."+strconv.Itoa(os.Getpid())+".*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // else it lies there
	}
	return err
}
