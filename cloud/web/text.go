package web

// english is the catalogue: every sentence of the pages and of live updates.
func english() map[string]string {
	return map[string]string{
		"site": "Platen", "nav.label": "Main", "nav.printers": "Printers", "nav.jobs": "Jobs", "nav.device": "Add a device", "nav.skip": "Skip to content",
		"signout": "Sign out",

		"signin.title": "Sign in", "signin.email": "E-mail address", "signin.password": "Password", "signin.submit": "Sign in",
		"signin.link": "This sign-in link was used already, or is too old. Ask for a new one, or sign in with your password.",

		"password.title": "Choose a password", "password.lead": "It needs at least 10 characters. You are then signed out everywhere else.",
		"password.new": "New password", "password.again": "The same again", "password.submit": "Set the password",
		"password.differ": "The two passwords differ.",

		"device.title": "Let a device in", "device.lead": "Type the code that the device or program shows.",
		"device.code": "Code", "device.next": "Continue",
		"device.ask": "%s wants to act in your name", "device.unknown": "A program that is not registered here",
		"device.connector": "A Platen connector",
		"device.check":     "Allow this only if you started it yourself, and if it shows exactly this code:",
		"device.scope":     "It may add and serve printers, and see and send your print jobs.",
		"allow":            "Allow", "deny": "Refuse",
		"device.allowed": "The device may go on. You can close this page.",
		"device.denied":  "The device was refused.",

		"consent.title": "Let a program in", "consent.to": "After that, you are sent to %s.",
		"code.title": "Success code=%s", "code.lead": "Copy this code into the program that asked for it:",
		"consent.denied": "The program was refused.",

		"claim.title": "Add a printer", "claim.lead": "Type the code that the printer shows or has printed.",
		"claim.check": "The printer with this code will belong to you.", "claim.code": "Registration code", "claim.submit": "Add the printer",
		"claim.visit": "Open this page where you are signed in, and type the code:", "public.lead": "This printer is open to everybody. Add it to your printers?",
		"claim.done": "%s is yours now. It starts to work in a few seconds.",

		"printers.title": "Printers", "printers.none": "There is no printer yet. Run “platen pair” on the computer beside a printer.",
		"printers.name": "Printer", "printers.state": "State", "printers.queued": "Waiting jobs",
		"printer.send": "Print a document", "printer.file": "Document (PDF or image)", "printer.copies": "Copies", "printer.submit": "Print",
		"printer.recent": "Recent jobs", "printer.nofile": "Choose a document first.",

		"state.offline": "Offline: documents wait until it is back", "state.unknown": "Never connected yet", "state.dormant": "Away for a long time",
		"state.ready": "Ready", "state.printing": "Printing", "state.stopped": "Stopped", "state.online": "Online",
		"unit.EMPTY": "Paper tray empty", "unit.OPEN": "Open", "unit.OFF": "Off", "unit.FAILURE": "Failure", "unit.FULL": "Output full",
		"unit.EXHAUSTED": "Ink or toner used up", "unit.REMOVED": "Ink or toner missing", "unit.MEDIA_JAM": "Paper jam",

		"jobs.title": "Jobs", "jobs.none": "Nothing was printed yet.",
		"job.document": "Document", "job.printer": "Printer", "job.state": "State", "job.sent": "Sent", "job.actions": "Actions",
		"job.cancel": "Cancel", "job.cameout": "It came out", "job.owner": "Sent by", "job.untitled": "Untitled", "job.pages": "%d pages printed", "job.page": "1 page printed",
		"job.trace": "What happened", "job.step": "Step", "job.after": "After", "job.notrace": "Nothing is known yet.",
		"job.DRAFT": "Not sent yet", "job.HELD": "Held back", "job.QUEUED": "Waiting for the printer", "job.IN_PROGRESS": "Printing",
		"job.STOPPED": "Stopped: something is in the way", "job.DONE": "Printed", "job.ABORTED": "Failed", "job.CANCELLED": "Cancelled",
		"job.EXPIRED": "Given up after waiting too long", "job.UNCONFIRMED": "May have printed: check the output", "job.CANCELLING": "Being cancelled",
		"job.UNKNOWN": "Unknown",

		"hop.1": "The service had the whole document", "hop.2": "Handed to the service’s rules", "hop.3": "Rights and choices checked",
		"hop.4": "Stored safely", "hop.5": "The printer’s connector was called", "hop.6": "The connector heard the call",
		"hop.7": "The connector woke up for this printer", "hop.8": "The connector read the job", "hop.9": "Written down at the connector",
		"hop.10": "The connector has the document", "hop.11": "Choices translated for the printer", "hop.12": "The printer has the document",
		"hop.13": "The printer said how it ended", "hop.14": "The connector reported the end", "hop.15": "The service recorded the end",
		"hop.16": "The page was told", "hop.17": "The connector deleted its copy",

		"error.title": "That did not work", "error.own": "Something is wrong with the service itself. Try again in a moment.",
		"error.notfound": "This does not exist, or it is not yours.", "error.page": "There is no such page.", "error.back": "Go to your printers",
		"error.form": "The form could not be read.", "error.stale": "This page was open for too long. Go back, reload it, and try again.",
	}
}
