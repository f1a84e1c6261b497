package web

// englishJobs are the sentences about jobs.
func englishJobs() map[string]string {
	return map[string]string{
		"jobs.title": "Jobs", "jobs.none": "Nothing was printed yet.",
		"jobs.tabs": "Whose jobs", "jobs.tab.mine": "Mine", "jobs.tab.printers": "My printers’", "jobs.tab.all": "Everybody’s",
		"jobs.older": "Older", "jobs.newest": "Newest",
		"jobs.nonehere": "There is none among these. Look among older ones.", "jobs.nonefound": "There is no such job.",
		"jobs.position":      "The position in the list of jobs is not a number.",
		"jobs.group.waiting": "Waiting", "jobs.group.printing": "Printing", "jobs.group.printed": "Printed", "jobs.group.failed": "Not printed",
		"job.moveto": "Print it somewhere else", "job.move": "Change the printer",
		"job.took": "Took", "job.atconnector": "at the connector", "job.export": "Save as a file (JSON)",

		"dev.title": "For programs", "dev.lead": "Programs print here with an API key and the interfaces of Google Cloud Print.",
		"dev.key": "Make a key", "dev.makekey": "Make a key here", "dev.keylead": "Whoever runs this service can make it there, with this command:",
		"dev.print": "Print", "dev.repeat": "So that a repeated call prints once, add:", "dev.wait": "See how it goes",
		"dev.openapi": "All interfaces, as an OpenAPI document", "dev.printers": "Your printers", "dev.arrive": "Your newest jobs, as they arrive",
		"dev.anyprinter": "PRINTER",

		"counts.title": "What was printed", "counts.from": "From", "counts.to": "To", "counts.by": "By", "counts.show": "Show",
		"counts.by.person": "Person", "counts.by.printer": "Printer", "counts.by.month": "Month", "counts.by.group": "Group",
		"counts.nogroup":    "In no group",
		"counts.groupsnote": "Groups are as they are today. Whoever is in two groups counts in both, so that the groups may add up to more than all together.",
		"counts.pages":      "Pages", "counts.jobs": "Jobs", "counts.sum": "Together", "counts.none": "Nothing was printed in this time.",
		"counts.more": "These are the first of more: the file has all.", "counts.file": "Save as a table (CSV)",
		"counts.badday": "A day is written like 2026-11-21.",
		"counts.note":   "Pages as the printers counted them; where a printer does not, those of the document times the copies. Days are in UTC.",
		"job.document":  "Document", "job.printer": "Printer", "job.state": "State", "job.sent": "Sent", "job.actions": "Actions",
		"job.cancel": "Cancel", "job.cameout": "It came out", "job.owner": "Sent by", "job.untitled": "Untitled", "job.pages": "%d pages printed", "job.page": "1 page printed",
		"job.trace": "What happened", "job.step": "Step", "job.after": "After", "job.notrace": "Nothing is known yet.",
		"job.DRAFT": "Not sent yet", "job.HELD": "Held", "job.RESTORED": "Held: the service was restored", "job.QUEUED": "Waiting for the printer", "job.IN_PROGRESS": "Printing",
		"job.STOPPED": "Stopped: something is in the way", "job.DONE": "Printed", "job.ABORTED": "Failed", "job.CANCELLED": "Cancelled",
		"job.EXPIRED": "Expired", "job.UNCONFIRMED": "It may have printed: check the output.", "job.CANCELLING": "Being cancelled",
		"job.release": "Release to print", "job.again": "Print again",
		"job.againof": "Prints again", "job.first": "the job sent %s", "job.firstgone": "a job that is not kept any more", "job.repeats": "Printed again as",
		"job.unprinted": "%s and was not printed", "job.waited": "waited too long",
		"job.until": "Waits until %s.", "job.helduntil": "Held until %s: then it ends without being printed.",
		"job.spoiled":      "Its PIN was typed wrong too often and counts no more. Its sender can release it here, or set a new PIN.",
		"job.restored":     "The service was restored from a backup. This job is held until its connector has said whether it printed it.",
		"job.restoredbusy": "It was being printed before: look at the output before you release it.",
		"job.gone":         "Its document is not kept any more: to print it again, send it again.",
		"job.UNKNOWN":      "Unknown",

		"hop.1": "The service had the whole document", "hop.2": "Handed to the service’s rules", "hop.3": "Rights and choices checked",
		"hop.4": "Stored safely", "hop.5": "The printer’s connector was called", "hop.6": "The connector heard the call",
		"hop.7": "The connector woke up for this printer", "hop.8": "The connector read the job", "hop.9": "Written down at the connector",
		"hop.10": "The connector has the document", "hop.11": "Choices translated for the printer", "hop.12": "The printer has the document",
		"hop.13": "The printer said how it ended", "hop.14": "The connector reported the end", "hop.15": "The service recorded the end",
		"hop.16": "The page was told", "hop.17": "The connector deleted its copy",
		"hop.18": "The document was made ready for the printer", "hop.19": "The service offered the job to the connector",
	}
}
