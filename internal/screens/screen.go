package main

import (
	"regexp"
	"strings"
)

// Who is signed in while a screen is looked at.
const (
	nobody = ""      // nobody is
	owner  = "owner" // of most printers, also an administrator
	member = "member"
	guest  = "guest"
	fresh  = "fresh"  // a member who has nothing yet
	copied = "copied" // whose connector's state was copied
)

// Screen is one page as somebody sees it.
type Screen struct {
	Name  string // of its pictures
	Route string // the pattern of the page that answers
	Who   string
	Path  string // {name} stands for a value of the world
	Empty bool   // at the service that nobody has set up yet

	// Do is what somebody does there before the picture is taken.
	Do doing
}

var placeholder = regexp.MustCompile(`\{([a-z]+)\}`)

// Address fills in what the path names.
func (s Screen) Address(w *World) string {
	base := w.Base
	if s.Empty {
		base = w.EmptyBase
	}
	return base + placeholder.ReplaceAllStringFunc(s.Path, func(name string) string {
		value, known := w.Values[strings.Trim(name, "{}")]
		if !known {
			w.t.Fatalf("the screen %s names %s, which is not there", s.Name, name)
		}
		return value
	})
}

// Unseen are the pages without a screen of their own, and why.
func Unseen() map[string]string {
	return map[string]string{
		"GET /{$}":                          "leads to /printers or /signin",
		"GET /oidc/start":                   "leads to the provider",
		"GET /o/oauth2/v2/auth":             "is GET /o/oauth2/auth",
		"GET /cloudprint/claimprinter.html": "is GET /claimprinter.html",
		"GET /confirm":                      "is GET /claimprinter.html",
		"GET /drafts/{id}/page/{file}":      "is a picture in the screen draft",
		"GET /jobs/{id}/trace.json":         "is a file to download",
		"GET /audit.csv":                    "is a file to download",
		"GET /audit.jsonl":                  "is a file to download",
		"GET /uploads/{id}":                 "says how far a file is, to a script",
		"GET /counts.csv":                   "is a file to download",
	}
}
