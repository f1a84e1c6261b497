package web

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// expectedPages is who gets what at each address: its pattern (after # stands which use,
// where there are several), a word for each caller, and what the request says. A form
// gets its xsrf field by itself. A value that begins with $ is something of the scene in
// authzscene_test.go; {name}=value fills the pattern.
//
// The words: a status; "shows" is 200 with the printer, its job or its connector on the
// page, and plain 200 is without; "page" is 200 where that does not matter; "signin" is
// sent to sign in, and 303 anywhere else. A form that is answered 200 or 303 changes
// something, and nothing else may. 404 is the answer for what does not exist, too. Forms
// that always have an answer say 200 without ("none") or with ("told") the printer when
// they have done nothing, and 303 ("same") when there was nothing to do; "still" is an
// answer to a question, which does nothing; "out" is the end of a session.
//
// The callers: invited has an invitation that is not answered; guest is an account of that
// role, whom the printer is shared with, and bareguest one who has nothing: they are a user
// and a stranger, but may not begin what members do (pair, take a printer in, let programs
// act, make keys); what a public page gives, it gives whoever has its address. sender sent
// the jobs;
// connector serves the printer, another is its owner's other one; key is the owner's API
// key: pages know no credentials but their cookie. forged is the owner's browser, made
// to send a form that none of our pages wrote, and stale the owner who signed in
// yesterday.
const expectedPages = `
| nobody stranger invited guest bareguest user sender manager owner administrator connector another key forged stale
GET /{$}                                     | signin 303 303 303 303 303 303 303 303 303 signin signin signin 303 303
/                                            | 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404
GET /signin                                  | 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
POST /signin                                 | 303 303 303 303 303 303 303 303 303 303 303 303 303 303 303 | email=$email password=$password
POST /signin/passkey                         | 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 | credential=guess
POST /signin/passkey/options                 | still still still still still still still still still still still still still still still
POST /signout                                | signin out out out out out out out out out signin signin signin 403 out
GET /link/{token}                            | 303 303 303 303 303 303 303 303 303 303 303 303 303 303 303 | {token}=$link
GET /link/{token} #guess                     | 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 | {token}=guess
GET /password                                | signin 200 200 200 200 200 200 200 200 200 signin signin signin 200 signin
POST /password                               | signin 303 303 303 303 303 303 303 303 303 signin signin signin 403 signin | password=$password again=$password
GET /pair                                    | signin 200 200 403 403 200 200 200 200 200 signin signin signin 200 200 | user_code=$code
POST /pair                                   | signin 200 200 403 403 200 200 200 200 200 signin signin signin 403 200 | user_code=$code decision=allow
GET /o/oauth2/auth                           | signin 200 200 403 403 200 200 200 200 200 signin signin signin 200 200 | client_id=c redirect_uri=oob response_type=code
POST /o/oauth2/auth                          | signin 200 200 403 403 200 200 200 200 200 signin signin signin 403 200 | client_id=c redirect_uri=oob response_type=code decision=allow
GET /o/oauth2/v2/auth                        | signin 200 200 403 403 200 200 200 200 200 signin signin signin 200 200 | client_id=c redirect_uri=oob response_type=code
POST /o/oauth2/v2/auth                       | signin 200 200 403 403 200 200 200 200 200 signin signin signin 403 200 | client_id=c redirect_uri=oob response_type=code decision=allow
GET /claimprinter.html                       | signin 200 200 403 403 200 200 200 200 200 signin signin signin 200 200 | token=$token
GET /cloudprint/claimprinter.html            | signin 200 200 403 403 200 200 200 200 200 signin signin signin 200 200 | token=$token
GET /cloudprint/regtokenpage                 | 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 | t=$token
GET /cloudprint/regconfirmpage               | 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 | printername=Hall email=a@example.com
GET /cloudprint/addpublicprinter.html        | signin 200 200 200 200 200 200 200 200 200 signin signin signin 200 200 | printerid=$printer key=$public
POST /cloudprint/addpublicprinter.html       | signin 303 303 same 303 same same same same 303 signin signin signin 403 same | printerid=$printer key=$public
POST /cloudprint/addpublicprinter.html #guess | signin 404 404 404 404 404 404 404 404 404 signin signin signin 403 404 | printerid=$printer key=guess
GET /confirm                                 | signin 200 200 403 403 200 200 200 200 200 signin signin signin 200 200 | token=$token
POST /confirm                                | signin 200 200 403 403 200 200 200 200 200 signin signin signin 403 200 | token=$token
GET /connectors                              | signin 200 200 200 200 200 200 200 shows 200 signin signin signin shows shows
POST /connectors/{robot}/revoke              | signin 404 404 404 404 404 404 404 303 404 signin signin signin 403 303
POST /connectors/{robot}/rename              | signin 404 404 404 404 404 404 404 303 404 signin signin signin 403 303 | label=Cellar
GET /printers                                | signin 200 shows shows 200 shows shows shows shows 200 signin signin signin shows shows
GET /printers/{id}                           | signin 404 404 shows 404 shows shows shows shows 404 signin signin signin shows shows
GET /printers/{id}/print                     | signin 404 404 shows 404 shows shows shows shows 404 signin signin signin shows shows
POST /printers/{id}/check                    | signin 404 404 still 404 still still still still 404 signin signin signin 403 still | copies=0
POST /printers/{id}/preview                  | signin 404 404 415 404 415 415 415 415 404 signin signin signin 403 415 | document=@a.pdf
POST /printers/{id}/uploads                  | signin 404 404 415 404 415 415 415 415 404 signin signin signin 403 415 | name=a.pdf size=9
GET /uploads/{id}                            | signin 404 404 404 404 404 404 404 404 404 signin signin signin 404 404 | {id}=guess
PATCH /uploads/{id}                          | signin 403 403 403 403 403 403 403 403 403 signin signin signin 403 403 | {id}=guess
GET /drafts/{id}                             | signin 404 404 404 404 404 404 404 404 404 signin signin signin 404 404 | {id}=guess
GET /drafts/{id}/page/{file}                 | signin 404 404 404 404 404 404 404 404 404 signin signin signin 404 404 | {id}=guess {file}=1.png
POST /drafts/{id}/remove                     | signin same same same same same same same same same signin signin signin 403 same | {id}=guess
POST /printers/{id}/jobs                     | signin 404 404 303 404 303 303 303 303 404 signin signin signin 403 303 | document=@a.pdf
POST /printers/many                          | signin none none told none told told 303 303 none signin signin signin 403 303 | do=pause printer=$printer
POST /printers/many #share                   | signin none none told none told told 303 303 none signin signin signin 403 303 | do=share who=new@example.org printer=$printer
GET /printers/{id}/settings                  | signin 404 404 403 404 403 403 shows shows 404 signin signin signin shows shows
POST /printers/{id}/settings                 | signin 404 404 403 404 403 403 303 303 404 signin signin signin 403 303 | name=Renamed expire_after=0 quota=3
POST /printers/{id}/choices                  | signin 404 404 403 404 403 403 303 303 404 signin signin signin 403 303 | copies=2
POST /printers/{id}/pause                    | signin 404 404 403 404 403 403 303 303 404 signin signin signin 403 303 | to=pause
POST /printers/{id}/share                    | signin 404 404 403 404 403 403 303 303 404 signin signin signin 403 303 | who=new@example.org role=USER
POST /printers/{id}/share #manager           | signin 404 404 403 404 403 403 403 303 404 signin signin signin 403 303 | who=new@example.org role=MANAGER
POST /printers/{id}/share #public            | signin 404 404 403 404 403 403 403 same 404 signin signin signin 403 same | public=true
POST /printers/{id}/unshare                  | signin 404 404 403 404 403 403 303 303 404 signin signin signin 403 303 | scope=user@example.org
POST /printers/{id}/unshare #public          | signin 404 404 403 404 403 403 403 303 404 signin signin signin 403 303 | public=true
POST /printers/{id}/share #asked             | signin 404 404 403 404 403 403 403 303 404 signin signin signin 403 303 | public=true approval=true
POST /printers/{id}/requests                 | signin 404 404 403 404 403 403 303 303 404 signin signin signin 403 303 | scope=asker@example.org answer=accept
POST /printers/{id}/links                    | signin 404 404 403 404 403 403 shows shows 404 signin signin signin 403 shows | lifetime=86400
POST /printers/{id}/links #visitors          | signin 404 404 403 404 403 403 403 shows 404 signin signin signin 403 shows | lifetime=86400 for=visitors most=5
POST /printers/{id}/links/{link}/remove      | signin 404 404 403 404 403 403 303 303 404 signin signin signin 403 303 | {link}=$sharelink
GET /share/{token}                           | signin shows shows 303 shows 303 303 303 303 shows signin signin signin 303 303 | {token}=$share
GET /share/{token} #visitors                 | shows shows shows 303 shows 303 303 303 303 shows shows shows shows 303 303 | {token}=$visit
GET /share/{token} #guess                    | 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 | {token}=guess
POST /share/{token}                          | signin 303 303 same 303 same same same same 303 signin signin signin 403 same | {token}=$share
POST /share/{token} #visitors                | 303 303 303 same 303 same same same same 303 303 303 303 403 same | {token}=$visit name=Vera
POST /printers/{id}/invitation               | signin 404 303 same 404 same same same 404 404 signin signin signin 403 404 | answer=accept
POST /printers/{id}/test                     | signin 404 404 303 404 303 303 303 303 404 signin signin signin 403 303
GET /printers/{id}/delete                    | signin 404 404 shows 404 shows shows shows shows 404 signin signin signin shows shows
POST /printers/{id}/delete                   | signin 404 404 303 404 303 303 303 303 404 signin signin signin 403 303
GET /printers/{id}/use                       | signin 404 404 shows 404 shows shows shows shows 404 signin signin signin shows shows
POST /printers/{id}/use                      | signin 404 404 shows 404 shows shows shows shows 404 signin signin signin 403 shows | label=laptop system=cups
POST /printers/{id}/use/{address}/revoke     | signin 404 404 404 404 404 404 404 404 404 signin signin signin 403 404 | {address}=guess
GET /printers/{id}/sticker                   | signin 404 404 403 404 403 403 shows shows 404 signin signin signin shows shows
POST /printers/{id}/sticker                  | signin 404 404 403 404 403 403 303 303 404 signin signin signin 403 303
GET /at/{key}                                | signin 200 200 shows 200 shows shows shows shows 200 signin signin signin shows shows | {key}=$sticker
POST /at/{key}                               | signin same same same same same 303 same same same signin signin signin 403 same | {key}=$sticker job=$held
POST /at/{key} #other                        | signin same same same same same 303 same same same signin signin signin 403 same | {key}=$sticker2 job=$held
POST /at/{key}/pin                           | signin 303 303 303 303 303 303 303 303 303 signin signin signin 403 303 | {key}=$sticker who=sender@example.org pin=2468
POST /at/{key}/pin #guess                    | signin same same same same same same same same same signin signin signin 403 same | {key}=$sticker who=sender@example.org pin=0000
GET /release                                 | signin 200 200 200 200 200 shows 200 200 200 signin signin signin 200 200
POST /release                                | signin same same same same same 303 same same same signin signin signin 403 same | job=$held
POST /release/pin                            | signin 303 303 303 303 303 303 303 303 303 signin signin signin 403 303 | who=sender@example.org pin=2468
GET /open                                    | signin 200 200 200 200 200 200 200 200 200 signin signin signin 200 200
POST /open                                   | signin 415 415 415 415 415 415 415 415 415 signin signin signin 403 415 | document=@a.pdf
POST /open/printer                           | signin 404 404 404 404 404 404 404 404 404 signin signin signin 403 404 | draft=guess printer=$printer
GET /manifest.webmanifest                    | 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET /ca                                      | 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET /ca.crt                                  | 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET /ca.mobileconfig                         | 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET /jobs                                    | signin 200 200 shows 200 shows shows shows shows 200 signin signin signin shows shows
GET /jobs #printers                          | signin 200 200 200 200 200 200 shows shows 200 signin signin signin shows shows | tab=printers
GET /jobs #all                               | signin 403 403 403 403 403 403 403 403 shows signin signin signin 403 403 | tab=all
GET /jobs/{id}                               | signin 404 404 404 404 404 shows shows shows shows signin signin signin shows shows
GET /jobs/{id}/trace.json                    | signin 404 404 404 404 404 200 200 200 200 signin signin signin 200 200
POST /jobs/{id}/move                         | signin 404 404 404 404 404 303 303 303 403 signin signin signin 403 303 | printer=$second
POST /jobs/{id}/cancel                       | signin 404 404 404 404 404 303 303 303 303 signin signin signin 403 303
POST /jobs/{id}/confirm                      | signin 404 404 404 404 404 303 303 303 403 signin signin signin 403 303 | {id}=$unconfirmed
POST /jobs/{id}/release                      | signin 404 404 404 404 404 303 303 303 403 signin signin signin 403 303 | {id}=$held
POST /jobs/{id}/releasers                    | signin 404 404 404 404 404 303 404 404 404 signin signin signin 403 404 | {id}=$held release_who=new@example.org
POST /jobs/{id}/again                        | signin 404 404 404 404 404 303 303 303 403 signin signin signin 403 303 | {id}=$ended
GET /developers                              | signin 200 200 403 403 shows shows shows shows 200 signin signin signin shows shows
GET /counts                                  | signin 403 403 403 403 403 403 200 200 200 signin signin signin 200 200
GET /counts.csv                              | signin 403 403 403 403 403 403 shows shows shows signin signin signin shows shows | from=2000-01-01 to=2999-12-31
GET /join/{token}                            | 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 | {token}=guess
POST /join/{token}                           | 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 | {token}=guess password=$password again=$password
GET /setup/{token}                           | 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 | {token}=guess
POST /setup/{token}                          | 403 403 403 403 403 403 403 403 403 403 403 403 403 403 403 | {token}=guess email=new@example.org password=$password again=$password
GET /oidc/start                              | 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404
GET /oidc/callback                           | 404 404 404 404 404 404 404 404 404 404 404 404 404 404 404 | state=guess code=guess
GET /account                                 | signin page page page page page page page page page signin signin signin page page
POST /account/name                           | signin 303 303 303 303 303 303 303 303 303 signin signin signin 403 same | name=New
POST /account/signout                        | signin out out out out out out out out out signin signin signin 403 out
GET /account/keys                            | signin 200 200 403 403 200 200 200 200 200 signin signin signin 200 signin
POST /account/keys                           | signin 200 200 403 403 200 200 200 200 200 signin signin signin 403 signin | label=shop scope=print
POST /account/keys/{key}/revoke              | signin 404 404 404 404 404 404 404 404 404 signin signin signin 403 404 | {key}=guess
GET /account/passkeys                        | signin 200 200 200 200 200 200 200 200 200 signin signin signin 200 signin
POST /account/passkeys                       | signin 400 400 400 400 400 400 400 400 400 signin signin signin 403 signin | name=Phone credential=guess
POST /account/passkeys/options               | signin still still still still still still still still still signin signin signin 403 signin
POST /account/passkeys/{passkey}/rename      | signin 404 404 404 404 404 404 404 303 404 signin signin signin 403 303 | {passkey}=$passkey name=Key
POST /account/passkeys/{passkey}/remove      | signin 404 404 404 404 404 404 404 303 404 signin signin signin 403 303 | {passkey}=$passkey
GET /people                                  | signin 403 403 403 403 403 403 403 403 page signin signin signin 403 403
POST /people                                 | signin 403 403 403 403 403 403 403 403 page signin signin signin 403 403 | email=new@example.org role=member
GET /people/{id}                             | signin 403 403 403 403 403 403 403 403 404 signin signin signin 403 403 | {id}=guess
POST /people/{id}/role                       | signin 403 403 403 403 403 403 403 403 404 signin signin signin 403 403 | {id}=guess role=guest
POST /people/{id}/reset                      | signin 403 403 403 403 403 403 403 403 404 signin signin signin 403 403 | {id}=guess
POST /people/{id}/signout                    | signin 403 403 403 403 403 403 403 403 404 signin signin signin 403 403 | {id}=guess
POST /people/{id}/disable                    | signin 403 403 403 403 403 403 403 403 404 signin signin signin 403 403 | {id}=guess
POST /people/{id}/enable                     | signin 403 403 403 403 403 403 403 403 404 signin signin signin 403 403 | {id}=guess
POST /people/{id}/remove                     | signin 403 403 403 403 403 403 403 403 404 signin signin signin 403 403 | {id}=guess
GET /services                                | signin page page 403 403 page page page page page signin signin signin page page
POST /services                               | signin 403 403 403 403 403 403 403 403 303 signin signin signin 403 403 | name=till
GET /services/{id}                           | signin 404 404 404 404 404 404 404 404 404 signin signin signin 404 404 | {id}=guess
GET /services/{id}/keys                      | signin 404 404 404 404 404 404 404 404 404 signin signin signin 404 signin | {id}=guess
POST /services/{id}/keys                     | signin 404 404 404 404 404 404 404 404 404 signin signin signin 404 signin | {id}=guess label=shop scope=print
POST /services/{id}/keys/{key}/revoke        | signin 404 404 404 404 404 404 404 404 404 signin signin signin 403 404 | {id}=guess {key}=guess
POST /services/{id}/keeper                   | signin 404 404 404 404 404 404 404 404 404 signin signin signin 403 404 | {id}=guess
POST /services/{id}/disable                  | signin 404 404 404 404 404 404 404 404 404 signin signin signin 403 404 | {id}=guess
POST /services/{id}/enable                   | signin 404 404 404 404 404 404 404 404 404 signin signin signin 403 404 | {id}=guess
POST /services/{id}/remove                   | signin 404 404 404 404 404 404 404 404 404 signin signin signin 403 404 | {id}=guess
GET /audit                                   | signin 403 403 403 403 403 403 403 403 page signin signin signin 403 403
GET /audit.csv                               | signin 403 403 403 403 403 403 403 403 page signin signin signin 403 403
GET /audit.jsonl                             | signin 403 403 403 403 403 403 403 403 page signin signin signin 403 403
GET /admin                                   | signin 403 403 403 403 403 403 403 403 page signin signin signin 403 403
POST /admin                                  | signin 403 403 403 403 403 403 403 403 still signin signin signin 403 403
GET /admin/settings                          | signin 403 403 403 403 403 403 403 403 page signin signin signin 403 403
GET /admin/provider                          | signin 403 403 403 403 403 403 403 403 page signin signin signin 403 403
POST /admin/provider                         | signin 403 403 403 403 403 403 403 403 still signin signin signin 403 403
GET /about                                   | signin 200 200 200 200 200 200 200 200 200 signin signin signin 200 200
GET /counts #group                           | signin 403 403 403 403 403 403 200 200 200 signin signin signin 200 200 | by=group
GET /counts.csv #group                       | signin 403 403 403 403 403 403 200 200 200 signin signin signin 200 200 | by=group
GET /events                                  | 204 200 200 200 200 200 200 200 200 200 204 204 204 200 200
GET /static/{name}                           | 200 200 200 200 200 200 200 200 200 200 200 200 200 200 200 | {name}=style.css
`

