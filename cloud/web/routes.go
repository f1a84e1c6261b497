package web

import (
	"net/http"
	"slices"
)

// access says who may ask for an address at all. What somebody may see and do there
// is decided by the service, for each printer and job.
type access string

// Who may ask.
const (
	anyone  access = "anyone"  // also without an account
	people  access = "people"  // who is signed in; others are sent to sign in, and back
	members access = "members" // people who are no guests, of whom the service would take nothing there
	fresh   access = "fresh"   // who signed in a moment ago
)

// route is one address of the pages.
type route struct {
	pattern string // of http.ServeMux
	who     access
	show    pageFunc
}

// table is every page.
func (s *site) table() []route {
	return slices.Concat(
		s.signInRoutes(), s.deviceRoutes(), s.connectorRoutes(), s.printerRoutes(), s.printRoutes(), s.jobRoutes(), s.adminRoutes(),
		s.comingInRoutes(), s.accountRoutes(), s.peopleRoutes(), s.serviceRoutes(), s.releaseRoutes(),
		[]route{{"GET /{$}", anyone, s.home}, {"/", anyone, s.notFound}},
	)
}

func (s *site) routes() http.Handler {
	s.mux = http.NewServeMux()
	for _, r := range s.table() {
		s.mux.Handle(r.pattern, s.page(s.only(r.who, r.show)))
	}
	for pattern, h := range s.fixed() {
		s.mux.Handle(pattern, h)
	}
	return s.mux
}

// fixed are the addresses that are no pages.
func (s *site) fixed() map[string]http.Handler {
	return map[string]http.Handler{
		"GET /events":             http.HandlerFunc(s.events),
		"GET /static/{name}":      staticFiles(),
		"GET " + manifestPath:     http.HandlerFunc(s.manifest),
		"GET " + certificatePath:  http.HandlerFunc(s.certificate),
		"GET " + appleProfilePath: http.HandlerFunc(s.appleProfile),
	}
}

// only keeps a page for those who may ask for it.
func (s *site) only(who access, h pageFunc) pageFunc {
	switch who {
	case people:
		return s.signedIn(h)
	case members:
		return s.signedIn(membersOnly(h))
	case fresh:
		return s.signedIn(s.lately(h))
	}
	return h
}

// membersOnly tells guests at once what the service would tell them in the end.
func membersOnly(h pageFunc) pageFunc {
	return func(v *visit) error {
		if err := v.caller.Member(); err != nil {
			return err
		}
		return h(v)
	}
}

func (s *site) signInRoutes() []route {
	return []route{
		{"GET /signin", anyone, s.showSignIn},
		{"POST /signin", anyone, s.signIn},
		{"POST /signin/passkey/options", anyone, s.plain(s.askPasskey)},
		{"POST /signin/passkey", anyone, s.signInByPasskey},
		{"POST /signout", anyone, s.signOut},
		{"GET /link/{token}", anyone, s.redeemLink},
		{"GET /password", fresh, s.showPassword},
		{"POST /password", fresh, s.setPassword},
	}
}

func (s *site) deviceRoutes() []route {
	return []route{
		{"GET /pair", members, s.showDevice},
		{"POST /pair", members, s.decideDevice},
		{"GET /o/oauth2/auth", members, s.showConsent},
		{"POST /o/oauth2/auth", members, s.decideConsent},
		{"GET /o/oauth2/v2/auth", members, s.showConsent},
		{"POST /o/oauth2/v2/auth", members, s.decideConsent},
		{"GET /claimprinter.html", members, s.showClaim},
		{"GET /cloudprint/claimprinter.html", members, s.showClaim},
		{"GET /cloudprint/regtokenpage", anyone, s.showInvitation},
		{"GET /cloudprint/regconfirmpage", anyone, s.showRegistered},
		{"GET /cloudprint/addpublicprinter.html", people, s.showPublic},
		{"POST /cloudprint/addpublicprinter.html", people, s.addPublic},
		{"GET /confirm", members, s.showClaim},
		{"POST /confirm", members, s.claim},
	}
}

