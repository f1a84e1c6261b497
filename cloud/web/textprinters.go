package web

// englishPrinters are the sentences about printers and connectors.
func englishPrinters() map[string]string {
	return map[string]string{
		"claim.title": "Add a printer", "claim.lead": "Type the code that the printer shows or has printed.",
		"claim.check": "The printer with this code will belong to you.", "claim.code": "Registration code", "claim.submit": "Add the printer",
		"claim.visit": "Open this page where you are signed in, and type the code:", "public.lead": "This printer is open to everybody. Add it to your printers?",
		"claim.done": "%s is yours now. It starts to work in a few seconds.", "claim.registered": "%s belongs to %s.", "claim.theprinter": "This printer",

		"printers.title": "Printers", "printers.none": "There is no printer yet. Run “platen pair” with the address of this page on the computer beside a printer, or ask somebody to share one with you.",
		"printers.noneshared": "There is no printer yet. Ask somebody to share one with you.",
		"printers.name":       "Printer", "printers.state": "State", "printers.queued": "Waiting jobs", "printers.supplies": "Supplies", "printers.owner": "Owner", "printers.you": "You",
		"printers.add": "Add printers", "printers.nomatch": "No printer matches.",
		"filter.words": "Search", "filter.state": "State", "filter.tag": "Tag", "filter.submit": "Show", "filter.clear": "Show all",
		"filter.any": "Any", "filter.online": "Online", "filter.offline": "Offline", "filter.trouble": "Something is wrong", "filter.paused": "Paused",
		"pages.label": "Pages of the list", "pages.shown": "%d to %d of %d", "pages.earlier": "Previous page", "pages.later": "Next page",
		"many.title": "Change several at once", "many.which": "Which printers", "many.picked": "Those that are ticked", "many.all": "All that the list was filtered to (%d)",
		"many.pick": "Choose %s", "many.tag": "Tag", "many.addtag": "Add the tag", "many.location": "Set the location", "many.nothing": "Tick at least one printer first.",
		"many.what": "Say what is to be changed: type a tag, or an address to share with.", "many.some": "%d of %d printers were changed. These were not:",
		"invite.says": "%s shares the printer “%s” with you.", "invite.accept": "Add to my printers", "invite.refuse": "No, thank you",
		"supply.level": "Lowest: %d %%", "supply.low": "Low: %d %%",

		"printer.send": "Print a document", "printer.overview": "Overview",
		"printer.recent": "Recent jobs", "printer.nofile": "Choose a document first.",
		"printer.expire": "If it cannot be printed, give up after", "printer.expire.default": "%s (as usual)",
		"printer.queue": "Waiting and printing", "printer.supplies": "Supplies", "printer.nosupplies": "The printer does not say how much is left.", "printer.trays": "Paper trays",
		"printer.facts": "What it can do", "printer.connection": "About this printer", "printer.test": "Print a test page", "printer.pause": "Pause", "printer.resume": "Resume",
		"printer.ispaused": "This printer is paused: documents wait until somebody resumes it.", "printer.holds": "This printer holds documents until you release them in the list of jobs.",
		"printer.quota": "%d of %d jobs today", "printer.notyours": "Only the owner and managers of a printer may change it.",

		"fact.model": "Model", "fact.sizes": "Paper", "fact.colour": "Colour", "fact.incolour": "Colour and black", "fact.gray": "Black only", "fact.duplex": "Both sides", "fact.yes": "Yes", "fact.no": "No",
		"fact.copies": "Copies, at most", "fact.dpi": "Resolution", "fact.types": "Takes", "fact.more": "%d more",

		"test.title": "Test page", "test.sent": "Sent by %s, %s", "test.frame": "The frame is 18 points (6 mm) from the edges of the sheet.",

		"settings.nav": "Settings and sharing", "settings.heading": "Settings", "settings.title": "%s: settings", "settings.name": "Name", "settings.location": "Location", "settings.tags": "Tags, with commas between", "settings.description": "Description",
		"settings.hold": "Hold documents until their senders release them", "settings.quota": "Jobs a day", "settings.noquota": "Leave it empty for no limit.", "settings.badquota": "Write how many jobs a day as a number from 1 on, or nothing for no limit.",
		"settings.expire": "Give up on documents that wait for", "settings.save": "Save",

		"delete.title": "Delete", "delete.link": "Delete this printer", "delete.ask": "Delete %s?", "delete.do": "Delete it", "delete.keep": "Keep it", "delete.drop": "Remove from my list", "delete.askdrop": "Remove %s from your list?",
		"delete.warning":   "Its shares, its settings and its address here are lost for good, and documents that wait for it are not printed.",
		"delete.comesback": "If its connector still runs, the printer is added again as a new one, shared with nobody.",
		"delete.dropnote":  "To get it back, somebody must share it with you again.",

		"printers.connectors": "The connectors that serve your printers",

		"connectors.title": "Connectors", "connectors.add": "Enter a pairing code", "connectors.none": "There is no connector yet. Run “platen pair” with the address of this page on the computer beside a printer.",
		"connectors.host": "Connector", "connectors.state": "State", "connectors.seen": "Last seen", "connectors.printers": "Printers",
		"connectors.since": "Running since", "connectors.version": "Version %s", "connectors.rename": "Rename", "connectors.label": "Name",
		"connectors.online": "Online", "connectors.offline": "Offline", "connectors.unknown": "Never connected yet", "connectors.never": "Never",
		"connectors.revoke": "Revoke", "connectors.revokenote": "It gets no more jobs until it is paired again. Its printers stay, with their shares and history.",
		"connectors.latency": "Answers within %d ms", "connectors.near": "Answers within 1 ms", "connectors.noprinters": "None", "connectors.nohost": "A machine that did not say its name",
		"twins.prints": "%s (%s, since %s) prints", "twins.nobody": "none of them prints", "twins.waits": "%s (%s) stands by",
		"twins.twice": "This installation runs twice: %s.", "twins.often": "This installation runs %d times: %s.", "twins.remedy": "Stop one of them, or give it its own name there:", "twins.command": "platen pair --new",

		"state.offline": "Offline: documents wait until it is back", "state.unknown": "Never connected yet", "state.dormant": "Away for a long time",
		"state.paused": "Paused", "state.ready": "Ready", "state.printing": "Printing", "state.stopped": "Stopped", "state.online": "Online",
		"unit.OK": "OK", "unit.level": "%d %%", "unit.low": "Low", "unit.EMPTY": "Paper tray empty", "unit.OPEN": "Open", "unit.OFF": "Off", "unit.FAILURE": "Failure", "unit.FULL": "Output full",
		"unit.EXHAUSTED": "Ink or toner used up", "unit.REMOVED": "Ink or toner missing", "unit.MEDIA_JAM": "Paper jam",
	}
}
