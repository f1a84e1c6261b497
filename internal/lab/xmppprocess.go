package lab

import (
	"bytes"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// Start starts the server, or starts it again with what it knew, and waits until it
// answers.
func (s *XMPPServer) Start() {
	s.t.Helper()
	s.starts++
	s.markLog()
	program, args := s.command()
	cmd := exec.Command(find(program), args...)
	cmd.Dir, cmd.SysProcAttr = s.Dir, s.attr
	cmd.Env = append(os.Environ(), s.env...)
	p, err := spawn(cmd, s.file("start-"+strconv.Itoa(s.starts)+".log"))
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	s.proc = p
	s.awaitUp()
}

// markLog notes how long the log is before the server begins anew.
func (s *XMPPServer) markLog() {
	s.logged = 0
	if st, err := os.Stat(s.file(s.log)); err == nil {
		s.logged = st.Size()
	}
}

// saysItIsUp reports whether the server has said that it is up, where it says so.
func (s *XMPPServer) saysItIsUp() bool {
	if s.log == "" {
		return true
	}
	text, err := os.ReadFile(s.file(s.log))
	return err == nil && int64(len(text)) >= s.logged && bytes.Contains(text[s.logged:], []byte(s.upLine))
}

// awaitUp waits until the server answers, and says that it is up.
func (s *XMPPServer) awaitUp() {
	s.t.Helper()
	up := func() bool {
		return s.proc.ended() || !slices.ContainsFunc(s.ready, func(a string) bool { return !answers("tcp", a) }) && s.saysItIsUp()
	}
	if !waitFor(3*time.Minute, up) || s.proc.ended() { // beside others ejabberd takes a minute
		s.Logs()
		s.t.Fatalf("%s did not start", s.program)
	}
}

// Stop ends the server with a farewell.
func (s *XMPPServer) Stop() {
	s.t.Helper()
	s.proc.stop()
	s.gone()
}

// Kill ends the server without a farewell.
func (s *XMPPServer) Kill() {
	s.t.Helper()
	s.proc.kill()
	s.gone()
}

// gone waits until nobody answers: what the server's script started may outlive it for a
// moment when both are killed.
func (s *XMPPServer) gone() {
	s.t.Helper()
	Until(s.t, 30*time.Second, s.program+" to end", func() bool {
		return !slices.ContainsFunc(s.ready, func(a string) bool { return answers("tcp", a) })
	})
}

// Freeze stops the server in the middle of what it does; its connections stay open.
func (s *XMPPServer) Freeze() { s.send(syscall.SIGSTOP) }

// Thaw lets a frozen server go on.
func (s *XMPPServer) Thaw() { s.send(syscall.SIGCONT) }

func (s *XMPPServer) send(sig syscall.Signal) {
	s.t.Helper()
	if err := s.signal(sig); err != nil {
		s.t.Fatalf("%s: %v", s.program, err)
	}
}

func (s *XMPPServer) signal(sig syscall.Signal) error { return s.proc.signal(sig) }

// Logs shows the end of what the server printed.
func (s *XMPPServer) Logs() {
	s.t.Helper()
	for _, pattern := range []string{"*.log", "logs/*.log"} {
		logs, _ := filepath.Glob(s.file(pattern)) // the pattern is right
		for _, l := range logs {
			tail(s.t, l)
		}
	}
}

// asUser returns how a process starts that leads a group of its own, as a user of this
// name where we are root; else as who we are.
func asUser(t TB, name string) *syscall.SysProcAttr {
	t.Helper()
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return attr
	}
	u, err := user.Lookup(name)
	if err != nil {
		t.Fatalf("user %s: %v", name, err)
	}
	uid, uerr := strconv.ParseUint(u.Uid, 10, 32)
	gid, gerr := strconv.ParseUint(u.Gid, 10, 32)
	if uerr != nil || gerr != nil {
		t.Fatalf("user %s: %+v", name, u)
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr
}
