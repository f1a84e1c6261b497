package web

import "strings"

// link is one of several places that a person can go to.
type link struct {
	URL     string
	Words   string
	Current bool
}

// nav lists what the head of every page leads to. An area adds its place here.
func (p pages) nav(v view) []link {
	places := []link{
		{URL: "/printers", Words: p.words["nav.printers"]},
		{URL: "/jobs", Words: p.words["nav.jobs"]},
	}
	if v.User != nil && !v.User.Guest {
		places = append(places, link{URL: "/connectors", Words: p.words["nav.connectors"]})
	}
	if v.User != nil && v.User.Admin {
		places = append(places, link{URL: "/people", Words: p.words["nav.people"]}, link{URL: "/admin", Words: p.words["nav.admin"]})
	}
	for i := range places {
		places[i].Current = within(v.Path, places[i].URL)
	}
	return places
}

// within reports whether a page is a place or one below it.
func within(path, place string) bool {
	rest, ok := strings.CutPrefix(path, place)
	return ok && (rest == "" || rest[0] == '/')
}
