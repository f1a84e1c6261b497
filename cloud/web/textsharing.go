package web

// englishSharing are the sentences about sharing, and about the links that share.
func englishSharing() map[string]string {
	return map[string]string{
		"share.title": "Sharing", "share.with": "Shared with", "share.role": "May", "share.pending": "Invited, no answer yet", "share.joined": "Came by the link for everybody with an account", "share.takeback": "Take back", "share.nobody": "Nobody but the owner uses this printer.",
		"choices.title": "What is chosen unless people say otherwise", "choices.note": "It is preselected when people print, also in their programs, and counts wherever they leave it open.",
		"choices.own": "Use the printer’s own choices", "choices.made": "Preselected by whoever looks after this printer.",

		"settings.quotaeach": "Jobs a day of each person", "printer.quotaeach": "each person %d a day", "many.hold": "Hold documents", "many.nohold": "Do not hold documents", "share.submit": "Share", "share.domain": "Everybody at %s", "share.group": "The group %s",
		"share.add": "Share with", "share.kind": "Whom", "share.person": "A person", "share.agroup": "A group", "share.everybody": "Everybody at a domain",
		"share.whom": "Address, group or domain", "share.whomnote": "Such as ada@example.com, Teachers or example.com.", "share.until": "until", "share.for": "For how long", "share.forever": "For good",
		"share.nogroup": "There is no group %s. A group begins with its first member: ask an administrator.",
		"role.user":     "Print", "role.manager": "Print and manage",

		"share.requests": "Waiting for your answer", "share.accept": "Accept", "share.refuse": "Refuse", "share.asks": "%s wants to print here",
		"share.public": "Open to everybody with an account", "share.publicnote": "Whoever has an account here and the link can add the printer.", "share.ispublic": "Whoever has an account and this link can add the printer:",
		"share.asked": "Whoever has an account and this link can ask for the printer, and waits until you or a manager accept:",
		"share.open":  "Open it", "share.close": "Close it again", "share.approval": "Let me accept each person first",

		"wish.says": "You asked for “%s”. Its owner has not answered yet.", "wish.withdraw": "Never mind", "wish.done": "You asked for “%s”. You can print as soon as its owner or a manager accepts.",

		"links.title": "Links", "links.note": "Whoever opens a link may print here until it ends. Remove a link and it ends at once, also for those who came by it, unless it said that they keep the printer.", "links.none": "There is no link.",
		"links.name": "What it is for", "links.uses": "Used by", "links.ends": "Ends", "links.from": "Made by", "links.remove": "Remove", "links.used": "%d of %d", "links.count": "%d", "links.over": "lets nobody in any more, because whoever made it may not share this printer now",
		"links.accounts": "for people with an account", "links.keeps": "for people with an account, who keep the printer", "links.visitors": "no account needed",
		"links.for": "For whom", "links.lifetime": "Good for", "links.most": "For at most so many people", "links.mostnote": "Leave it empty for any number; a link that needs no account needs a number.",
		"links.make": "Make a link", "links.badmost": "The number of people is not a number.", "links.made": "A new link", "links.lead": "Give this link to whoever is to print at %s.",
		"links.once": "It is shown this once. Make another one if it gets lost.",

		"guest.title": "Print at %s", "guest.lead": "%s lets you print at this printer.", "guest.until": "This ends on", "guest.add": "Add to my printers", "guest.name": "Your name", "guest.namenote": "It stands with what you print.",
		"guest.go": "Go to the printer", "guest.signin": "I have an account here",
	}
}
