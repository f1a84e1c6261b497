package e2e

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"platen/internal/lab"
)

// verbs are the verbs of a program, such as "platen printer add", each with the flags
// that its help names.
type verbs map[string]map[string]bool

var (
	helpVerb = regexp.MustCompile(`(?m)^  ([a-z][a-z-]*) `)
	helpFlag = regexp.MustCompile(`--([a-z][a-z-]*)`)
)

// learn reads the help of a verb, and of those below it.
func (v verbs) learn(t *testing.T, program string, path ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, append(path, "--help")...).Output()
	if err != nil {
		t.Fatalf("%s %v --help: %v", program, path, err)
	}
	name := strings.Join(append([]string{filepath.Base(program)}, path...), " ")
	v[name] = map[string]bool{}
	for _, m := range helpFlag.FindAllSubmatch(out, -1) {
		v[name][string(m[1])] = true
	}
	_, list, _ := strings.Cut(string(out), "Available Commands:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	for _, m := range helpVerb.FindAllStringSubmatch(list, -1) {
		if m[1] != "help" && m[1] != "completion" {
			v.learn(t, program, append(path, m[1])...)
		}
	}
}

// A page names a command in a line of its own or between two backquotes, which may be on
// two lines.
var (
	quoted  = regexp.MustCompile("`([^`]+)`")
	command = regexp.MustCompile(`(?:^|[\s(/=])(platen(?:-cloud)?) ([^#>|;)]*)`)
	service = regexp.MustCompile(`rc-update add \S+`) // OpenRC's, with a word after its name
)

// commands are what a page says to type.
func commands(page string) (list []string) {
	blocks := strings.Split(page, "```")
	for i, text := range blocks {
		pieces := strings.Split(text, "\n")
		if i%2 == 0 {
			pieces = nil
			for _, m := range quoted.FindAllStringSubmatch(text, -1) {
				pieces = append(pieces, strings.ReplaceAll(m[1], "\n", " "))
			}
		}
		for _, piece := range pieces {
			for _, m := range command.FindAllStringSubmatch(service.ReplaceAllString(piece, ""), -1) {
				list = append(list, m[1]+" "+m[2])
			}
		}
	}
	return list
}

// fault says what is wrong with a command; "" for nothing.
func (v verbs) fault(line string) string {
	words := strings.Fields(line)
	name := words[0]
	for _, w := range words[1:] {
		if v[name+" "+w] == nil {
			break
		}
		name += " " + w
	}
	group := false
	for other := range v {
		group = group || strings.HasPrefix(other, name+" ")
	}
	rest := words[strings.Count(name, " ")+1:]
	if group && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		return "there is no " + rest[0] + " below " + name
	}
	for _, m := range helpFlag.FindAllStringSubmatch(strings.Join(rest, " "), -1) {
		if !v[name][m[1]] {
			return name + " has no --" + m[1]
		}
	}
	return ""
}

// What the pages say to type is there: each verb and each of its flags.
func TestDocsNameCommandsThatExist(t *testing.T) {
	bin, v := lab.Build(t), verbs{"platen render": {}} // which no help shows: it is for the program's own children
	for _, program := range []string{"platen", "platen-cloud"} {
		v.learn(t, filepath.Join(bin, program))
	}
	seen := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, line := range commands(string(text)) {
			seen++
			if fault := v.fault(line); fault != "" {
				t.Errorf("%s: %q: %s", path, line, fault)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 40 {
		t.Errorf("only %d commands are in the pages: does this test still look at them?", seen)
	}
}
