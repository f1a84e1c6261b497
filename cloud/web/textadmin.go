package web

// englishAdmin are the sentences of the pages of administration.
func englishAdmin() map[string]string {
	return map[string]string{
		"nav.admin": "Administration",

		"admin.title": "Administration", "admin.health": "How the service is",
		"admin.version": "Version", "admin.since": "Running since", "admin.address": "Public address", "admin.database": "Database",
		"admin.disk": "Disk", "admin.diskfree": "%s of %s free", "admin.documents": "Documents kept", "admin.kept": "%d, %s",
		"admin.open": "Jobs not ended", "admin.connectors": "Connectors", "admin.online": "%d of %d online",
		"admin.printers": "Printers", "admin.people": "Accounts",
		"admin.push": "Notifications", "admin.push.xmpp": "XMPP, built in", "admin.push.server": "by an XMPP server", "admin.push.lost": "the XMPP server takes none; they come over HTTPS", "admin.push.https": "over HTTPS alone", "admin.push.off": "off",
		"admin.rendering": "Making documents ready", "admin.rendering.works": "works", "admin.rendering.off": "switched off",
		"admin.rendering.broken": "does not work",
		"admin.backup":           "Last backup", "admin.nobackup": "none is known",
		"admin.attention": "Look at this",
		"admin.warn.lost": "The XMPP server takes no notifications: connectors hear of jobs over HTTPS, or late. The check below says why.", "admin.warn.push": "No port for notifications is open: jobs wait until connectors ask. Set push.direct_listen.",
		"admin.warn.rendering": "Documents cannot be made ready for printers that do not take them. Check the installation below; it says why.",
		"admin.warn.disk":      "Less than a tenth of the disk is free, or less than 1 GiB. Make room, or keep documents for a shorter time.",
		"admin.warn.backup":    "There was no backup for a week. Run: platen-cloud backup FILE",
		"admin.warn.offline":   "No connector is online: nothing prints now.",
		"admin.check":          "Check the installation", "admin.checknote": "Tries the settings, the ports, the renderer and LibreOffice, as platen-cloud doctor does. It may take a minute.",
		"admin.checked": "What was found", "admin.ok": "in order", "admin.fail": "not in order",
		"admin.more": "More", "admin.settings": "Settings, retention and limits", "admin.provider": "Sign-in with an organization (OpenID Connect)",
		"admin.audit": "Audit log", "admin.counts": "What was printed", "admin.peoplelink": "People and groups", "admin.jobs": "Everybody’s jobs",
		"admin.about": "About this program",

		"about.title": "About Platen", "about.lead": "Platen prints from anywhere, on your own server: an open successor of Google Cloud Print.",
		"about.version": "Version %s", "about.api": "Description of the interfaces (OpenAPI)",

		"provider.title": "Sign-in with an organization", "provider.off": "No provider is set: people sign in with passwords. Set oidc.issuer and oidc.client_id in the settings file and restart the service.",
		"provider.return":     "Return address",
		"provider.returnnote": "Register this address at the provider, exactly so, as the redirect URI of the client.",
		"provider.check":      "Check the provider", "provider.checknote": "Fetches the provider’s description and keys. Whether the client’s id and secret are right shows with the first sign-in.",
		"provider.none": "There is no provider to ask.",
	}
}

