package main

import "slices"

// Screens is every screen there is, in the order in which one meets them.
func Screens() []Screen {
	return slices.Concat(comingIn(), printerScreens(), printScreens(), jobScreens(), connecting(), accountScreens(), administration(), errorScreens())
}

func comingIn() []Screen {
	return []Screen{
		{Name: "setup", Route: "GET /setup/{token}", Path: "/setup/{setup}", Empty: true},
		{Name: "signin", Route: "GET /signin", Path: "/signin"},
		{Name: "signin-wrong", Route: "GET /signin", Path: "/signin", Do: wrongPassword},
		{Name: "signin-provider-refused", Route: "GET /oidc/callback", Path: "/oidc/callback?error=access_denied"},
		{Name: "link-used", Route: "GET /link/{token}", Path: "/link/used"},
		{Name: "join", Route: "GET /join/{token}", Path: "/join/{join}"},
		{Name: "visit", Route: "GET /share/{token}", Path: "/share/{sharelink}"},
		{Name: "visit-ended", Route: "GET /share/{token}", Path: "/share/ended"},
		{Name: "visit-member", Route: "GET /share/{token}", Who: fresh, Path: "/share/{sharelink}"},
		{Name: "authority", Route: "GET /ca", Path: "/ca"},
		{Name: "join-used", Route: "GET /join/{token}", Path: "/join/used"},
	}
}

func printerScreens() []Screen {
	return []Screen{
		{Name: "printers", Route: "GET /printers", Who: owner, Path: "/printers"},
		{Name: "printers-many", Route: "GET /printers", Who: owner, Path: "/printers", Do: open("details")},
		{Name: "printers-changed", Route: "POST /printers/many", Who: owner, Path: "/printers", Do: changeMany},
		{Name: "printers-none", Route: "GET /printers", Who: fresh, Path: "/printers"},
		{Name: "printers-nomatch", Route: "GET /printers", Who: owner, Path: "/printers?q=plotter"},
		{Name: "printers-invited", Route: "GET /printers", Who: member, Path: "/printers"},
		{Name: "printers-guest", Route: "GET /printers", Who: guest, Path: "/printers"},
		{Name: "printer", Route: "GET /printers/{id}", Who: owner, Path: "/printers/{printer}"},
		{Name: "printer-stopped", Route: "GET /printers/{id}", Who: owner, Path: "/printers/{empty}"},
		{Name: "printer-offline", Route: "GET /printers/{id}", Who: owner, Path: "/printers/{offline}"},
		{Name: "printer-paused", Route: "GET /printers/{id}", Who: owner, Path: "/printers/{paused}"},
		{Name: "printer-long", Route: "GET /printers/{id}", Who: owner, Path: "/printers/{long}"},
		{Name: "printer-new", Route: "GET /printers/{id}", Who: owner, Path: "/printers/{new}"},
		{Name: "printer-shared", Route: "GET /printers/{id}", Who: guest, Path: "/printers/{printer}"},
		{Name: "printer-twins", Route: "GET /printers/{id}", Who: copied, Path: "/printers/{copied}"},
		{Name: "settings", Route: "GET /printers/{id}/settings", Who: owner, Path: "/printers/{printer}/settings"},
		{Name: "settings-public", Route: "GET /printers/{id}/settings", Who: owner, Path: "/printers/{library}/settings"},
		{Name: "settings-manager", Route: "GET /printers/{id}/settings", Who: member, Path: "/printers/{printer}/settings"},
		{Name: "use", Route: "GET /printers/{id}/use", Who: owner, Path: "/printers/{accounting}/use"},
		{Name: "sticker-none", Route: "GET /printers/{id}/sticker", Who: owner, Path: "/printers/{library}/sticker"},
		{Name: "sticker", Route: "GET /printers/{id}/sticker", Who: owner, Path: "/printers/{accounting}/sticker"},
		{Name: "delete", Route: "GET /printers/{id}/delete", Who: owner, Path: "/printers/{printer}/delete"},
		{Name: "delete-shared", Route: "GET /printers/{id}/delete", Who: guest, Path: "/printers/{printer}/delete"},
	}
}

