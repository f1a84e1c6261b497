package lab

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Ejabberd starts a private ejabberd with packaging/ejabberd, and stops it when the test
// ends. It is no node of a cluster, and runs without Erlang's list of nodes (epmd), which
// would listen on all addresses and be left behind.
func Ejabberd(t TB, o XMPPOptions) *XMPPServer {
	t.Helper()
	Need(t, "ejabberdctl")
	s := newXMPP(t, o, "ejabberd")
	_, component, _ := net.SplitHostPort(s.Component)
	seconds := func(d time.Duration) string { return strconv.Itoa(max(1, int(d.Seconds()))) + " seconds" }
	for _, dir := range []string{"etc", "logs", "spool"} {
		if err := os.Mkdir(s.file(dir), 0o755); err != nil {
			t.Fatalf("%v", err)
		}
	}
	s.put("etc/ejabberd.yml", s.shipped("ejabberd/platen.yml",
		"/etc/ejabberd/ejabberd.pem", s.file("server.pem"),
		"port: 5223", "port: "+strconv.Itoa(s.Direct),
		"port: 5222", "port: "+strconv.Itoa(s.STARTTLS),
		"port: 5347", "port: "+component,
		`ip: "::"`, `ip: "127.0.0.1"`,
		"change me", "the component's secret",
		"/usr/bin/platen-cloud", filepath.Join(o.Bin, "platen-cloud"),
		"https://print.example.com", o.Cloud,
		"/etc/ejabberd/platen-auth.secret", s.authFile,
		XMPPPubSub, XMPPPubSub, // else its end would be taken for the domain
		XMPPService, s.service,
		XMPPDomain, s.domain,
		"90 seconds", seconds(cmp.Or(o.Idle, 90*time.Second)),
		"30 seconds", seconds(cmp.Or(o.Idle, 30*time.Second)),
	))
	s.pem()
	s.put("etc/inetrc", "{lookup, [file, native]}.\n")
	// The script ends after the server that it started. Few schedulers that do not spin:
	// others run beside it.
	s.put("etc/ejabberdctl.cfg", fmt.Sprintf("trap : TERM\nERL_DIST_PORT=%d\nERL_OPTIONS=\"%s\"\n", freePort(t),
		"+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"))
	s.own()
	s.env = []string{"HOME=" + s.Dir}
	s.command = func() (string, []string) {
		return "ejabberdctl", []string{"--config-dir", s.file("etc"), "--logs", s.file("logs"), "--spool", s.file("spool"), "foreground"}
	}
	s.Start()
	return s
}

// pem puts certificate and key into one file, as ejabberd reads them.
func (s *XMPPServer) pem() {
	s.t.Helper()
	all := ""
	for _, name := range []string{"server.crt", "server.key"} {
		text, err := os.ReadFile(s.file(name))
		if err != nil {
			s.t.Fatalf("%v", err)
		}
		all += string(text)
	}
	s.put("server.pem", all)
}
