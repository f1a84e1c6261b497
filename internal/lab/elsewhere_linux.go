package lab

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// The addresses of an Elsewhere and of the test.
const (
	elsewhereAddress = "192.0.2.2" // RFC 5737
	HereAddress      = "192.0.2.1" // of the test's own end of the wire
)

// Elsewhere is another machine as the test's own network sees it: there is a wire to it, and
// it has an Avahi, by which its programs look for services.
type Elsewhere struct {
	t   TB
	dir string
	pid string // who holds its network
	bus string
}

// NewElsewhere lays the wire, for a test in its own network (OwnNetwork), with IPv4 and IPv6.
// The DNS there knows the test's own end by name, print.example.com for example.
func NewElsewhere(t TB, name string) *Elsewhere {
	t.Helper()
	Need(t, "ip", "nsenter", "unshare", "mount", "dbus-daemon", "avahi-daemon")
	e := &Elsewhere{t: t, dir: workDir(t)}
	resolv := filepath.Join(e.dir, "resolv.conf")
	if err := os.WriteFile(resolv, []byte("nameserver "+HereAddress+"\n"), 0o644); err != nil {
		t.Fatalf("preparing a network: %v", err)
	}
	// Avahi's runtime folder is one for all of a machine. cat ends with its standard input.
	const hold = `run=/run/avahi-daemon; [ -d "$run" ] || run=/run
mount --bind "$0" /etc/resolv.conf && mount -t tmpfs none "$run" && exec cat`
	holder := exec.Command(find("unshare"), "--net", "--mount", "sh", "-c", hold, resolv)
	in, err := holder.StdinPipe()
	if err != nil {
		t.Fatalf("preparing a network: %v", err)
	}
	p, err := spawn(holder, filepath.Join(e.dir, "holder.log"))
	if err != nil {
		t.Fatalf("%v", err)
	}
	t.Cleanup(func() { _ = in.Close(); <-p.done })
	e.pid = strconv.Itoa(holder.Process.Pid)
	if !waitFor(10*time.Second, func() bool {
		name, err := os.ReadFile("/proc/" + e.pid + "/comm")
		return err == nil && string(name) == "cat\n"
	}) {
		tail(t, filepath.Join(e.dir, "holder.log"))
		t.Fatalf("the other network is not there")
	}
	e.here("ip", "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", e.pid)
	for _, run := range []func(...string) string{e.here, e.run} {
		run("ip", "link", "set", "lo", "up")
		run("ip", "link", "set", "wire", "up")
	}
	e.here("ip", "addr", "add", HereAddress+"/24", "dev", "wire")
	e.here("ip", "addr", "add", "2001:db8::1/64", "dev", "wire", "nodad")
	e.run("ip", "addr", "add", elsewhereAddress+"/24", "dev", "wire")
	e.run("ip", "addr", "add", "2001:db8::2/64", "dev", "wire", "nodad")
	e.serveNames(name)
	e.bus = startBus(t, e.dir)
	startAvahi(t, avahi{dir: e.dir, bus: e.bus, card: "wire", more: "[wide-area]\nenable-wide-area=yes\n", inside: e.inside})
	return e
}

// serveNames is a name server that knows one name.
func (e *Elsewhere) serveNames(name string) {
	e.t.Helper()
	c, err := net.ListenPacket("udp4", HereAddress+":53")
	if err != nil {
		e.t.Fatalf("a name server: %v", err)
	}
	s := &dns.Server{PacketConn: c, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		a := new(dns.Msg).SetReply(q)
		for _, one := range q.Question {
			if one.Qtype == dns.TypeA && one.Name == name+"." {
				a.Answer = append(a.Answer, &dns.A{Hdr: dns.RR_Header{Name: one.Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: net.ParseIP(HereAddress)})
			}
		}
		_ = w.WriteMsg(a) // who asked asks again
	})}
	done := make(chan struct{})
	go func() { defer close(done); _ = s.ActivateAndServe() }() // it ends with the socket
	e.t.Cleanup(func() { _ = c.Close(); <-done })
}

// inside makes a command run there.
func (e *Elsewhere) inside(cmd *exec.Cmd) {
	cmd.Args = append([]string{"nsenter", "--target", e.pid, "--net", "--mount", cmd.Path}, cmd.Args[1:]...)
	cmd.Path = find("nsenter")
}

func (e *Elsewhere) here(args ...string) string {
	e.t.Helper()
	return e.done(exec.Command(find(args[0]), args[1:]...))
}

// run runs a program there to its end, and returns what it printed.
func (e *Elsewhere) run(args ...string) string {
	e.t.Helper()
	return e.done(e.command(context.Background(), args))
}

func (e *Elsewhere) command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, find(args[0]), args[1:]...)
	e.inside(cmd)
	cmd.Env = append(os.Environ(), "DBUS_SYSTEM_BUS_ADDRESS="+e.bus)
	return cmd
}

func (e *Elsewhere) done(cmd *exec.Cmd) string {
	e.t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		e.t.Fatalf("%s: %v: %s", strings.Join(cmd.Args, " "), err, out)
	}
	return string(out)
}

// Start starts a program there, until the test ends.
func (e *Elsewhere) Start(args ...string) {
	e.t.Helper()
	p, err := spawn(e.command(context.Background(), args), filepath.Join(e.dir, filepath.Base(args[0])+".log"))
	if err != nil {
		e.t.Fatalf("%v", err)
	}
	e.t.Cleanup(p.kill)
}

// Find asks Avahi there for services by ippfind, whose arguments are given, and returns the
// lines that it prints in that time; none is no error.
func (e *Elsewhere) Find(wait time.Duration, args ...string) []string {
	e.t.Helper()
	Need(e.t, "ippfind")
	args = append([]string{"ippfind", "-T", strconv.FormatFloat(wait.Seconds(), 'f', 1, 64)}, args...)
	out, _ := e.command(context.Background(), args).Output() // it fails where there is none
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
}