func printScreens() []Screen {
	return []Screen{
		{Name: "print", Route: "GET /printers/{id}/print", Who: owner, Path: "/printers/{printer}/print"},
		{Name: "print-preview", Route: "GET /printers/{id}/print", Who: owner, Path: "/printers/{printer}/print", Do: preview},
		{Name: "print-options", Route: "GET /printers/{id}/print", Who: owner, Path: "/printers/{printer}/print", Do: open(".how details")},
		{Name: "print-impossible", Route: "GET /printers/{id}/print", Who: owner, Path: "/printers/{printer}/print", Do: impossible},
		{Name: "print-held", Route: "GET /printers/{id}/print", Who: owner, Path: "/printers/{accounting}/print"},
		{Name: "print-paused", Route: "GET /printers/{id}/print", Who: owner, Path: "/printers/{paused}/print"},
		{Name: "open", Route: "GET /open", Who: owner, Path: "/open"},
		{Name: "draft", Route: "GET /drafts/{id}", Who: owner, Path: "/printers/{library}/print", Do: draft},
	}
}

func jobScreens() []Screen {
	screens := []Screen{
		{Name: "jobs", Route: "GET /jobs", Who: owner, Path: "/jobs"},
		{Name: "jobs-printers", Route: "GET /jobs", Who: owner, Path: "/jobs?tab=printers"},
		{Name: "jobs-everybody", Route: "GET /jobs", Who: owner, Path: "/jobs?tab=all"},
		{Name: "jobs-none", Route: "GET /jobs", Who: fresh, Path: "/jobs"},
		{Name: "jobs-nomatch", Route: "GET /jobs", Who: owner, Path: "/jobs?q=nothing+like+it"},
	}
	for _, state := range []string{"printing", "done", "stopped", "waiting", "held", "cancelled", "failed", "unconfirmed"} {
		screens = append(screens, Screen{Name: "job-" + state, Route: "GET /jobs/{id}", Who: owner, Path: "/jobs/{job" + state + "}"})
	}
	return append(screens,
		Screen{Name: "job-somebody", Route: "GET /jobs/{id}", Who: owner, Path: "/jobs/{jobothers}"},
		Screen{Name: "release", Route: "GET /release", Who: owner, Path: "/release"},
		Screen{Name: "release-none", Route: "GET /release", Who: fresh, Path: "/release"},
		Screen{Name: "release-here", Route: "GET /at/{key}", Who: owner, Path: "/at/{sticker}"},
		Screen{Name: "counts", Route: "GET /counts", Who: owner, Path: "/counts"},
		Screen{Name: "counts-printers", Route: "GET /counts", Who: owner, Path: "/counts?by=printer"},
		Screen{Name: "counts-groups", Route: "GET /counts", Who: owner, Path: "/counts?by=group"},
		Screen{Name: "counts-none", Route: "GET /counts", Who: fresh, Path: "/counts"},
		Screen{Name: "developers", Route: "GET /developers", Who: owner, Path: "/developers"},
	)
}

