-- Platen's part of Prosody's configuration: /etc/prosody/conf.d/platen.cfg.lua. Change the names
-- and both secrets; README.md beside this file says what goes with it in platen-cloud.toml.

plugin_paths = { "/usr/share/platen-cloud/prosody" }

-- After so many seconds without a word a session is asked whether anybody is there. Connectors
-- show it themselves once a minute: sooner, everything would be asked twice.
network_settings = { read_timeout = 90 }

c2s_direct_tls_ports = { 5223 }
component_ports = { 5347 }
component_interfaces = { "127.0.0.1" }

VirtualHost "print.example.com"
	authentication = "platen"
	platen_auth_url = "https://print.example.com/xmpp/auth"
	platen_auth_secret_file = "/etc/prosody/platen-auth.secret"
	modules_enabled = { "platen_push"; "admin_adhoc" }
	platen_push_service = "push.print.example.com"
	-- The cloud ends the sessions of connectors whose tokens were revoked (XEP-0133).
	admins = { "push.print.example.com" }

Component "push.print.example.com"
	component_secret = "change me"

-- For driver = "pubsub" only.
Component "pubsub.print.example.com" "pubsub"
	admins = { "push.print.example.com" }