func (s *site) connectorRoutes() []route {
	return []route{
		{"GET /connectors", people, s.showConnectors},
		{"POST /connectors/{robot}/rename", people, s.renameConnector},
		{"POST /connectors/{robot}/revoke", people, s.revokeConnector},
	}
}

func (s *site) printerRoutes() []route {
	return []route{
		{"GET /printers", people, s.showPrinters},
		{"POST /printers/many", people, s.changeMany},
		{"GET /printers/{id}", people, s.showPrinter},
		{"GET /printers/{id}/settings", people, s.showSettings},
		{"POST /printers/{id}/settings", people, s.saveSettings},
		{"POST /printers/{id}/choices", people, s.saveChoices},
		{"POST /printers/{id}/pause", people, s.pausePrinter},
		{"POST /printers/{id}/share", people, s.sharePrinter},
		{"POST /printers/{id}/unshare", people, s.unsharePrinter},
		{"POST /printers/{id}/requests", people, s.answerRequest},
		{"POST /printers/{id}/links", people, s.makeLink},
		{"POST /printers/{id}/links/{link}/remove", people, s.removeLink},
		{"POST /printers/{id}/invitation", people, s.answerInvitation},
		{"POST /printers/{id}/test", people, s.printTest},
		{"GET /printers/{id}/delete", people, s.askDelete},
		{"POST /printers/{id}/delete", people, s.deletePrinter},
		{"GET /printers/{id}/use", people, s.showUse},
		{"POST /printers/{id}/use", people, s.makeAddress},
		{"POST /printers/{id}/use/{address}/revoke", people, s.removeAddress},
		{"GET /printers/{id}/sticker", people, s.showSticker},
		{"POST /printers/{id}/sticker", people, s.renewSticker},
	}
}

func (s *site) printRoutes() []route {
	return []route{
		{"GET /printers/{id}/print", people, patiently(s.showPrint)},
		{"POST /printers/{id}/check", people, s.plain(s.checkPrint)},
		{"POST /printers/{id}/preview", people, s.plain(s.addDraft)},
		{"POST /printers/{id}/jobs", people, s.plain(s.upload)},
		{"POST /printers/{id}/uploads", people, s.plain(s.beginUpload)},
		{"GET /uploads/{id}", people, s.plain(s.showUpload)},
		{"PATCH /uploads/{id}", people, s.plain(s.continueUpload)},
		{"GET /drafts/{id}", people, patiently(s.plain(s.showDraft))},
		{"GET /drafts/{id}/page/{file}", people, patiently(s.showSide)},
		{"POST /drafts/{id}/remove", people, s.plain(s.removeDraft)},
	}
}

func (s *site) jobRoutes() []route {
	return []route{
		{"GET /jobs", people, s.showJobs},
		{"GET /jobs/{id}", people, s.showJob},
		{"POST /jobs/{id}/cancel", people, s.cancelJob},
		{"POST /jobs/{id}/confirm", people, s.confirmJob},
		{"POST /jobs/{id}/release", people, s.releaseJob},
		{"POST /jobs/{id}/again", people, s.printAgain},
		{"POST /jobs/{id}/move", people, s.moveJob},
		{"GET /jobs/{id}/trace.json", people, s.exportTrace},
		{"GET /counts", people, s.showCounts},
		{"GET /counts.csv", people, s.exportCounts},
		{"GET /developers", members, s.showDevelopers},
	}
}

func (s *site) adminRoutes() []route {
	return []route{
		{"GET /audit", people, s.showAudit},
		{"GET /audit.csv", people, s.exportAuditTable},
		{"GET /audit.jsonl", people, s.exportAuditLines},
		{"GET /admin", people, s.showAdmin},
		{"POST /admin", people, s.checkAdmin},
		{"GET /admin/settings", people, s.showInstallation},
		{"GET /admin/provider", people, s.showProviderSettings},
		{"POST /admin/provider", people, s.checkProvider},
		{"GET /about", people, s.showAbout},
	}
}

