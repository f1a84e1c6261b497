package web

import "maps"

// english is the catalogue: every sentence of the pages and of live updates.
func english() map[string]string {
	words := map[string]string{}
	for _, some := range []map[string]string{englishCommon(), englishAdmin(), englishSettings(), englishPeople(), englishPasskeys(), englishPrinters(), englishPrint(), englishJobs(), englishRelease(), englishSharing(), englishUse(), englishAuthority()} {
		maps.Copy(words, some)
	}
	return words
}

// englishCommon are the sentences of every page.
func englishCommon() map[string]string {
	return map[string]string{
		"site": "Platen", "nav.label": "Main", "nav.printers": "Printers", "nav.jobs": "Jobs", "nav.connectors": "Connectors", "nav.skip": "Skip to content",
		"nav.people": "People", "nav.account": "Your account, %s",
		"signout": "Sign out",

		"time.day": "1 day", "time.days": "%d days", "time.hour": "1 hour", "time.hours": "%d hours",
		"time.minute": "1 minute", "time.minutes": "%d minutes", "time.second": "1 second", "time.seconds": "%d seconds",
		"time.notseconds": "The time is not a number of seconds.", "time.notdays": "The time is not a number of days.",

		"audit.title": "Audit log", "audit.none": "Nothing was recorded yet.", "audit.nomore": "There is nothing older.",
		"audit.time": "Time", "audit.who": "Who", "audit.what": "What", "audit.printer": "printer", "audit.job": "job", "audit.connector": "connector",
		"audit.by": "Who (address)", "audit.of": "Printer (id)", "audit.nomatch": "Nothing that was recorded matches.",
		"audit.lines":    "Save as JSON lines",
		"audit.filenote": "A file has the newest 100 000 entries that match; choose days for older ones. Days are in UTC.",
		"audit.older":    "Older", "audit.newest": "Newest", "audit.position": "The position in the audit log is not a number.",

		"error.title": "That did not work", "error.own": "Something is wrong with the service itself. Try again in a moment.",
		"error.notfound": "This does not exist, or it is not yours.", "error.page": "There is no such page.", "error.back": "Go to your printers", "error.from": "Go back to where you were",
		"error.form": "The form could not be read.", "error.stale": "This page was open for too long. Go back, reload it, and try again.",
	}
}
