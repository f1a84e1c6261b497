package platen

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "platen/"

// mayImport lists, for each package, the packages of this module that it may
// import. A package that is not listed here fails the test: adding one is a
// decision, and this table is where it is written down.
var mayImport = map[string][]string{
	// The protocol, which both halves share.
	"gcp":        {},
	"gcp/client": {"gcp", "internal/backoff", "internal/secret"},
	"gcp/ticket": {"gcp"},

	// The connector's half.
	"printer":           {"gcp"},
	"cups":              {"gcp", "printer", "internal/backoff", "internal/fault", "internal/secret"},
	"notify":            {"gcp", "internal/backoff"},
	"notify/xmpp":       {"gcp", "notify", "internal/secret"},
	"connector":         {"gcp", "printer", "internal/backoff", "internal/fault"},
	"connector/spool":   {"gcp", "printer", "connector"},
	"connector/control": {"gcp", "printer"},
	"connector/daemon": {
		"gcp", "gcp/client", "printer", "cups", "notify", "notify/xmpp", "connector",
		"connector/spool", "connector/control", "internal/cli", "internal/config", "internal/secret",
	},

	// The cloud's half.
	"cloud":                 {"gcp", "gcp/ticket"},
	"cloud/oauth":           {"gcp", "cloud", "internal/secret"},
	"cloud/blob":            {"cloud"},
	"cloud/store":           {"gcp", "cloud", "cloud/oauth"},
	"cloud/store/storetest": {"gcp", "cloud", "cloud/oauth"},
	"cloud/api":             {"gcp", "cloud", "cloud/oauth", "internal/fault", "internal/stall"},
	"cloud/web":             {"gcp", "cloud", "cloud/oauth", "internal/stall"},
	"cloud/push":            {"gcp", "cloud", "internal/backoff"},
	"cloud/server": {
		"gcp", "cloud", "cloud/oauth", "cloud/blob", "cloud/store", "cloud/api", "cloud/web",
		"cloud/push", "internal/cli", "internal/config", "internal/secret",
	},

	// Helpers, which know nothing of either half.
	"internal/backoff":  {},
	"internal/cli":      {},
	"internal/config":   {},
	"internal/fault":    {},
	"internal/secret":   {},
	"internal/stall":    {},
	"internal/vprinter": {},
	"internal/lab":      {},
	"internal/report":   {},

	// The programs, and what wires both halves.
	"internal/demo":    {"gcp", "gcp/client", "connector/control", "connector/daemon", "connector/spool", "cloud", "cloud/oauth", "cloud/server", "internal/secret", "internal/vprinter"},
	"internal/e2e":     {}, // tests only
	"internal/bench":   {"gcp", "gcp/client", "internal/lab", "internal/secret"},
	"cmd/platen":       {"gcp", "gcp/client", "printer", "cups", "connector/control", "connector/daemon", "connector/spool", "internal/cli", "internal/config", "internal/secret"},
	"cmd/platen-cloud": {"gcp", "gcp/client", "cloud", "cloud/oauth", "cloud/server", "internal/backoff", "internal/cli", "internal/config", "internal/demo", "internal/secret"},
}

func TestImports(t *testing.T) {
	used := map[[2]string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "tools" || len(path) > 1 && path[0] == '.') {
			return filepath.SkipDir
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		if pkg == "." || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		allowed, ok := mayImport[pkg]
		if !ok {
			t.Errorf("%s is not in the table", pkg)
		}
		for _, imp := range f.Imports {
			dep, ours := strings.CutPrefix(strings.Trim(imp.Path.Value, `"`), module)
			used[[2]string{pkg, dep}] = true
			if ours && !slices.Contains(allowed, dep) {
				t.Errorf("%s: %s must not import %s", path, pkg, dep)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg, deps := range mayImport {
		for _, dep := range deps {
			if !used[[2]string{pkg, dep}] {
				t.Errorf("%s does not import %s, take it off the table", pkg, dep)
			}
		}
	}
}
