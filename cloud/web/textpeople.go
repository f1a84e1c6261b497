package web

// englishPeople are the sentences about accounts and what acts for them.
func englishPeople() map[string]string {
	return map[string]string{
		"signin.title": "Sign in", "signin.email": "E-mail address", "signin.password": "Password", "signin.submit": "Sign in", "signin.or": "or",
		"signin.link": "This sign-in link was used already, or is too old. Ask for a new one, or sign in with your password.",

		"signin.provider": "Sign in with your organization", "signin.with": "Sign in with %s",

		"join.title": "Choose your password", "join.submit": "Set the password and sign in", "join.name": "Your name",
		"join.lead": "This link is good once, for the account %s. The password needs at least 10 characters.",
		"join.link": "This link was used already, or is too old. Ask an administrator for a new one.",

		"setup.title": "Set Platen up", "setup.lead": "You make the first account. It administers the service. The password needs at least 10 characters.",
		"setup.submit": "Make the account",
		"setup.link":   "This set-up link is not good, or the service is set up already. Sign in instead.",

		"services.title": "Service accounts", "services.lead": "Programs print in the name of a service account. Nobody signs in with one: it has keys.",
		"services.keeper": "Kept by", "services.none": "You keep no service accounts.", "services.new": "Add a service account",
		"services.name": "Short name", "services.namenote": "Letters, digits, dots and hyphens. With the name till its address is till@service.",
		"services.label":      "What it is called",
		"services.keepernote": "An administrator’s e-mail address, or /group/ and a group’s name. Left empty, it is you. Who keeps it makes and revokes its keys.",
		"services.setkeeper":  "Change who keeps it",
		"services.add":        "Add the account", "services.address": "Address",
		"services.keyslead":   "The program sends one in the header Authorization: Bearer. Make one for each machine.",
		"services.share":      "Share printers with this address: its jobs carry it, too.",
		"services.removenote": "Its keys end at once. Jobs stay; printers and connectors go to you.",

		"role.service": "Service account", "role.administrator": "Administrator", "role.member": "Member", "role.guest": "Guest",

		"people.title": "People", "people.one": "1 account", "people.total": "%d accounts", "people.none": "Nobody matches.",
		"people.search": "Search names and addresses", "people.group": "Group", "people.all": "Everybody",
		"people.name": "Name", "people.role": "Role", "people.signedin": "Last signed in", "people.groups": "Groups", "people.never": "never",
		"people.disabled": "disabled", "people.invited": "invited", "people.state": "State",
		"people.invite": "Invite somebody", "people.expire": "The link is good for", "people.send": "Make the invitation",
		"people.optional":  "Name, if you know it",
		"people.linktitle": "A link to hand on", "people.linklead": "Send this link to %s. It is shown this once, and is good for one use.",
		"people.resetlead": "Send this link to %s, who chooses a new password with it. It is shown this once, and is good for one use.",
		"people.linknote":  "Whoever has the link has the account: send it in a way that others do not read.",
		"people.done":      "Done",
		"people.own":       "This is your own account: another administrator can change it.",
		"people.setrole":   "Change the role", "people.access": "Access",
		"people.reset": "Link for a new password", "people.signout": "Sign out everywhere",
		"people.disable": "Disable the account", "people.enable": "Enable the account",
		"people.disablenote": "Sessions and keys end at once. Printers and connectors go on.",
		"people.remove":      "Remove the account", "people.heir": "Printers and connectors go to",
		"people.heirnote": "An account’s e-mail address. Left empty, they go to you. They go on printing.",
		"people.noheir":   "There is no account with this address to give the printers to.",

		"account.title": "Your account", "account.name": "Name", "account.save": "Save the name", "account.role": "Role",
		"account.password": "Change the password", "account.signout": "Sign out everywhere",
		"account.signoutnote": "Ends your sessions in all browsers, this one too. Keys and connectors go on.",
		"account.keys":        "API keys", "account.keyslead": "Programs act in your name with a key. Whoever has one can use it.",
		"account.nokeys": "You have no keys.", "account.newkey": "Make a key",

		"scope.print": "Print, and see printers and jobs", "scope.pair": "Add connectors, nothing else", "scope.admin": "Everything that you may",
		"key.title": "Make a key", "key.label": "What it is for", "key.scope": "What it may do", "key.submit": "Make the key",
		"key.made": "Your new key", "key.lead": "This is the key “%s”. It is shown this once: copy it now.",
		"key.note":   "Programs send it in the header Authorization: Bearer. You can revoke it at any time.",
		"key.expire": "It is good for", "key.expires": "Good until", "key.ever": "until it is revoked",
		"key.used": "Last used", "key.created": "Made", "key.revoke": "Revoke",

		"password.title": "Choose a password", "password.lead": "It needs at least 10 characters. You are then signed out everywhere else.",
		"password.new": "New password", "password.again": "The same again", "password.submit": "Set the password",
		"password.differ": "The two passwords differ.",

		"device.title": "Let a device in", "device.lead": "Type the code that the device or program shows.",
		"device.code": "Code", "device.next": "Continue",
		"device.ask": "%s wants to act in your name", "device.unknown": "A program that is not registered here",
		"device.connector": "A Platen connector",
		"device.check":     "Allow this only if you started it yourself, and if it shows exactly this code:",
		"device.scope":     "It may add and serve printers, and see and send your print jobs.",
		"device.host":      "Machine", "device.from": "Asks from", "device.program": "Program", "device.adds": "Printers it would add", "allow": "Allow", "deny": "Refuse",
		"device.away":    "These connectors of yours are offline: %s. If this one takes the place of one of them, the machine asks which: answer there, or run:",
		"device.adopt":   "platen pair --adopt",
		"device.allowed": "The device may go on. You can close this page.",
		"device.denied":  "The device was refused.",

		"consent.title": "Let a program in", "consent.to": "After that, you are sent to %s.",
		"code.title": "Success code=%s", "code.lead": "Copy this code into the program that asked for it:",
		"consent.denied": "The program was refused.",
	}
}