// pageLine is one line of expectedPages.
type pageLine struct {
	method, pattern string
	words           map[string]string // by caller
	args            []string          // as they stand there
}

// readPages reads expectedPages.
func readPages(t *testing.T) (callers []string, lines map[string]pageLine) {
	t.Helper()
	lines = map[string]pageLine{}
	for text := range strings.Lines(strings.TrimSpace(expectedPages)) {
		parts := strings.Split(text, "|")
		name, words := strings.Join(strings.Fields(parts[0]), " "), strings.Fields(parts[1])
		if callers == nil {
			callers = words
			continue
		}
		if len(words) != len(callers) {
			t.Fatalf("%s has %d answers for %d callers", name, len(words), len(callers))
		}
		if _, ok := lines[name]; ok {
			t.Fatalf("%s stands there twice; say what each is with #", name)
		}
		l := pageLine{words: map[string]string{}}
		l.method, l.pattern = splitPattern(name)
		for i, c := range callers {
			l.words[c] = words[i]
		}
		if len(parts) > 2 {
			l.args = strings.Fields(parts[2])
		}
		lines[name] = l
	}
	return callers, lines
}

// splitPattern takes a pattern of http.ServeMux apart, without a use.
func splitPattern(name string) (method, pattern string) {
	name, _, _ = strings.Cut(name, " #")
	if method, pattern, ok := strings.Cut(name, " "); ok {
		return method, pattern
	}
	return http.MethodGet, name
}

