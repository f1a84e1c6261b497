package web

import (
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed templates static
var files embed.FS

// pages are the parsed templates, each with the layout.
type pages struct {
	words  map[string]string
	byName map[string]*template.Template
}

func parsePages() pages {
	p := pages{words: english(), byName: map[string]*template.Template{}}
	funcs := template.FuncMap{
		"t":     p.text,
		"nav":   p.nav,
		"over":  func(v view, data any) view { v.Data = data; return v },
		"time":  func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"forms": func(v view, row jobRow) actionForms { return actionForms{row, v.XSRF, v.Key} },
		"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}
	parts := template.Must(template.New("layout.html").Funcs(funcs).ParseFS(files, "templates/parts/*.html"))
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		panic(err) // the pattern is right
	}
	for _, name := range names {
		p.byName[strings.TrimSuffix(path.Base(name), ".html")] = template.Must(template.Must(parts.Clone()).ParseFS(files, name))
	}
	return p
}

// actionForms are the forms of one job's actions.
type actionForms struct {
	Job       jobRow
	XSRF, Key string
}

// text returns a sentence of the catalogue with its arguments filled in.
func (p pages) text(key string, args ...any) (string, error) {
	text, ok := p.words[key]
	if !ok {
		return "", fmt.Errorf("no text for %q", key)
	}
	if len(args) == 0 {
		return text, nil
	}
	return fmt.Sprintf(text, args...), nil
}

func (p pages) render(w io.Writer, name string, data view) error {
	t, ok := p.byName[name]
	if !ok {
		return fmt.Errorf("no page %q", name)
	}
	return t.Execute(w, data)
}

// staticFiles serves the stylesheet, the scripts and the icons. Browsers keep them, and
// ask each time whether they are still the same: no page gets the scripts of another
// version than its own.
func staticFiles() http.Handler {
	tags, server := contentTags("static"), http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secureHeaders(w.Header(), "")
		w.Header().Set("Cache-Control", "no-cache") // RFC 9111, 5.2.2.4
		if tag, ok := tags[r.PathValue("name")]; ok {
			w.Header().Set("ETag", tag)
		}
		server.ServeHTTP(w, r)
	})
}

// contentTags returns an entity tag (RFC 9110, 8.8.3) of each embedded file of a folder, by
// its name.
func contentTags(folder string) map[string]string {
	list, err := files.ReadDir(folder)
	tags := make(map[string]string, len(list))
	for _, e := range list {
		text, failed := files.ReadFile(path.Join(folder, e.Name()))
		err = errors.Join(err, failed)
		tags[e.Name()] = fmt.Sprintf(`"%x"`, sha256.Sum256(text))
	}
	if err != nil {
		panic(err) // they are part of the program
	}
	return tags
}
