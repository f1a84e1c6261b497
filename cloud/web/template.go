package web

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"net/http"
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
		"t":    p.text,
		"time": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
		"iso":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}
	for _, name := range []string{
		"signin", "password", "device", "deviceask", "message", "consent", "code", "claim", "printers", "printer", "jobs", "job", "error", "invitation", "public",
	} {
		p.byName[name] = template.Must(template.New("layout.html").Funcs(funcs).
			ParseFS(files, "templates/layout.html", "templates/jobtable.html", "templates/"+name+".html"))
	}
	return p
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

// staticFiles serves the stylesheet and the script.
func staticFiles() http.Handler {
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		secureHeaders(w.Header(), "")
		w.Header().Set("Cache-Control", "public, max-age=300")
		server.ServeHTTP(w, r)
	})
}
