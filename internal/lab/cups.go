package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// CUPSOptions say how a private cupsd is set up.
type CUPSOptions struct {
	// DebianPolicy takes Debian's default policy instead of one that shows
	// everything to everybody.
	DebianPolicy bool
	// Directives are added to cupsd.conf, one a line.
	Directives string
}

// CUPSServer is a running private cupsd.
type CUPSServer struct {
	Dir    string // everything of it
	Addr   string // host:port
	Socket string // path of its Unix socket
	Out    string // what the lab backend wrote

	t    TB
	proc *process
	port int
}

// CUPS starts a private cupsd and stops it when the test ends.
func CUPS(t TB, o CUPSOptions) *CUPSServer {
	t.Helper()
	Need(t, "cupsd", "lpadmin")
	d := workDir(t)
	s := &CUPSServer{Dir: d, t: t, port: freePort(t)}
	s.Addr = "127.0.0.1:" + strconv.Itoa(s.port)
	s.Socket = filepath.Join(d, "run", "cups.sock")
	s.Out = filepath.Join(d, "out")
	s.prepare(o)
	s.Start()
	t.Cleanup(func() {
		s.Stop()
		if t.Failed() {
			tail(t, s.file("log/error_log"))
		}
	})
	return s
}

// Start starts a stopped cupsd again, with what it knew.
func (s *CUPSServer) Start() {
	s.t.Helper()
	cmd := exec.Command(find("cupsd"), "-f", "-c", s.file("etc/cupsd.conf"), "-s", s.file("etc/cups-files.conf"))
	p, err := spawn(cmd, s.file("log/stdout"))
	if err != nil {
		s.t.Fatalf("starting cupsd: %v", err)
	}
	s.proc = p
	up := func() bool { return p.ended() || answers("tcp", s.Addr) && answers("unix", s.Socket) }
	if !waitFor(10*time.Second, up) || p.ended() {
		tail(s.t, s.file("log/stdout"))
		tail(s.t, s.file("log/error_log"))
		s.t.Fatalf("cupsd did not start")
	}
}

// Stop ends the cupsd, which writes its files.
func (s *CUPSServer) Stop() { s.proc.stop() }

// Kill ends the cupsd without a farewell.
func (s *CUPSServer) Kill() { s.proc.kill() }

// PID returns the process id of the cupsd.
func (s *CUPSServer) PID() int { return s.proc.cmd.Process.Pid }

// Output returns what the lab backend received for a job, and whether it has
// ended writing it.
func (s *CUPSServer) Output(queue string, job int) ([]byte, bool) {
	base := filepath.Join(s.Out, fmt.Sprintf("%s-%d.out", queue, job))
	if _, err := os.Stat(base + ".args"); err != nil {
		return nil, false
	}
	b, err := os.ReadFile(base)
	return b, err == nil
}

// Runs returns how often the lab backend printed a job: more than once if CUPS
// repeated it by itself.
func (s *CUPSServer) Runs(queue string, job int) int {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.Out, fmt.Sprintf("%s-%d.out.runs", queue, job)))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.t.Fatalf("reading how often a job was printed: %v", err)
	}
	return strings.Count(string(b), "\n")
}

// Run runs a CUPS command (lpadmin, lp, cupsdisable, …) against this server.
func (s *CUPSServer) Run(program string, args ...string) string {
	s.t.Helper()
	Need(s.t, program)
	cmd := exec.Command(find(program), args...)
	cmd.Env = append(os.Environ(), "CUPS_SERVER="+s.Socket, "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("%s %s: %v: %s", program, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (s *CUPSServer) file(name string) string { return filepath.Join(s.Dir, name) }

// identity returns the user and group that cupsd runs its filters as.
func identity() (usr, group string) {
	if os.Getuid() == 0 {
		return "lp", "lp" // cupsd refuses to run filters as root
	}
	u, err := user.Current()
	if err != nil {
		return "nobody", "nogroup"
	}
	if g, err := user.LookupGroupId(u.Gid); err == nil {
		return u.Username, g.Name
	}
	return u.Username, u.Gid
}

func (s *CUPSServer) prepare(o CUPSOptions) {
	s.t.Helper()
	for _, d := range []string{"etc/ppd", "spool/tmp", "cache/rss", "state", "log", "ssl", "run", "out", "bin/backend"} {
		s.must(os.MkdirAll(s.file(d), 0o755))
	}
	usr, group := identity()
	system := group
	if os.Getuid() == 0 {
		system = "root"
	}
	files := strings.NewReplacer("DIR", s.Dir, "USER", usr, "SYSTEM", system, "GROUP", group).Replace(cupsFilesConf)
	policy := openPolicy
	if o.DebianPolicy {
		policy = debianPolicy
	}
	conf := strings.NewReplacer("DIR", s.Dir, "PORT", strconv.Itoa(s.port)).Replace(cupsdConf) + o.Directives + "\n" + policy
	s.must(os.WriteFile(s.file("etc/cups-files.conf"), []byte(files), 0o644))
	s.must(os.WriteFile(s.file("etc/cupsd.conf"), []byte(conf), 0o644))
	s.must(os.WriteFile(s.file("etc/lab.ppd"), []byte(labPPD), 0o644))
	s.serverBin()
	if os.Getuid() == 0 {
		s.own(usr)
	}
}

// own gives cupsd's folders the owners that it wants when it is root.
func (s *CUPSServer) own(usr string) {
	s.t.Helper()
	u, err := user.Lookup(usr)
	if err != nil {
		s.t.Fatalf("looking up %s: %v", usr, err)
	}
	uid, _ := strconv.Atoi(u.Uid) // numbers on every Unix
	gid, _ := strconv.Atoi(u.Gid)
	for _, d := range []string{"etc", "etc/ppd", "etc/cupsd.conf", "spool", "spool/tmp", "cache", "cache/rss", "state"} {
		s.must(os.Chown(s.file(d), 0, gid))
	}
	s.must(os.Chmod(s.file("spool/tmp"), 0o1770|os.ModeSticky))
	s.must(os.Chown(s.Out, uid, gid))
}

func (s *CUPSServer) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("preparing cupsd: %v", err)
	}
}

// serverBin makes a ServerBin with the installed programs and the lab backend.
func (s *CUPSServer) serverBin() {
	s.t.Helper()
	const installed = "/usr/lib/cups"
	for _, d := range []string{"daemon", "filter", "notifier", "monitor", "driver", "cgi-bin"} {
		s.must(os.Symlink(filepath.Join(installed, d), s.file("bin/"+d)))
	}
	backends, err := os.ReadDir(filepath.Join(installed, "backend"))
	s.must(err)
	for _, b := range backends {
		s.must(os.Symlink(filepath.Join(installed, "backend", b.Name()), s.file("bin/backend/"+b.Name())))
	}
	s.must(os.WriteFile(s.file("bin/backend/lab"), []byte(labBackend), 0o755))
}

// Arguments returns what the lab backend was called with for a job: number,
// user, title, copies, options, one a line.
func (s *CUPSServer) Arguments(queue string, job int) string {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.Out, fmt.Sprintf("%s-%d.out.args", queue, job)))
	if err != nil {
		s.t.Fatalf("reading a job's options: %v", err)
	}
	return string(b)
}
