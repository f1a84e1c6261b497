package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// scripts runs the packages' scripts of the connector in a folder that stands for the
// machine, where the system's tools only write down how they were called.
type scripts struct {
	t    *testing.T
	root string
}

func newScripts(t *testing.T, has ...string) scripts {
	s := scripts{t, t.TempDir()}
	for _, dir := range append(has, "bin", "var/lib/misc") {
		if err := os.MkdirAll(filepath.Join(s.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, tool := range []string{"systemctl", "deb-systemd-invoke", "rc-service", "rc-update", "id", "addgroup", "adduser", "install"} {
		s.tool(tool, "")
	}
	return s
}

// tool makes a tool that also does what a line of shell says.
func (s scripts) tool(name, also string) {
	text := "#!/bin/sh\necho " + name + " \"$@\" >>" + s.root + "/log\n" + also + "\n"
	if err := os.WriteFile(filepath.Join(s.root, "bin", name), []byte(text), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

// run returns how a script called the tools.
func (s scripts) run(script string, args ...string) string {
	s.t.Helper()
	text, err := os.ReadFile("../../packaging/scripts/" + script + ".sh")
	if err != nil {
		s.t.Fatal(err)
	}
	moved := strings.NewReplacer("@NAME@", "platen", "/run/systemd", s.root+"/run/systemd", "/sbin/openrc", s.root+"/sbin/openrc",
		"/var/", s.root+"/var/", "/etc/", s.root+"/etc/").Replace(string(text))
	log := filepath.Join(s.root, "log")
	if err := os.WriteFile(log, nil, 0o600); err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command("sh", append([]string{"-c", moved, script}, args...)...)
	cmd.Env = []string{"PATH=" + filepath.Join(s.root, "bin") + ":/usr/bin:/bin"}
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		s.t.Fatalf("%s %q: %v %s", script, args, err, out)
	}
	said, err := os.ReadFile(log)
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.ReplaceAll(string(said), s.root, "")
}

func (s scripts) want(got string, lines ...string) {
	s.t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+got, "\n"+line+"\n") {
			s.t.Errorf("no %q in\n%s", line, got)
		}
	}
}

// A Debian package that was removed and comes back runs as it did: what was enabled is
// so again, and what was not is not. postinst is then told of a version, as in an upgrade
// (Debian Policy, 6.5).
func TestRemovedPackageComesBack(t *testing.T) {
	start := []string{"systemctl enable --quiet platen.service", "deb-systemd-invoke start platen.service"}
	s := newScripts(t, "run/systemd/system")
	s.want(s.run("postinstall", "configure", ""), start...)
	s.want(s.run("preremove", "remove"), "systemctl --quiet disable --now platen.service")
	s.run("postremove", "remove")
	s.want(s.run("postinstall", "configure", "1.0.0"), start...)
	// Its marker is used up: an upgrade starts nothing that was stopped.
	if got := s.run("postinstall", "configure", "1.0.0"); strings.Contains(got, "enable") || !strings.Contains(got, "try-restart platen.service") {
		t.Errorf("an upgrade did\n%s", got)
	}
	s.tool("systemctl", `case "$*" in *is-enabled*) exit 1 ;; esac`)
	s.run("preremove", "remove")
	if got := s.run("postinstall", "configure", "1.0.0"); strings.Contains(got, "systemctl enable") {
		t.Errorf("what was disabled is enabled:\n%s", got)
	}
	s.run("preremove", "remove")
	s.run("postremove", "purge")
	s.want(s.run("postinstall", "configure", ""), start...)
}

// apk names versions where others name what happens.
func TestScriptsOfApk(t *testing.T) {
	s := newScripts(t, "sbin/openrc-run")
	s.tool("id", "exit 1")
	s.tool("systemctl", "exit 1") // which Alpine has not
	got := s.run("postinstall", "1.0.0-r0")
	s.want(got, "adduser -S -D -H -h /var/lib/platen -s /sbin/nologin -G platen platen", "install -d -m 0700 -o platen -g platen /var/lib/platen")
	s.want(s.run("postinstall", "1.0.1-r0", "1.0.0-r0"), "rc-service --ifstarted platen restart")
	s.want(s.run("preremove", "1.0.1-r0"), "rc-service --ifstarted platen stop", "rc-update del platen default")
}
