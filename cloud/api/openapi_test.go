package api

import (
	"encoding/json"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The description has every interface that is served, and no other.
func TestDescriptionIsOfWhatIsServed(t *testing.T) {
	b := newBench(t, nil)
	served, described := slices.Sorted(maps.Keys(b.handler.routes)), slices.Sorted(maps.Keys(operations()))
	if !slices.Equal(served, described) {
		t.Errorf("served are\n%v, described\n%v", served, described)
	}
	w := httptest.NewRecorder()
	Description(b.url).ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	var doc struct {
		OpenAPI string
		Servers []struct{ URL string }
		Paths   map[string]map[string]struct {
			OperationID string
			Summary     string
			Security    []map[string][]string
			Parameters  []struct {
				Name, In string
				Required bool
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || len(doc.Servers) != 1 || doc.Servers[0].URL != b.url {
		t.Errorf("%s %v", doc.OpenAPI, doc.Servers)
	}
	ids := map[string]bool{}
	for path, methods := range doc.Paths {
		for _, method := range []string{"GET", "POST", "PUT"} {
			op, told := methods[strings.ToLower(method)]
			a := b.do(b.request(method, path, "", "", ""))
			if isServed := a.status != 405 && a.status != 404; isServed != told {
				t.Errorf("%s %s is described: %v, answered %d", method, path, told, a.status)
			}
			if !told {
				continue
			}
			if ids[op.OperationID] || op.Summary == "" {
				t.Errorf("%s %s is called %q: %q", method, path, op.OperationID, op.Summary)
			}
			ids[op.OperationID] = true
			// Without credentials only what is said to be open to anybody does not answer 403.
			if open := op.Security != nil; open == (a.status == 403) {
				t.Errorf("%s %s is open to anybody: %v, answered %d", method, path, open, a.status)
			}
			for _, p := range op.Parameters {
				if p.In != "query" || p.Name == "" {
					t.Errorf("%s %s has %+v", method, path, p)
				}
			}
		}
	}
}

// Every argument that is described is one that the code reads.
func TestDescribedArgumentsAreRead(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{}
	for _, name := range files {
		if strings.HasPrefix(name, "openapi") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`"([a-zA-Z_]+)"`).FindAllStringSubmatch(string(text), -1) {
			read[m[1]] = true
		}
	}
	for name, op := range operations() {
		seen := map[string]bool{}
		for _, p := range op.params {
			if !read[p.name] || seen[p.name] || p.about == "" {
				t.Errorf("%s: the argument %q is not read, not described, or twice", name, p.name)
			}
			seen[p.name] = true
		}
	}
}

// What is said to be needed is: without it the call is refused.
func TestNeededArgumentsAreNeeded(t *testing.T) {
	b := newBench(t, nil)
	b.register("q")
	for name, op := range operations() {
		if name == "getauthcode" || name == "download" {
			continue // their refusals have other forms
		}
		needed := slices.ContainsFunc(op.params, func(p param) bool { return p.required })
		succeeds := false // whoever may call it
		for _, token := range []string{b.ann, b.robot} {
			a := b.post(name, token)
			succeeds = succeeds || a.Success
			if needed && a.Success {
				t.Errorf("%s needs nothing: %s", name, a.raw)
			}
		}
		if !needed && !succeeds {
			t.Errorf("%s needs something that is not said", name)
		}
	}
}