// Each address answers each caller as it is written down. One of the site without a
// line in expectedPages fails, and so does a line without an address.
func TestEveryPageForEveryCaller(t *testing.T) {
	callers, lines := readPages(t)
	s := newScene(t)
	patterns := s.patterns()
	for name := range lines {
		if pattern, _, _ := strings.Cut(name, " #"); !slices.Contains(patterns, pattern) {
			t.Errorf("expectedPages has %q, which is no address of the site", name)
		}
	}
	for _, pattern := range patterns {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(lines)), func(name string) bool { return strings.HasPrefix(name+" #", pattern+" #") }) {
			t.Errorf("nobody wrote down who may ask for %q. Add a line to expectedPages, with what its form says after a second |. "+
				"Today's answers follow; they are right if docs/security.md and the issue say so:\n%s", pattern, s.proposal(callers, pattern))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		t.Run(strings.ReplaceAll(name, "/", "."), func(t *testing.T) { // so that one line can be asked alone
			for _, who := range callers {
				s.cell(t, name, lines[name], who)
			}
		})
	}
}

// patterns are all addresses of the site.
func (s *scene) patterns() []string {
	var all []string
	for _, r := range (&site{}).table() {
		all = append(all, r.pattern)
	}
	for pattern := range (&site{}).fixed() {
		all = append(all, pattern)
	}
	return all
}