func connecting() []Screen {
	const ask = "?client_id=photo-frame&response_type=code&redirect_uri=urn:ietf:wg:oauth:2.0:oob&scope=https://www.googleapis.com/auth/cloudprint"
	return []Screen{
		{Name: "connectors", Route: "GET /connectors", Who: owner, Path: "/connectors"},
		{Name: "connectors-none", Route: "GET /connectors", Who: fresh, Path: "/connectors"},
		{Name: "connectors-twins", Route: "GET /connectors", Who: copied, Path: "/connectors"},
		{Name: "device", Route: "GET /pair", Who: owner, Path: "/pair"},
		{Name: "device-wrong", Route: "GET /pair", Who: owner, Path: "/pair?user_code=WRON-GONE"},
		{Name: "device-ask", Route: "GET /pair", Who: owner, Path: "/pair?user_code={code}"},
		{Name: "device-done", Route: "POST /pair", Who: owner, Path: "/pair?user_code={code}", Do: submit(`main form [value="deny"]`)},
		{Name: "consent", Route: "GET /o/oauth2/auth", Who: owner, Path: "/o/oauth2/auth" + ask},
		{Name: "consent-code", Route: "POST /o/oauth2/auth", Who: owner, Path: "/o/oauth2/auth" + ask, Do: submit(`main form [value="allow"]`)},
		{Name: "claim", Route: "GET /claimprinter.html", Who: owner, Path: "/claimprinter.html"},
		{Name: "claim-code", Route: "GET /claimprinter.html", Who: owner, Path: "/claimprinter.html?token={claim}"},
		{Name: "claim-sheet", Route: "GET /cloudprint/regtokenpage", Path: "/cloudprint/regtokenpage?t={claim}"},
		{Name: "claim-done", Route: "GET /cloudprint/regconfirmpage", Path: "/cloudprint/regconfirmpage?printername=Front+desk&email=owner@example.com"},
		{Name: "public", Route: "GET /cloudprint/addpublicprinter.html", Who: fresh, Path: "/cloudprint/addpublicprinter.html?printerid={library}&key={public}"},
	}
}

func accountScreens() []Screen {
	return []Screen{
		{Name: "account", Route: "GET /account", Who: owner, Path: "/account"},
		{Name: "account-guest", Route: "GET /account", Who: guest, Path: "/account"},
		{Name: "account-nokeys", Route: "GET /account", Who: fresh, Path: "/account"},
		{Name: "key-new", Route: "GET /account/keys", Who: owner, Path: "/account/keys"},
		{Name: "key-made", Route: "POST /account/keys", Who: owner, Path: "/account/keys", Do: makeKey},
		{Name: "passkey-new", Route: "GET /account/passkeys", Who: owner, Path: "/account/passkeys"},
		{Name: "password", Route: "GET /password", Who: owner, Path: "/password"},
	}
}

func administration() []Screen {
	return []Screen{
		{Name: "people", Route: "GET /people", Who: owner, Path: "/people"},
		{Name: "people-nomatch", Route: "GET /people", Who: owner, Path: "/people?q=nobody+like+this"},
		{Name: "person", Route: "GET /people/{id}", Who: owner, Path: "/people/{person}"},
		{Name: "person-disabled", Route: "GET /people/{id}", Who: owner, Path: "/people/{disabled}"},
		{Name: "person-reset", Route: "POST /people/{id}/reset", Who: owner, Path: "/people/{person}", Do: submit(`form[action$="/reset"] button`)},
		{Name: "services", Route: "GET /services", Who: owner, Path: "/services"},
		{Name: "service", Route: "GET /services/{id}", Who: owner, Path: "/services/{service}"},
		{Name: "service-key", Route: "GET /services/{id}/keys", Who: owner, Path: "/services/{service}/keys"},
		{Name: "admin", Route: "GET /admin", Who: owner, Path: "/admin"},
		{Name: "admin-settings", Route: "GET /admin/settings", Who: owner, Path: "/admin/settings"},
		{Name: "admin-provider", Route: "GET /admin/provider", Who: owner, Path: "/admin/provider"},
		{Name: "about", Route: "GET /about", Who: owner, Path: "/about"},
		{Name: "audit", Route: "GET /audit", Who: owner, Path: "/audit"},
		{Name: "audit-nomatch", Route: "GET /audit", Who: owner, Path: "/audit?who=nobody@example.com"},
		{Name: "audit-end", Route: "GET /audit", Who: owner, Path: "/audit?before=1"},
	}
}

func errorScreens() []Screen {
	return []Screen{
		{Name: "error-page", Route: "/", Path: "/nowhere"},
		{Name: "error-printer", Route: "GET /printers/{id}", Who: member, Path: "/printers/{accounting}"},
	}
}
