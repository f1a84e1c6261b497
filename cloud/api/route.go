package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
)

// effect says whether an interface changes anything. Signed in by cookie, a
// change needs an xsrf token.
type effect int

const (
	reads effect = iota
	changes
)

// admission says who may call.
type admission int

const (
	signedIn admission = iota
	person             // also signed in, but no connector
	anybody
)

// route is one interface.
type route struct {
	serve  func(c *call) error
	effect effect
	admit  admission
	scopes []oauth.Scope // limited tokens that may call it
}

// translatePath is an interface whose name has slashes.
const translatePath = "tools/cdd/translate"

// fcmPath is another.
const fcmPath = "fcm/subscribe"

// table lists the interfaces.
func (h *handler) table() map[string]route {
	forPrint := []oauth.Scope{oauth.ScopePrint}
	return map[string]route{
		"search":        {serve: h.search, scopes: forPrint},
		"printer":       {serve: h.printer, scopes: forPrint},
		"jobs":          {serve: h.jobs, scopes: forPrint},
		"job":           {serve: h.job, scopes: forPrint},
		"trace":         {serve: h.trace, scopes: forPrint},
		"ticket":        {serve: h.ticket, scopes: forPrint},
		"download":      {serve: h.download, scopes: forPrint},
		"invites":       {serve: h.invites, admit: person, scopes: forPrint},
		"processinvite": {serve: h.processInvite, effect: changes, admit: person, scopes: forPrint},
		"submit":        {serve: h.submit, effect: changes, admit: person, scopes: forPrint},
		"deletejob":     {serve: h.deleteJob, effect: changes, scopes: forPrint},
		"resubmit":      {serve: h.resubmit, effect: changes, admit: person, scopes: forPrint},
		"printagain":    {serve: h.printAgain, effect: changes, admit: person, scopes: forPrint},
		"control":       {serve: h.control, effect: changes, scopes: forPrint},
		"list":          {serve: h.list},
		"fetch":         {serve: h.fetch, effect: changes},
		"notifications": {serve: h.notifications},
		fcmPath:         {serve: h.fcmSubscribe},
		"update":        {serve: h.update, effect: changes},
		"delete":        {serve: h.delete, effect: changes},
		"share":         {serve: h.share, effect: changes},
		"unshare":       {serve: h.unshare, effect: changes},
		"confirm":       {serve: h.confirm, effect: changes, admit: person},
		"register":      {serve: h.register, effect: changes, admit: anybody},
		"getauthcode":   {serve: h.authCode, admit: anybody},
		translatePath:   {serve: h.translate, scopes: []oauth.Scope{oauth.ScopePrint, oauth.ScopePair}},
		"connectors":    {serve: h.connectors, admit: person, scopes: []oauth.Scope{oauth.ScopePair}},
		"createrobot":   {serve: h.createRobot, effect: changes, admit: person, scopes: []oauth.Scope{oauth.ScopePair}},
	}
}

// interfaceOf returns the name of the interface that a path means. Doubled
// slashes count as one: clients put theirs after a base that ends in one, and do
// not follow redirects.
func interfaceOf(path string) string {
	var parts []string
	for p := range strings.SplitSeq(path, "/") {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if len(parts) < 2 || parts[0] != "cloudprint" {
		return ""
	}
	return strings.Join(parts[1:], "/")
}

// ServeHTTP serves one request.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := interfaceOf(r.URL.Path)
	rt, ok := h.routes[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	r.Pattern = Prefix + name // as http.ServeMux would: for who counts
	if !allowed(name, r.Method) {
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "Method not allowed.", http.StatusMethodNotAllowed)
		return
	}
	c := &call{h: h, w: w, r: r, name: name, start: time.Now()}
	defer c.close()
	if err := c.run(rt); err != nil {
		c.fail(err)
		return
	}
	h.troubles.worked(c)
}

// allowed reports whether a method will do: GET and POST are the same, except
// that a document needs a body.
func allowed(name, method string) bool {
	switch method {
	case http.MethodPost:
		return true
	case http.MethodGet:
		return name != "submit"
	}
	return false
}

// run admits the caller and serves the request.
func (c *call) run(rt route) error {
	ctx := c.r.Context()
	if c.name != "submit" && c.name != "download" { // these may take as long as they move
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeLimit())
		defer cancel()
	}
	c.ctx = ctx
	if err := c.authenticate(rt); cloud.KindOf(err) == cloud.KindQuota {
		c.w.Header().Set("Retry-After", "30") // RFC 6585, 4
		http.Error(c.w, err.Error(), http.StatusTooManyRequests)
		return nil
	} else if err != nil {
		return err
	}
	if c.name == "submit" {
		return rt.serve(c) // reads its body itself, and checks xsrf then
	}
	if err := c.readArgs(); err != nil {
		return err
	}
	if rt.effect == changes {
		if err := c.checkXSRF(c.args.get("xsrf")); err != nil {
			return err
		}
	}
	return rt.serve(c)
}

// authenticate finds out who calls. A header counts before a cookie; credentials
// that are there must be good, also where none are needed.
func (c *call) authenticate(rt route) error {
	var err error
	if header := c.r.Header.Get("Authorization"); header != "" {
		token, ok := oauth.BearerOf(header)
		if !ok {
			return errCredentials()
		}
		c.caller, err = c.h.cfg.OAuth.AuthenticateRequest(c.r.WithContext(c.ctx), token)
	} else if cookie, cookieErr := c.r.Cookie(oauth.CookieName); cookieErr == nil {
		c.cookie = cookie.Value
		c.caller, err = c.h.cfg.OAuth.Session(c.ctx, cookie.Value)
		if rt.admit == anybody && cloud.KindOf(err) == cloud.KindCredentials {
			c.caller, c.cookie, err = cloud.Caller{}, "", nil // an old cookie of a browser
		}
	}
	if err != nil {
		return err
	}
	switch {
	case c.caller.Anonymous() && rt.admit != anybody:
		return errCredentials()
	case c.caller.Robot != nil && rt.admit == person:
		return errPerson() // its credentials are good: 403 would make it renew them for nothing
	}
	if len(c.caller.Scopes) > 0 && !slices.ContainsFunc(rt.scopes, func(s oauth.Scope) bool {
		return slices.Contains(c.caller.Scopes, string(s))
	}) {
		return &cloud.Error{
			Kind:    cloud.KindForbidden,
			Message: "User is not authorized: this key may not do that: it has scope " + strings.Join(c.caller.Scopes, " ") + ".",
		}
	}
	return nil
}

// checkXSRF refuses a change that another site may have made a browser send.
func (c *call) checkXSRF(token string) error {
	if c.caller.Via != cloud.ViaCookie {
		return nil
	}
	return c.h.cfg.OAuth.CheckXSRF(c.cookie, token)
}

func errPerson() error {
	return &cloud.Error{Kind: cloud.KindForbidden, Message: "User is not authorized: a connector may not do that."}
}

func errCredentials() error {
	return &cloud.Error{Kind: cloud.KindCredentials, Message: "User credentials required."}
}

// seconds is how long the call took, as the envelope tells it.
func (c *call) seconds() int { return int(time.Since(c.start) / time.Second) }
