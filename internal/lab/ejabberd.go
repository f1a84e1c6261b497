package lab

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Ejabberd starts a private ejabberd with packaging/ejabberd, and stops it when the test
// ends. It is a cluster of one.
func Ejabberd(t TB, o XMPPOptions) *XMPPServer {
	t.Helper()
	Need(t, "ejabberdctl")
	s := newEjabberd(t, o, erlangNode{"127.0.0.1", freePort(t), rand.Text()})
	s.Start()
	return s
}

// EjabberdCluster starts two private ejabberds that are one service. Connectors reach the
// one that is returned, the cloud its Peer.
func EjabberdCluster(t TB, o XMPPOptions) *XMPPServer {
	t.Helper()
	Need(t, "ejabberdctl")
	// All nodes listen for one another on the same port, so each has an address of its own.
	mine := erlangNode{"127.0.0.1", freePort(t, "127.0.0.1", "127.0.0.2"), rand.Text()}
	other := mine
	other.host = "127.0.0.2"
	s, peer := newEjabberd(t, o, mine), newEjabberd(t, o, other)
	s.Start()
	peer.Start()
	peer.markLog()
	if out, err := peer.control("join_cluster", mine.name()).CombinedOutput(); err != nil {
		t.Fatalf("join: %v\n%s", err, out)
	}
	peer.awaitUp() // it began anew
	s.Peer, s.Component = peer, peer.Component
	return s
}

// erlangNode is how the nodes of a cluster find one another. They do without Erlang's list
// of nodes (epmd), which would listen on all addresses and be left behind.
type erlangNode struct {
	host   string // of loopback
	port   int    // the same for all
	cookie string // likewise
}

func (n erlangNode) name() string { return "ejabberd@" + n.host }

// newEjabberd prepares a server.
func newEjabberd(t TB, o XMPPOptions, node erlangNode) *XMPPServer {
	t.Helper()
	s := newXMPP(t, o, "ejabberd")
	_, component, _ := net.SplitHostPort(s.Component)
	seconds := func(d time.Duration) string { return strconv.Itoa(max(1, int(d.Seconds()))) + " seconds" }
	for _, dir := range []string{"etc", "logs", "spool"} {
		if err := os.Mkdir(s.file(dir), 0o755); err != nil {
			t.Fatalf("%v", err)
		}
	}
	words := []string{
		"/etc/ejabberd/ejabberd.pem", s.file("server.pem"),
		"port: 5223", "port: " + strconv.Itoa(s.Direct),
		"port: 5222", "port: " + strconv.Itoa(s.STARTTLS),
		"port: 5347", "port: " + component,
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
	}
	if o.JWK != "" {
		s.put("platen.jwk", o.JWK)
		words = append(words, "auth_method: external", s.shipped("ejabberd/auth-jwt.yml", "/etc/ejabberd/platen.jwk", s.file("platen.jwk")))
	}
	s.put("etc/ejabberd.yml", s.shipped("ejabberd/platen.yml", words...))
	s.pem()
	s.put("etc/inetrc", "{lookup, [file, native]}.\n")
	// The script ends after the server that it started. Few schedulers that do not spin:
	// others run beside it.
	s.put("etc/ejabberdctl.cfg", fmt.Sprintf("trap : TERM\nERLANG_NODE=%s\nERL_DIST_PORT=%d\nERL_OPTIONS=\"%s {%s}\"\n",
		node.name(), node.port, "+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface",
		strings.ReplaceAll(node.host, ".", ",")))
	s.put(".erlang.cookie", node.cookie)
	if err := os.Chmod(s.file(".erlang.cookie"), 0o400); err != nil { // what others can read is refused
		t.Fatalf("%v", err)
	}
	s.own()
	s.env = []string{"HOME=" + s.Dir}
	// Its ports answer while it still makes its tables: one that is stopped then may not start
	// again.
	s.log, s.upLine = "logs/ejabberd.log", "is started in the node"
	s.command = func() (string, []string) { return "ejabberdctl", s.ctl("foreground") }
	return s
}

// ctl is ejabberdctl's command line for this server.
func (s *XMPPServer) ctl(args ...string) []string {
	return append([]string{"--config-dir", s.file("etc"), "--logs", s.file("logs"), "--spool", s.file("spool")}, args...)
}

// control prepares a call of ejabberdctl for the server that runs.
func (s *XMPPServer) control(args ...string) *exec.Cmd {
	cmd := exec.Command(find("ejabberdctl"), s.ctl(args...)...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = s.Dir, append(os.Environ(), s.env...), s.attr
	return cmd
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
