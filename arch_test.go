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
	"printer":               {"gcp", "gcp/ticket", "internal/impose", "internal/ippwords", "internal/ppd"},
	"printer/spooler":       {},
	"printer/discover":      {},
	"cups":                  {"gcp", "printer", "internal/backoff", "internal/fault", "internal/ippwords", "internal/ppd", "internal/secret"},
	"notify":                {"gcp", "internal/backoff"},
	"notify/xmpp":           {"gcp", "notify", "internal/backoff", "internal/secret"},
	"notify/poll":           {"gcp", "notify", "internal/backoff"},
	"connector":             {"gcp", "printer", "internal/backoff", "internal/fault", "internal/impose"},
	"connector/spool":       {"gcp", "printer", "connector", "internal/disk", "internal/filelock", "internal/private"},
	"connector/predecessor": {"gcp", "internal/config", "internal/secret"},
	"connector/rules":       {"gcp", "printer", "connector", "internal/config"},
	"connector/announce":    {"gcp", "internal/backoff", "internal/ippwords", "internal/mdns"},
	"connector/control":     {"gcp", "internal/impose", "internal/nearest", "internal/private", "printer"},
	"connector/daemon": {
		"gcp", "gcp/client", "printer", "cups", "notify", "notify/poll", "notify/xmpp", "connector",
		"connector/spool", "connector/control", "connector/rules", "connector/announce", "internal/backoff", "internal/cli", "internal/config", "internal/disk", "internal/impose", "internal/mdns", "internal/metrics", "internal/nearest", "internal/private", "internal/smallpdf", "internal/raster", "internal/secret",
	},

	// The cloud's half.
	"cloud":                  {"gcp", "gcp/ticket", "cloud/legacy", "internal/disk", "internal/impose", "internal/secret"},
	"cloud/legacy":           {"gcp", "gcp/ticket", "internal/ppd"},
	"cloud/oauth":            {"gcp", "cloud", "internal/secret"},
	"cloud/bearer":           {"gcp", "internal/disk", "internal/secret"},
	"cloud/blob":             {"gcp", "cloud", "internal/disk"},
	"cloud/archive":          {},
	"cloud/store":            {"gcp", "cloud", "cloud/component", "cloud/ipp", "cloud/oauth", "cloud/passkey", "cloud/pubsub", "internal/disk"},
	"cloud/store/memory":     {"gcp", "cloud"},
	"cloud/store/emptystore": {"cloud/store"},
	"cloud/store/storetest":  {"gcp", "cloud", "cloud/component", "cloud/ipp", "cloud/oauth", "cloud/passkey", "cloud/pubsub", "internal/impose"},
	"cloud/api":              {"gcp", "cloud", "cloud/legacy", "cloud/oauth", "internal/fault", "internal/stall"},
	"cloud/ipp":              {"gcp", "cloud", "internal/fault", "internal/impose", "internal/ippserver", "internal/ippwords", "internal/rasterpdf", "internal/stall"},
	"cloud/oidc":             {"cloud", "internal/secret"},
	"cloud/oidc/oidctest":    {},
	"cloud/passkey":          {"cloud"},
	"cloud/mail":             {"cloud", "internal/secret"},
	"cloud/web":              {"gcp", "cloud", "cloud/ipp", "cloud/oauth", "cloud/oidc", "cloud/passkey", "internal/smallpdf", "internal/secret", "internal/stall"},
	"cloud/push":             {"gcp", "cloud", "internal/backoff", "internal/secret", "internal/stream"},
	"cloud/component":        {"gcp", "cloud/push", "internal/backoff", "internal/secret", "internal/stream"},
	"cloud/pubsub":           {"gcp", "cloud", "internal/backoff", "internal/stream"},
	"cloud/xmppauth":         {"gcp", "cloud", "internal/backoff", "internal/secret"},
	"cloud/server": {
		"gcp", "cloud", "cloud/oauth", "cloud/oidc", "cloud/passkey", "cloud/archive", "cloud/bearer", "cloud/blob", "cloud/store", "cloud/api", "cloud/web",
		"cloud/component", "cloud/ipp", "cloud/push", "cloud/mail", "cloud/pubsub", "cloud/xmppauth", "internal/activation", "internal/cli", "internal/config", "internal/disk", "internal/filelock", "internal/metrics", "internal/raster", "internal/secret", "internal/stream", "internal/impose",
	},

	// Helpers, which know nothing of either half.
	"internal/activation":   {},
	"internal/backoff":      {},
	"internal/cli":          {"internal/secret"},
	"internal/config":       {"internal/nearest", "internal/secret"},
	"internal/disk":         {},
	"internal/mdns":         {"internal/backoff"},
	"internal/metrics":      {},
	"internal/nearest":      {},
	"internal/disk/diskmem": {"internal/disk"},
	"internal/fault":        {},
	"internal/filelock":     {},
	"internal/impose":       {"gcp"},
	"internal/raster":       {"gcp", "internal/impose"},
	"internal/rasterpdf":    {},
	"internal/smallpdf":     {},
	"internal/ppd":          {"gcp"},
	"internal/private":      {},
	"internal/secret":       {},
	"internal/service":      {"internal/cli", "packaging"},
	"internal/stall":        {},
	"internal/stream":       {},
	"internal/ippserver":    {"internal/ippwords"},
	"internal/ippwords":     {"gcp"},
	"internal/vprinter":     {"internal/ippserver", "internal/ippwords"},
	"internal/lab":          {"internal/filelock"},
	"internal/wine":         {},
	"internal/report":       {},
	"internal/script":       {"internal/lab", "internal/vprinter"},

	"packaging": {},

	// The programs, and what wires both halves.
	"internal/demo": {"gcp", "gcp/client", "connector/control", "connector/daemon", "connector/spool", "cloud", "cloud/oauth", "cloud/server", "internal/secret", "internal/vprinter"},
	"internal/sim": {
		"gcp", "printer", "connector", "connector/spool", "cloud", "cloud/blob", "cloud/store/memory",
		"internal/backoff", "internal/disk", "internal/disk/diskmem",
	},
	"internal/packages":  {"cloud/server", "connector/daemon"},
	"internal/e2e":       {}, // tests only
	"internal/frontdoor": {}, // tests only
	"internal/install":   {}, // tests only
	"internal/powercut":  {}, // tests only
	"internal/walk":      {}, // tests only
	"internal/bench":     {"gcp", "gcp/client", "cloud", "cloud/oauth", "cloud/server", "cloud/store", "internal/config", "internal/impose", "internal/lab", "internal/raster", "internal/secret"},
	"internal/screens":   {"gcp", "cloud", "cloud/blob", "cloud/oauth", "cloud/passkey", "cloud/server", "cloud/store", "internal/lab", "internal/secret", "internal/smallpdf"},
	"internal/soak":      {"gcp", "gcp/client", "internal/lab", "internal/secret", "internal/vprinter"},
	"cmd/platen":         {"gcp", "gcp/client", "printer", "printer/spooler", "printer/discover", "cups", "connector/control", "connector/daemon", "connector/spool", "internal/impose", "internal/cli", "internal/config", "internal/nearest", "internal/ppd", "internal/raster", "internal/secret", "internal/service", "internal/backoff", "connector/predecessor"},
	"cmd/platen-cloud":   {"gcp", "gcp/client", "cloud", "cloud/oauth", "cloud/server", "cloud/xmppauth", "internal/backoff", "internal/cli", "internal/config", "internal/demo", "internal/raster", "internal/secret", "internal/service"},
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
