package web

import (
	"encoding/json"
	"net/http"
)

// Addresses of the installed app.
const (
	manifestPath = "/manifest.webmanifest"
	openPath     = "/open" // where a phone's "Share" leads
)

// appManifest is the Web Application Manifest (W3C), with the member share_target of
// Web Share Target, level 2. A browser installs the pages without a service worker.
type appManifest struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	ShortName  string        `json:"short_name"`
	Lang       string        `json:"lang"`
	StartURL   string        `json:"start_url"`
	Scope      string        `json:"scope"`
	Display    string        `json:"display"`
	Theme      string        `json:"theme_color"`
	Background string        `json:"background_color"`
	Icons      []appIcon     `json:"icons"`
	Shortcuts  []appShortcut `json:"shortcuts"`
	Share      shareTarget   `json:"share_target"`
}

type appIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

type appShortcut struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

type shareTarget struct {
	Action  string      `json:"action"`
	Method  string      `json:"method"`
	Enctype string      `json:"enctype"`
	Params  shareParams `json:"params"`
}

type shareParams struct {
	Files []shareFiles `json:"files"`
}

type shareFiles struct {
	Name   string   `json:"name"`
	Accept []string `json:"accept"`
}

// manifest tells a browser how to install the pages, and what they take from other apps.
func (s *site) manifest(w http.ResponseWriter, _ *http.Request) {
	const png = "image/png"
	words := s.pages.words
	m := appManifest{
		ID: "/", Name: words["site"], ShortName: words["site"], Lang: "en", StartURL: "/printers", Scope: "/", Display: "standalone",
		Theme: "#0b57d0", Background: "#f6f7f9",
		Icons: []appIcon{
			{"/static/icon-192.png", "192x192", png, "any"},
			{"/static/icon-512.png", "512x512", png, "any"},
			{"/static/icon-512.png", "512x512", png, "maskable"},
			{"/static/icon.svg", "any", "image/svg+xml", "any"},
		},
		Shortcuts: []appShortcut{{words["nav.jobs"], "/jobs"}, {words["release.title"], "/release"}},
		Share: shareTarget{openPath, http.MethodPost, "multipart/form-data", shareParams{[]shareFiles{{
			Name: "document", Accept: []string{"application/pdf", "image/*", "text/plain", ".pdf", ".docx", ".odt"},
		}}}},
	}
	text, err := json.Marshal(m)
	if err != nil {
		http.Error(w, words["error.own"], http.StatusInternalServerError)
		return
	}
	secureHeaders(w.Header(), "")
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Set("Content-Type", "application/manifest+json")
	_, _ = w.Write(text) // the reader may be gone
}
