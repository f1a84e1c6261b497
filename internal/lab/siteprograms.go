package lab

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// startTime is how long a program may take until it answers.
const startTime = 20 * time.Second

// Cloud runs a verb of platen-cloud to its end and returns what it printed.
func (s *Site) Cloud(args ...string) string {
	s.t.Helper()
	return s.run("platen-cloud", append([]string{"--config", s.file("cloud.toml")}, args...), nil)
}

// Platen runs a verb of platen to its end and returns what it printed.
func (s *Site) Platen(args ...string) string {
	s.t.Helper()
	return s.run("platen", append([]string{"--config", s.file("platen.toml")}, args...), nil)
}

func (s *Site) run(program string, args, env []string) string {
	s.t.Helper()
	cmd := exec.Command(filepath.Join(s.o.Bin, program), args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(Password + "\n")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatalf("%s %s: %v\n%s%s", program, strings.Join(args, " "), err, out, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// Way returns how notifications come to the connector, as its status calls it; "" while
// they do not.
func (s *Site) Way() string {
	cmd := exec.Command(filepath.Join(s.o.Bin, "platen"), "--config", s.file("platen.toml"), "status", "--json")
	out, _ := cmd.Output() // it fails where the connector was revoked, and says what it knows
	var status struct {
		Cloud struct {
			Connected bool
			Ways      []struct {
				Name    string
				Current bool
			}
		}
	}
	if json.Unmarshal(out, &status) != nil || !status.Cloud.Connected {
		return ""
	}
	for _, w := range status.Cloud.Ways {
		if w.Current {
			return w.Name
		}
	}
	return ""
}

// Start starts the cloud, pairs the connector and starts it.
func (s *Site) Start() {
	s.t.Helper()
	s.StartCloud()
	s.Pair()
	s.StartConnector()
}

// StartCloud starts the cloud and waits until it answers. env are further
// environment variables, "NAME=value".
func (s *Site) StartCloud(env ...string) {
	s.t.Helper()
	s.cloud = s.start("platen-cloud", env, "--config", s.file("cloud.toml"), "serve")
	s.await("the cloud", func() bool { return answers("tcp", fmt.Sprintf("127.0.0.1:%d", s.httpPort)) }, s.cloud)
}

// Pair ties the connector to the cloud.
func (s *Site) Pair() {
	s.t.Helper()
	s.run("platen", []string{"--config", s.file("platen.toml"), "pair", s.CloudAddress()}, []string{"PLATEN_TOKEN=" + s.PairKey})
}

// Setup runs 'platen setup' without a service and without a question, and returns what it
// printed.
func (s *Site) Setup(args ...string) string {
	s.t.Helper()
	args = append([]string{"--config", s.file("platen.toml"), "setup", "--non-interactive", "--no-service", "--cloud", s.Base}, args...)
	return s.run("platen", args, []string{"PLATEN_TOKEN=" + s.PairKey})
}

// StartConnector starts the connector and waits until its socket answers.
func (s *Site) StartConnector(env ...string) {
	s.t.Helper()
	s.connect = s.start("platen", env, "--config", s.file("platen.toml"), "run")
	s.await("the connector", func() bool { return answers("unix", s.file("platen.sock")) }, s.connect)
}

// LaunchConnector starts the connector without waiting for anything: it may be
// about to die.
func (s *Site) LaunchConnector(env ...string) {
	s.t.Helper()
	s.connect = s.start("platen", env, "--config", s.file("platen.toml"), "run")
}

// LaunchCloud starts the cloud without waiting for anything.
func (s *Site) LaunchCloud(env ...string) {
	s.t.Helper()
	s.cloud = s.start("platen-cloud", env, "--config", s.file("cloud.toml"), "serve")
}

func (s *Site) start(program string, env []string, args ...string) *process {
	s.t.Helper()
	s.starts++
	cmd := exec.Command(filepath.Join(s.o.Bin, program), args...)
	cmd.Env = append(os.Environ(), env...)
	p, err := spawn(cmd, s.file(fmt.Sprintf("%s-%d.log", program, s.starts)))
	if err != nil {
		s.t.Fatalf("%v", err)
	}
	s.t.Cleanup(p.stop)
	return p
}

func (s *Site) await(what string, ok func() bool, p *process) {
	s.t.Helper()
	if waitFor(startTime, func() bool { return ok() || p.ended() }) && !p.ended() {
		return
	}
	s.Logs()
	s.t.Fatalf("%s did not start", what)
}

// Logs shows the end of what the programs printed.
func (s *Site) Logs() {
	s.t.Helper()
	logs, _ := filepath.Glob(s.file("*.log")) // the pattern is right
	for _, l := range logs {
		tail(s.t, l)
	}
}

// StopCloud ends the cloud with a farewell.
func (s *Site) StopCloud() { s.cloud.stop() }

// KillCloud ends the cloud without a farewell.
func (s *Site) KillCloud() { s.cloud.kill() }

// StopConnector ends the connector with a farewell.
func (s *Site) StopConnector() { s.connect.stop() }

// KillConnector ends the connector without a farewell.
func (s *Site) KillConnector() { s.connect.kill() }

// CloudPID returns the cloud's process id.
func (s *Site) CloudPID() int { return s.cloud.cmd.Process.Pid }

// ConnectorPID returns the connector's process id.
func (s *Site) ConnectorPID() int { return s.connect.cmd.Process.Pid }

// CloudEnded reports whether the cloud is gone.
func (s *Site) CloudEnded() bool { return s.cloud.ended() }

// ConnectorEnded reports whether the connector is gone.
func (s *Site) ConnectorEnded() bool { return s.connect.ended() }

// SignalConnector sends the connector a signal.
func (s *Site) SignalConnector(sig syscall.Signal) {
	s.t.Helper()
	if err := s.connect.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("signal: %v", err)
	}
}

// SignalCloud sends the cloud a signal.
func (s *Site) SignalCloud(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cloud.cmd.Process.Signal(sig); err != nil {
		s.t.Fatalf("signal: %v", err)
	}
}