// englishSettings are what the settings are for. The limits are those of docs/limits.md.
func englishSettings() map[string]string {
	return map[string]string{
		"settings.inforce": "Settings in force", "settings.lead": "Settings are written in one place, the settings file, and take effect when the service starts. Nothing is changed on this page.",
		"settings.file": "The file is %s.", "settings.how": "A variable of the environment counts before the file, and the command line before both.",
		"settings.key": "Setting", "settings.value": "Value", "settings.source": "From", "settings.empty": "not set",
		"settings.from.default": "default", "settings.from.file": "file", "settings.from.environment": "environment", "settings.from.commandline": "command line",
		"settings.group.service": "Service, documents and retention", "settings.group.acme": "Certificates that are asked for (acme)", "settings.group.limits": "Limits", "settings.group.push": "Notifications (push)",
		"settings.group.oidc": "Sign-in with an organization (oidc)", "settings.group.mail": "Mail", "settings.group.outages": "Outages",
		"settings.note.limits": "0 is the default, and -1 no limit.",

		"setting.listen": "Address of the HTTP(S) port.", "setting.base_url": "As people and connectors reach the service; empty for the port’s own address.",
		"setting.state_dir": "Folder of database, documents and keys.", "setting.tls_cert": "Certificate of the port (PEM); with tls_key it speaks HTTPS.",
		"setting.tls_key": "Its key.", "setting.tls": "Where the certificate of the port comes from: files, acme, or own.",
		"setting.tls_names": "Further names and addresses of the certificate, besides that of base_url.", "setting.http_listen": "A plain HTTP port that sends people to the HTTPS one; empty for none.",
		"setting.acme.directory": "The server that certificates are asked of; empty for Let’s Encrypt.", "setting.acme.email": "The address that it may write to.",
		"setting.acme.ca_file": "Who signed that server’s own certificate, if not a public authority.", "setting.insecure_http": "Plain HTTP off this machine: passwords and documents can be read on the way.",
		"setting.trusted_proxies":  "TLS proxies in front, whose X-Forwarded-For is believed.",
		"setting.metrics_listen":   "Where Prometheus asks: a loopback address, or unix: and a path.",
		"setting.max_document_mib": "Largest document, in MiB.", "setting.retention": "How long documents of ended jobs are kept. Then they can no longer be downloaded or printed again.",
		"setting.allow_url": "Programs may name a public address for the service to fetch a document from.", "setting.guest_links": "Printers may be shared by a link with people who have no account.",
		"setting.client_login":     "The password interface of the clients of 2010.",
		"setting.shutdown_timeout": "How long a stop may take.", "setting.render": "Documents are made into what a printer takes.",
		"setting.renders": "Documents made ready at the same time.", "setting.render_memory_mib": "Memory that making one document ready may take, in MiB.",
		"setting.render_timeout": "How long making one document ready may take; many pages get up to twice as much.",
		"setting.clients":        "OAuth clients that are more than public ones.",

		"setting.limits.stored_mib_per_user": "MiB of documents of one person; then nothing more is taken.", "setting.limits.disk_percent": "How full the disk of the documents may get.",
		"setting.limits.waiting_jobs_per_printer": "Jobs that wait at one printer.", "setting.limits.submits_per_minute": "Jobs of one person in a minute; then HTTP 429.",
		"setting.limits.capabilities_kib": "KiB of a printer’s capabilities.", "setting.limits.ticket_kib": "KiB of a job’s ticket.",
		"setting.limits.tags_per_printer": "Tags of a printer.", "setting.limits.expire_days": "Days that a job may wait; then it ends and never prints.",
		"setting.limits.hold_hours": "Hours that a person may hold a job; then it ends.", "setting.limits.silence_hours": "Hours without a word of a job’s connector; then the job ends unconfirmed.",
		"setting.limits.job_rows_days": "Days that ended jobs and their traces are kept.", "setting.limits.audit_days": "Days that the audit log is kept.",
		"setting.limits.keys_days": "Days that the key of a submission is remembered.", "setting.limits.hidden_days": "Days that a printer is kept which its connector deleted.",

		"setting.push.driver": "What carries notifications: embedded, component or pubsub (an XMPP server), or none (HTTPS alone).", "setting.push.advertised_starttls_port": "Port of STARTTLS that connectors are told of, where it differs; 0 if it does not.",
		"setting.push.server.component": "Address of the XMPP server’s port for components.", "setting.push.server.secret_file": "File with the secret that it knows this service by.",
		"setting.push.server.pubsub": "Address (JID) of its PubSub service.", "setting.push.server.auth_secret_file": "File with the secret that it asks about tokens with; empty refuses it.",
		"setting.push.server.ca_file": "Authority (PEM) of its certificate; empty for a public one.", "setting.push.server.jwt_lifetime": "How long connectors’ access tokens are good that it checks itself (JWT); 0 for ones that it asks about.",
		"setting.push.direct_listen": "Port of notifications, TLS at once; empty for none.", "setting.push.starttls_listen": "Port of notifications with STARTTLS; empty for none.",
		"setting.push.host": "Name that connectors reach it by; empty for the one in base_url.", "setting.push.advertised_direct_port": "Port that connectors are told of, where it differs; 0 if it does not.",
		"setting.push.domain": "Domain of the connectors’ addresses.", "setting.push.service": "Address that notifications come from.",
		"setting.push.interval": "In which a connector shows that it is there; after twice that it is not.",
		"setting.push.tls_cert": "Certificate of these ports; empty for the service’s own.", "setting.push.tls_key": "Its key.",
		"setting.push.trusted_domains":   "Domains of other XMPP servers where an address is the person here with that address.",
		"setting.push.websocket_origins": "Sites whose pages may open streams over WebSockets, besides this one.",

		"setting.oidc.issuer": "Address of the provider, without /.well-known/openid-configuration; empty for none.", "setting.oidc.name": "What the sign-in page calls it.",
		"setting.oidc.client_id": "Id of this service at the provider.", "setting.oidc.client_secret": "Its secret; empty for a public client.", "setting.oidc.client_secret_file": "File with the secret, instead.",
		"setting.oidc.scopes": "Scopes to ask for besides openid, email and profile.", "setting.oidc.groups_claim": "Claim that lists a person’s groups; empty for none.",
		"setting.oidc.allowed_domains": "Domains of addresses that are let in; none for all.", "setting.oidc.admin_group": "Group whose members are administrators.",
		"setting.oidc.create_accounts": "Who has no account yet gets one.",

		"setting.mail.server": "Host and port of the server that mail is sent by; empty for no mail.", "setting.mail.security": "How it is reached: starttls, tls (often port 465), or none.",
		"setting.mail.user": "Name to sign in with; empty for a server that asks for none.", "setting.mail.password": "Its password.", "setting.mail.password_file": "File with the password, instead.",
		"setting.mail.from": "The sender’s address.", "setting.mail.ca_file": "Further authority (PEM) of the server’s certificate.",
		"setting.outages.connector": "How long a connector must be away before people are told; 0 for never.", "setting.outages.printer": "How long a printer must be stopped before people are told; 0 for never.",
		"setting.outages.owners": "Whoever owns it is told by mail.", "setting.outages.mail_to": "Addresses that are told of everything.",
	}
}