func (s *site) releaseRoutes() []route {
	return []route{
		{"GET " + stickerPath + "{key}", people, s.showRelease},
		{"POST " + stickerPath + "{key}", people, s.release},
		{"POST " + stickerPath + "{key}/pin", people, s.releaseByPIN},
		{"GET /release", people, s.showRelease},
		{"POST /release", people, s.release},
		{"POST /release/pin", people, s.releaseByPIN},
		{"POST /jobs/{id}/releasers", people, s.setReleasers},
		{"GET " + openPath, people, s.showOpen},
		{"POST " + openPath, people, s.openShared},
		{"POST " + openPath + "/printer", people, s.choosePrinter},
	}
}

// comingInRoutes are the ways in besides the password.
func (s *site) comingInRoutes() []route {
	return []route{
		{"GET " + JoinPath + "{token}", anyone, s.showJoin},
		{"POST " + JoinPath + "{token}", anyone, s.join},
		{"GET " + SetupPath + "{token}", anyone, s.settingUp(s.showSetup)},
		{"POST " + SetupPath + "{token}", anyone, s.settingUp(s.setup)},
		{"GET " + SharePath + "{token}", anyone, s.showShareLink},
		{"POST " + SharePath + "{token}", anyone, s.useLink},
		{"GET /oidc/start", anyone, s.leave},
		{"GET " + ProviderReturn, anyone, s.comeBack},
		{"GET " + authorityPath, anyone, s.showAuthority},
	}
}

func (s *site) accountRoutes() []route {
	return []route{
		{"GET /account", people, s.showAccount},
		{"POST /account/name", people, s.setName},
		{"POST /account/signout", people, s.signOutEverywhere},
		{"GET /account/keys", fresh, s.showNewKey},
		{"POST /account/keys", fresh, s.makeKey},
		{"POST /account/keys/{key}/revoke", people, s.revokeKey},
		{"GET /account/passkeys", fresh, s.showNewPasskey},
		{"POST /account/passkeys", fresh, s.addPasskey},
		{"POST /account/passkeys/options", fresh, s.plain(s.askNewPasskey)},
		{"POST /account/passkeys/{passkey}/rename", people, s.renamePasskey},
		{"POST /account/passkeys/{passkey}/remove", people, s.removePasskey},
	}
}

func (s *site) peopleRoutes() []route {
	return []route{
		{"GET /people", people, s.showPeople},
		{"POST /people", people, s.invite},
		{"GET /people/{id}", people, s.showPerson},
		{"POST /people/{id}/role", people, s.personAction(s.setRole)},
		{"POST /people/{id}/reset", people, s.personAction(s.resetPerson)},
		{"POST /people/{id}/signout", people, s.personAction(s.signOutPerson)},
		{"POST /people/{id}/disable", people, s.personAction(s.disablePerson)},
		{"POST /people/{id}/enable", people, s.personAction(s.enablePerson)},
		{"POST /people/{id}/remove", people, s.personAction(s.removePerson)},
	}
}

// Patterns lists the addresses of all pages, as http.ServeMux writes them.
func Patterns() []string {
	var all []string
	for _, r := range new(site).table() {
		all = append(all, r.pattern)
	}
	return all
}

// serviceRoutes are the accounts of programs.
func (s *site) serviceRoutes() []route {
	return []route{
		{"GET /services", people, s.showServices},
		{"POST /services", people, s.addService},
		{"GET /services/{id}", people, s.showService},
		{"GET /services/{id}/keys", fresh, s.showNewServiceKey},
		{"POST /services/{id}/keys", fresh, s.makeServiceKey},
		{"POST /services/{id}/keys/{key}/revoke", people, s.revokeServiceKey},
		{"POST /services/{id}/keeper", people, s.setKeeper},
		{"POST /services/{id}/disable", people, s.disableService()},
		{"POST /services/{id}/enable", people, s.enableService()},
		{"POST /services/{id}/remove", people, s.removeService()},
	}
}
