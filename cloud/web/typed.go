package web

import (
	"net/http"
	"net/url"
	"path"

	"platen/cloud"
)

// again shows a page once more with what is wrong with the form that was sent, in place
// of a page that only leads away; other errors stay what they are.
func (s *site) again(v *visit, err error, page pageFunc) error {
	switch cloud.KindOf(err) {
	case cloud.KindInvalid, cloud.KindMissing:
		v.problem = err.Error()
		return page(v)
	}
	return err
}

// shows reports whether the page shows a form once more, which is named by the end of its
// address.
func (v *visit) shows(form string) bool { return v.problem != "" && path.Base(v.r.URL.Path) == form }

// typed is what stood in a field of a form that is shown once more; "" in all others.
func (v *visit) typed(form, field string) string {
	if !v.shows(form) {
		return ""
	}
	return v.r.PostForm.Get(field)
}

// choose marks the choice that was made in a field of a form that is shown once more.
func (v *visit) choose(form, field string, list []choice) []choice {
	if v.shows(form) {
		for i := range list {
			list[i].Chosen = list[i].Value == v.typed(form, field)
		}
	}
	return list
}

// cameFrom is the page of ours that a form was on, as the browser says; "" where there is
// none.
func (s *site) cameFrom(v *visit) string {
	from, err := url.Parse(v.r.Referer())
	if v.r.Method == http.MethodGet || err != nil || from.Path == "" || v.caller.User == nil {
		return ""
	}
	to := from.RequestURI()
	_, pattern := s.mux.Handler(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: from.Path}})
	if localPath(to) != to || pattern == "/" {
		return ""
	}
	return to
}
