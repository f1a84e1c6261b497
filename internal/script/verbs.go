package script

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/cobra"
)

// Covered fails for each verb of a program that the scripts of a folder do not try: each
// is run where it succeeds, with --json and a shape if it has that flag, and where it
// fails, with its exit code.
func Covered(t *testing.T, root *cobra.Command, folder string) {
	t.Helper()
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	tried := map[string]trial{}
	files, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("scripts of %s: %d, %v", folder, len(files), err)
	}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		try(root, string(a.Comment), tried)
	}
	for _, verb := range verbs(root) {
		got, path := tried[verb.CommandPath()], verb.CommandPath()
		if !got.success {
			t.Errorf("no script has a line: exec %s", path)
		}
		if !got.failure {
			t.Errorf("no script has a line: exits CODE %s", path)
		}
		if verb.Flags().Lookup("json") != nil && !got.shape {
			t.Errorf("no script has after a line with %s --json one: shape stdout SHAPE", path)
		}
	}
}

// trial is what scripts tried of a verb.
type trial struct{ success, failure, shape bool }

// try notes which verbs the lines of a script run.
func try(root *cobra.Command, lines string, tried map[string]trial) {
	asJSON := "" // the verb of the last line, if it has --json
	for line := range strings.Lines(lines) {
		words := strings.Fields(line)
		if len(words) > 0 && words[0] == "shape" && asJSON != "" {
			got := tried[asJSON]
			got.shape = true
			tried[asJSON] = got
		}
		i := slices.Index(words, root.Name())
		if i < 1 || strings.HasPrefix(words[0], "#") {
			continue
		}
		asJSON = ""
		c, _, err := root.Find(words[i+1:])
		if err != nil {
			continue // such as a verb that there is not
		}
		path := c.CommandPath()
		got := tried[path]
		got.success = got.success || words[0] == "exec" || words[0] == "eventually" || words[0] == "exits" && words[1] == "0"
		got.failure = got.failure || words[0] == "exits" && words[1] != "0"
		tried[path] = got
		if slices.Contains(words, "--json") {
			asJSON = path
		}
	}
}

// verbs are the commands of a tree that do something.
func verbs(c *cobra.Command) []*cobra.Command {
	var list []*cobra.Command
	for _, sub := range c.Commands() {
		list = append(list, verbs(sub)...)
	}
	if c.Runnable() {
		list = append(list, c)
	}
	return list
}

// Helpful fails for each verb whose help does not tell enough to use it: a line of what it
// does, and an example where it takes arguments or needs a flag. Hidden verbs are not for
// people.
func Helpful(t *testing.T, root *cobra.Command) {
	t.Helper()
	if root.Example == "" || !strings.Contains(root.Long, "Exit codes: 0") {
		t.Errorf("the help of %s has no example, or does not tell the exit codes", root.Name())
	}
	for _, verb := range verbs(root) {
		if verb.Hidden {
			continue
		}
		if verb.Short == "" {
			t.Errorf("%s: no line of what it does", verb.CommandPath())
		}
		_, args, takes := strings.Cut(verb.Use, " ")
		if takes && verb.Example == "" {
			t.Errorf("%s takes %s, and its help has no example", verb.CommandPath(), args)
		}
		if takes && !strings.Contains(verb.Example, strings.TrimPrefix(verb.CommandPath(), root.Name()+" ")) {
			t.Errorf("%s: its example is another verb's", verb.CommandPath())
		}
	}
}
