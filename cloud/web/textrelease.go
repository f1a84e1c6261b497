package web

// englishRelease are the sentences about stickers and about releasing held documents.
func englishRelease() map[string]string {
	return map[string]string{
		"sticker.title": "Sticker", "sticker.link": "Sticker for the printer", "sticker.scan": "Scan to print your held documents here",
		"sticker.lead": "Print this page, cut the sticker out and put it on the printer. Whoever scans it with a phone and signs in can release their own held documents at this printer with one tap.",
		"sticker.none": "This printer has no sticker yet.", "sticker.make": "Make a sticker", "sticker.renew": "Make a new sticker",
		"sticker.warning": "A new sticker makes the old one useless. The sticker gives nobody rights on the printer.", "sticker.qr": "QR code of %s",

		"release.title": "Release documents", "release.at": "Release at %s", "release.link": "Release held documents",
		"release.mine": "Your documents", "release.nothing": "No document of yours is held here.", "release.nowhere": "No document of yours is held.",
		"release.all": "Print all %d", "release.print": "Print", "release.label": "Print %s", "release.here": "Print here", "release.herelabel": "Print %s here",
		"release.elsewhere": "Held for other printers", "release.others": "For other people", "release.of": "A document of %s",
		"release.none": "Nothing was released: it was released already, or has ended.", "release.one": "One document is on its way to the printer.", "release.many": "%d documents are on their way to the printer.",
		"release.pin": "PIN", "release.bypin": "With a PIN", "release.pinlead": "For a document that somebody else sent and gave you the PIN of.",
		"release.who": "Sender’s e-mail address", "release.dopin": "Print it", "release.wrong": "No held document has this sender and PIN.",

		"open.title": "Print", "open.lead": "Choose documents first, and then the printer. On a phone, install this site as an app: “Share” then leads here with the document.",
		"open.again": "You were not signed in, and what was shared is lost. Share it again, or choose it here.",
		"open.which": "On which printer?", "open.other": "Another printer", "open.next": "Next",

		"releasers.title": "Who else may release it", "releasers.pin": "PIN for releasing (4 to 8 digits)", "releasers.newpin": "New PIN (4 to 8 digits)",
		"releasers.pinnote": "Whoever is signed in and knows your address and the PIN can release the document at the printer.",
		"releasers.haspin":  "A PIN is set.", "releasers.spoiled": "A PIN was set, and was typed wrong too often: it counts no more. Release the document yourself, or set a new PIN.", "releasers.nopin": "Remove the PIN",
		"releasers.who": "E-mail address of somebody who may release it", "releasers.whonote": "That person sees that a document of yours waits, but not its name.",
		"releasers.save": "Save",
	}
}
