//go:build unix

package service

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"platen/internal/cli"
	"platen/internal/lab"
	"platen/packaging"
)

func definitions() []Definition {
	return []Definition{
		{Name: "platen", Title: "Platen connector", Summary: "Carries.", Verb: "run --wait", Arguments: []string{"--config", "/etc/my.toml"}},
		{Name: "platen-cloud", Title: "Platen cloud", Summary: "Serves.", Verb: "serve", Arguments: []string{"--config", "/etc/my.toml"}},
	}
}

func script(t *testing.T, name string) string {
	t.Helper()
	text, err := packaging.Files.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What is installed starts this program, with the flags that were given; else it is
// what the packages install.
func TestFill(t *testing.T) {
	for _, d := range definitions() {
		command := "/opt/x/" + d.Name + " " + d.Verb + " --config /etc/my.toml"
		for file, want := range map[string][]string{
			"systemd/" + d.Name + ".service": {"\nExecStart=" + command + "\n"},
			"openrc/" + d.Name:               {"\ncommand=/opt/x/" + d.Name + "\n", `command_args="` + d.Verb + ` --config /etc/my.toml"`},
			"sysv/" + d.Name:                 {"\nprogram=/opt/x/" + d.Name + "\n", `verb="` + d.Verb + ` --config /etc/my.toml"`},
			"macos/" + d.Name + ".plist":     {"<string>/opt/x/" + d.Name + "</string>", "<string>--config</string>\n\t\t<string>/etc/my.toml</string>\n\t</array>"},
		} {
			packaged := script(t, file)
			got := d.fill(packaged, "/opt/x/"+d.Name)
			for _, w := range want {
				if !strings.Contains(got, w) {
					t.Errorf("%s has no %q:\n%s", file, w, got)
				}
			}
			d.Arguments = nil
			where := "/usr/bin/" + d.Name
			if strings.HasPrefix(file, "macos") {
				where = "/usr/local/bin/" + d.Name
			}
			if d.fill(packaged, where) != packaged {
				t.Errorf("%s changes without a reason", file)
			}
			d.Arguments = []string{"--config", "/etc/my.toml"}
		}
	}
}

// A script would read such a path as several words, or as worse.
func TestRefusesPathsThatScriptsMisread(t *testing.T) {
	d := definitions()[0]
	for _, path := range []string{"/etc/my file", "/etc/$(reboot)", `/etc/"x`, "/etc/a;b", "/etc/<x>"} {
		d.Arguments = []string{"--config", path}
		var told *cli.Error
		if err := d.checkWords(); !errors.As(err, &told) || told.Hint == "" {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// The units say nothing that systemd does not know, and leave the least open: 1.5 of 10
// by its own count.
func TestUnits(t *testing.T) {
	lab.Need(t, "systemd-analyze")
	dir := t.TempDir()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range definitions() {
		unit := filepath.Join(dir, d.Name+".service")
		text := strings.ReplaceAll(script(t, "systemd/"+d.Name+".service"), "ExecStart=/usr/bin/"+d.Name, "ExecStart="+program)
		text = strings.ReplaceAll(text, "Documentation=man:", "Documentation=file:/usr/share/doc/")
		if err := os.WriteFile(unit, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("systemd-analyze", "verify", unit).CombinedOutput()
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, dir) || strings.HasPrefix(line, d.Name) {
				t.Errorf("%s: %v %s", d.Name, err, line)
			}
		}
		out, err = exec.Command("systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold=15", unit).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", d.Name, err, out)
		}
	}
}

// The shell reads what System V and OpenRC start.
func TestScriptsAreShell(t *testing.T) {
	for _, d := range definitions() {
		for _, kind := range []string{"sysv/", "openrc/"} {
			check := exec.Command("sh", "-n")
			check.Stdin = strings.NewReader(d.fill(script(t, kind+d.Name), "/opt/x/"+d.Name))
			if out, err := check.CombinedOutput(); err != nil {
				t.Errorf("%s%s: %v\n%s", kind, d.Name, err, out)
			}
		}
	}
}

// What root kept before there was a service is the service's from then on; what is
// somebody's already stays so.
func TestHomeIsTheUsers(t *testing.T) {
	lab.NeedRoot(t)
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	uid := func(path string) string {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		st, ok := info.Sys().(*syscall.Stat_t)
		if !ok {
			t.Fatal("no owner")
		}
		return strconv.Itoa(int(st.Uid))
	}
	fresh, kept := filepath.Join(t.TempDir(), "fresh"), t.TempDir()
	file := filepath.Join(kept, "credentials.json")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fresh, kept} {
		if err := makeHome(path, "nobody"); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{fresh, kept, file} {
		if got := uid(path); got != nobody.Uid {
			t.Errorf("%s belongs to %s, want %s", path, got, nobody.Uid)
		}
	}
	if err := os.Lchown(file, 0, 0); err != nil {
		t.Fatal(err)
	}
	if err := makeHome(kept, "nobody"); err != nil {
		t.Fatal(err)
	}
	if got := uid(file); got != "0" {
		t.Errorf("what root put into another's folder belongs to %s", got)
	}
}
