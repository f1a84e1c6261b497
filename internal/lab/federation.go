package lab

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Federation starts a Prosody with packaging/prosody that speaks with other servers, and one of
// somebody else, which has other domains and these accounts: passwords by addresses. They
// trust each other's names by dialback (XEP-0220). Where they are their own records say, and no
// DNS.
func Federation(t TB, o XMPPOptions, accounts map[string]string) (here, there *XMPPServer) {
	t.Helper()
	o.servers = map[string]int{}
	mine, theirs := freePort(t), freePort(t)
	o.servers[XMPPDomain], o.servers[XMPPService] = mine, mine
	for address := range accounts {
		_, domain, _ := strings.Cut(address, "@")
		o.servers[domain] = theirs
	}
	there = stranger(t, o, theirs, accounts)
	o.s2s = mine
	return Prosody(t, o), there
}

// stranger starts the other server.
func stranger(t TB, o XMPPOptions, port int, accounts map[string]string) *XMPPServer {
	t.Helper()
	s := newXMPP(t, XMPPOptions{Domain: "stranger.example"}, "prosody")
	s.ready = []string{net.JoinHostPort("127.0.0.1", strconv.Itoa(s.Direct)), net.JoinHostPort("127.0.0.1", strconv.Itoa(port))}
	hosts := ""
	for address, password := range accounts {
		user, domain, _ := strings.Cut(address, "@")
		hosts += fmt.Sprintf("VirtualHost %q\n", domain)
		dir := filepath.Join("data", strings.ReplaceAll(strings.ReplaceAll(domain, "-", "%2d"), ".", "%2e"), "accounts")
		if err := os.MkdirAll(s.file(dir), 0o755); err != nil {
			t.Fatalf("%v", err)
		}
		s.put(filepath.Join(dir, user+".dat"), fmt.Sprintf("return { password = %q };\n", password))
	}
	s.put("mod_lab_records.lua", records(o.servers))
	s.put("prosody.cfg.lua", fmt.Sprintf(`daemonize = false
pidfile = "%[1]s/prosody.pid"
data_path = "%[1]s/data"
plugin_paths = { "%[1]s" }
log = { info = "*console" }
interfaces = { "127.0.0.1" }
c2s_ports, c2s_direct_tls_ports, s2s_ports = { }, { %[2]d }, { %[3]d }
http_ports, https_ports = { }, { }
modules_enabled = { "dialback"; "disco"; "lab_records"; "ping"; "roster"; "saslauth"; "tls" }
authentication = "internal_plain"
s2s_secure_auth = false
ssl = { certificate = "%[1]s/server.crt"; key = "%[1]s/server.key" }
%[4]s`, s.Dir, s.Direct, port, hosts))
	s.command = func() (string, []string) {
		return "prosody", []string{"--config", s.file("prosody.cfg.lua"), "-F"}
	}
	s.own()
	s.Start()
	return s
}

// records is a module for Prosody that answers what it asks of DNS: SRV records of domains
// (RFC 6120, 3.2.1), and nothing else.
func records(servers map[string]int) string {
	list := ""
	for domain, port := range servers {
		list += fmt.Sprintf("[\"_xmpp-server._tcp.%s\"] = %d; ", domain, port)
	}
	return `module:set_global();
local ports = { ` + list + `};
require "net.adns".resolver = function ()
	return { lookup = function (_, answer, name, kind)
		local port = kind == "SRV" and ports[name];
		answer(port and { { srv = { target = "127.0.0.1"; port = port; priority = 0; weight = 0 } } } or {});
	end };
end
`
}
