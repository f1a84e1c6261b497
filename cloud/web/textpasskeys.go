package web

// englishPasskeys are the sentences about passkeys.
func englishPasskeys() map[string]string {
	return map[string]string{
		"passkey.title": "Passkeys", "passkey.lead": "Sign in with your phone, your computer or a security key instead of the password.",
		"passkey.none": "You have no passkeys.", "passkey.new": "Add a passkey", "passkey.name": "Name",
		"passkey.namenote": "Where it is kept, such as “Phone”.",
		"passkey.https":    "Passkeys need an https address with a name. An administrator sets it up.",
		"passkey.noscript": "Adding a passkey needs JavaScript, and a browser that has passkeys.",
		"passkey.rename":   "Rename", "passkey.save": "Save", "passkey.remove": "Remove",
		"passkey.removenote": "It then lets nobody in any more. Delete it on your device, too.",
		"passkey.signin":     "Sign in with a passkey",
		"passkey.cancelled":  "No passkey was used. Try again, or use your password.",
		"passkey.notmade":    "No passkey was made. Try again.",
		"passkey.known":      "This device has a passkey of your account already.",
		"passkey.lost":       "The service does not answer. Try again.",
	}
}
