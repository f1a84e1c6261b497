package lab

import (
	"cmp"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The names that packaging/prosody and packaging/ejabberd are written with.
const (
	XMPPDomain  = "print.example.com"
	XMPPService = "push.print.example.com"
	XMPPPubSub  = "pubsub.print.example.com"
)

// XMPPOptions say how a private XMPP server is set up.
type XMPPOptions struct {
	Cloud string        // base address of the cloud that it asks about tokens; a Cable's where the cloud comes later
	Bin   string        // folder of the two programs, see Build; ejabberd runs one of them
	Idle  time.Duration // how long a session may be silent before it is asked whether it is there; as shipped, one and a half minutes

	// JWK is the cloud's public key, by which ejabberd checks tokens itself; "" for one that
	// asks the cloud.
	JWK string

	Domain, Service string // of the robots, and of the cloud; "" for those of the files that we ship

	s2s     int            // port for other servers; 0 for none, which is a server on its own
	servers map[string]int // ports of the domains that there are then
}

// XMPPServer is a private Prosody or ejabberd with the settings that we ship, on
// loopback, as the user of its package where we are root.
type XMPPServer struct {
	Dir       string
	Direct    int    // port of connectors: TLS at once
	STARTTLS  int    // port of connectors
	WebSocket int    // port of streams over WebSockets and BOSH, without TLS; 0 for none
	Component string // address for components; of a cluster, Peer's
	Secret    string // path of the file with the component's secret

	Peer *XMPPServer // other node of a cluster; nil for a server that is alone

	t        TB
	domain   string
	service  string
	program  string
	command  func() (string, []string) // program and its arguments
	env      []string
	attr     *syscall.SysProcAttr
	ready    []string // addresses that answer once it is up
	log      string   // file in which it says then that it is up, by upLine; "" for none
	upLine   string
	logged   int64 // bytes of the log from before it was started
	proc     *process
	starts   int
	authFile string
	caFile   string
}

// newXMPP makes the folder, certificate, secrets and ports of a server that runs as the
// user of its program's name.
func newXMPP(t TB, o XMPPOptions, program string) *XMPPServer {
	t.Helper()
	s := &XMPPServer{
		Dir: workDir(t), t: t, program: program, Direct: freePort(t), STARTTLS: freePort(t),
		domain: cmp.Or(o.Domain, XMPPDomain), service: cmp.Or(o.Service, XMPPService),
	}
	s.Component = net.JoinHostPort("127.0.0.1", strconv.Itoa(freePort(t)))
	s.attr = asUser(t, program)
	s.Secret, s.authFile, s.caFile = s.file("component.secret"), s.file("auth.secret"), s.file("server.crt")
	s.put("component.secret", "the component's secret\n")
	s.put("auth.secret", "the secret of the logins\n")
	cfg, _ := Certificate(t, s.domain, s.service, XMPPPubSub)
	key, err := x509.MarshalPKCS8PrivateKey(cfg.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatalf("write the key: %v", err)
	}
	s.put("server.crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cfg.Certificates[0].Certificate[0]})))
	s.put("server.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
	s.ready = []string{s.Component}
	for _, port := range []int{s.Direct, s.STARTTLS} {
		s.ready = append(s.ready, net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	}
	t.Cleanup(func() {
		if s.proc != nil {
			_ = s.signal(syscall.SIGCONT) // a frozen one ends, too
			s.proc.stop()
		}
		if t.Failed() {
			s.Logs()
		}
	})
	return s
}

func (s *XMPPServer) file(name string) string { return filepath.Join(s.Dir, name) }

func (s *XMPPServer) put(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.file(name), []byte(text), 0o644); err != nil {
		s.t.Fatalf("write %s: %v", name, err)
	}
}

// shipped returns a file of packaging with other words in it. Each must be there: else
// what is tested is not what is shipped.
func (s *XMPPServer) shipped(name string, words ...string) string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(root(s.t), "packaging", name))
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	for i := 0; i < len(words); i += 2 {
		if !strings.Contains(string(text), words[i]) {
			s.t.Fatalf("%s lacks %q", name, words[i])
		}
	}
	return strings.NewReplacer(words...).Replace(string(text))
}

// own gives everything in the server's folder to its user.
func (s *XMPPServer) own() {
	s.t.Helper()
	if s.attr.Credential == nil {
		return
	}
	err := filepath.WalkDir(s.Dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, int(s.attr.Credential.Uid), int(s.attr.Credential.Gid))
	})
	if err != nil {
		s.t.Fatalf("hand over: %v", err)
	}
}

// Settings are the lines of the table [push], and after it, of a cloud that notifies
// by this server: driver "component" or "pubsub". Connectors reach it by a port: its own
// for direct TLS, or a Cable's.
func (s *XMPPServer) Settings(driver string, port int) string {
	pubsub := ""
	if driver == "pubsub" {
		pubsub = fmt.Sprintf("pubsub = %q\n", XMPPPubSub)
	}
	return fmt.Sprintf("driver = %q\ndirect_listen = \"\"\nstarttls_listen = \"\"\nhost = \"127.0.0.1\"\n"+
		"advertised_direct_port = %d\ndomain = %q\nservice = %q\n"+
		"[push.server]\ncomponent = %q\nsecret_file = %q\nauth_secret_file = %q\nca_file = %q\n%s",
		driver, port, s.domain, s.service, s.Component, s.Secret, s.authFile, s.caFile, pubsub)
}

// Authority returns what trusts the server's certificate.
func (s *XMPPServer) Authority() *x509.CertPool {
	s.t.Helper()
	text, err := os.ReadFile(s.caFile)
	pool := x509.NewCertPool()
	if err != nil || !pool.AppendCertsFromPEM(text) {
		s.t.Fatalf("read %s: %v", s.caFile, err)
	}
	return pool
}
