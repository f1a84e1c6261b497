package web

// englishAuthority are the sentences of the page with the own authority.
func englishAuthority() map[string]string {
	return map[string]string{
		"authority.title": "Trust this service", "authority.none": "A public authority vouches for this service: there is nothing to install.",
		"authority.lead":         "This service has an authority of its own for its certificate. A device that has it installed opens these pages without a warning, and prints.",
		"authority.compare":      "Install it only if the device shows this fingerprint (SHA-256), and the person who runs the service has the same one:",
		"authority.apple":        "iPhone, iPad and Mac",
		"authority.profile":      "Get the profile",
		"authority.applehow":     "Then open Settings, Profile Downloaded, and install it. On iPhone and iPad also switch it on under General, About, Certificate Trust Settings.",
		"authority.android":      "Android",
		"authority.certificate":  "Get the certificate",
		"authority.androidhow":   "Then open Settings, Security, Encryption and credentials, Install a certificate, CA certificate, and choose the file.",
		"authority.computers":    "Windows, Linux and ChromeOS",
		"authority.computershow": "Get the certificate above, and import it as an authority: on Windows into Trusted Root Certification Authorities, on Linux with update-ca-certificates, in Firefox and ChromeOS in the settings of certificates.",
		"authority.then":         "Then go to the service",
	}
}