// proposal writes a line for expectedPages as the site answers now.
func (s *scene) proposal(callers []string, pattern string) string {
	l := pageLine{}
	l.method, l.pattern = splitPattern(pattern)
	words := make([]string, len(callers))
	for i, who := range callers {
		s.fresh(true)
		words[i] = wordFor(s.ask(who, l, s.values))
		s.spoiled = true
	}
	return pattern + " | " + strings.Join(words, " ")
}

// wordFor is the word of expectedPages for an answer.
func wordFor(a pageAnswer) string {
	switch {
	case a.status == http.StatusSeeOther && strings.HasPrefix(a.to, "/signin"):
		return "signin"
	case a.status == http.StatusOK && a.shows:
		return "shows"
	}
	return strconv.Itoa(a.status)
}

// cell lets one caller ask, in a scene that no earlier cell has touched.
func (s *scene) cell(t *testing.T, name string, l pageLine, who string) {
	t.Helper()
	s.fresh(slices.ContainsFunc(l.args, func(arg string) bool { return strings.HasPrefix(arg, "pin=") }))
	want := l.words[who]
	a := s.ask(who, l, s.values)
	complain := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s by %s, want %s: %s\nHTTP %d to %q: %s", name, who, want, fmt.Sprintf(format, args...), a.status, a.to, excerpt(a.body))
	}
	have := wordFor(a)
	switch want {
	case "page":
		if a.status != http.StatusOK {
			complain("have %s", have)
		}
	case "same", "out", "none", "told", "still":
		if have != map[string]string{"same": "303", "out": "signin", "none": "200", "told": "shows", "still": "200"}[want] {
			complain("have %s", have)
		}
	default:
		if have != want {
			complain("have %s", have)
		}
	}
	if a.status >= http.StatusBadRequest && a.shows {
		complain("a refusal shows it")
	}
	succeeds := slices.Contains([]string{"200", "shows", "page", "303", "out"}, want)
	switch {
	case l.method == http.MethodPost && succeeds && !a.changed:
		complain("the form changes nothing: is what it says complete?")
	case (l.method != http.MethodPost && want != "303" || !succeeds) && a.changed:
		complain("the store has changed")
	}
	if want == "404" || want == "none" {
		if u := s.ask(who, l, s.unknown()); u.status != a.status || s.plain(u.body) != s.plain(a.body) {
			complain("what does not exist is answered otherwise: %d\n%s", u.status, excerpt(u.body))
		}
	}
}

// excerpt is the text of a page without its head.
func excerpt(page string) string {
	if i := strings.Index(page, "<main"); i >= 0 {
		page = page[i:]
	}
	page = strings.Join(strings.Fields(page), " ")
	return page[:min(len(page), 400)]
}
