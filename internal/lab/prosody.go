package lab

import (
	"cmp"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"time"
)

// Prosody starts a private Prosody with packaging/prosody, and stops it when the test
// ends.
func Prosody(t TB, o XMPPOptions) *XMPPServer {
	t.Helper()
	Need(t, "prosody")
	s := newXMPP(t, o, "prosody")
	s.WebSocket = freePort(t)
	s.ready = append(s.ready, net.JoinHostPort("127.0.0.1", strconv.Itoa(s.WebSocket)))
	_, component, _ := net.SplitHostPort(s.Component)
	idle := cmp.Or(o.Idle, 90*time.Second)
	modules, others, plugins := `"websocket"`, `s2s_ports, modules_disabled = { }, { "s2s" }`, filepath.Join(root(t), "packaging", "prosody")
	if o.s2s != 0 {
		s.put("mod_lab_records.lua", records(o.servers))
		modules, others, plugins = `"websocket"; "dialback"; "lab_records"`, fmt.Sprintf("s2s_ports, s2s_secure_auth = { %d }, false", o.s2s), plugins+`"; "`+s.Dir
	}
	s.put("platen.cfg.lua", s.shipped("prosody/platen.cfg.lua",
		"/usr/share/platen-cloud/prosody", plugins,
		"read_timeout = 90", "read_timeout = "+strconv.FormatFloat(idle.Seconds(), 'f', -1, 64),
		"{ 5223 }", "{ "+strconv.Itoa(s.Direct)+" }",
		"{ 5347 }", "{ "+component+" }",
		"https://print.example.com/xmpp/auth", o.Cloud+"/xmpp/auth",
		"/etc/prosody/platen-auth.secret", s.authFile,
		"change me", "the component's secret",
		`"`+XMPPService, `"`+s.service,
		`"`+XMPPDomain, `"`+s.domain,
	))
	s.put("prosody.cfg.lua", fmt.Sprintf(`daemonize = false
pidfile = "%[1]s/prosody.pid"
data_path = "%[1]s/data"
log = { info = "*console" }
interfaces = { "127.0.0.1" }
c2s_ports = { %[2]d }
c2s_require_encryption = true
http_ports, https_ports = { %[3]d }, { }
http_interfaces = { "127.0.0.1" }
http_default_host = "%[4]s"
consider_websocket_secure, consider_bosh_secure = true, true
modules_enabled = { "bosh"; "disco"; "ping"; "roster"; "saslauth"; "tls"; %[5]s }
%[6]s
ssl = { certificate = "%[1]s/server.crt"; key = "%[1]s/server.key" }
Include "%[1]s/platen.cfg.lua"
`, s.Dir, s.STARTTLS, s.WebSocket, s.domain, modules, others))
	s.command = func() (string, []string) {
		return "prosody", []string{"--config", s.file("prosody.cfg.lua"), "-F"}
	}
	s.own()
	s.Start()
	return s
}
