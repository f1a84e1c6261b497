package install

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
	"platen/internal/smallpdf"
)

// packages makes packages of one version, and returns their folder.
func packages(t *testing.T, version, only string) string {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "run", "./internal/packages", "-out", dir, "-version", version, "-only", only)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=1790000000")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// site is a machine with both programs, installed from their packages.
type site struct {
	*lab.Machine
	t *testing.T
}

const (
	spool = "/var/spool/lab" // of the lab backend
	queue = "Front"
)

// give copies packages into the machine.
func (s site) give(from, version string) {
	s.t.Helper()
	for _, name := range []string{"platen", "platen-cloud"} {
		file := fmt.Sprintf("%s_%s_amd64.deb", name, version)
		data, err := os.ReadFile(filepath.Join(from, file))
		if err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(s.Path("/root/"+file), data, 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// unit returns a property of a unit.
func (s site) unit(name, property string) string {
	s.t.Helper()
	return strings.TrimSpace(s.Run("systemctl show --value --property=" + property + " " + name))
}

// connected waits until the connector hears of jobs.
func (s site) connected() {
	s.t.Helper()
	var said string
	if !lab.Eventually(60*time.Second, func() bool {
		said, _ = s.Try("platen status --json")
		var status struct {
			Cloud    struct{ Connected bool }
			Printers int
		}
		return json.Unmarshal([]byte(said), &status) == nil && status.Cloud.Connected && status.Printers == 1
	}) {
		log, _ := s.Try("systemctl status platen platen-cloud; journalctl -n 40 -u platen -u platen-cloud")
		s.t.Fatalf("the connector does not connect: %s\n%s", said, log)
	}
}

// outputs is how many documents came out of the printer, ever.
func (s site) outputs() int {
	s.t.Helper()
	runs, err := filepath.Glob(s.Path(spool + "/*.runs"))
	if err != nil {
		s.t.Fatal(err)
	}
	n := 0
	for _, name := range runs {
		text, err := os.ReadFile(name)
		if err != nil {
			s.t.Fatal(err)
		}
		n += strings.Count(string(text), "printed")
	}
	return n
}

const send = "platen-cloud send --url http://127.0.0.1:8631 --key-file /root/key --printer " + queue + " "

// prints has one more document printed, and tells whether it came out once.
func (s site) prints(document string) {
	s.t.Helper()
	before := s.outputs()
	s.Run(send + "--wait " + document)
	if got := s.outputs() - before; got != 1 {
		s.t.Errorf("%d documents came out, want 1", got)
	}
}

// From the first package to the last purge: what an administrator does with a machine in
// years, on a real systemd with a real CUPS.
func TestDebianPackages(t *testing.T) {
	lab.Need(t, "dpkg", "systemd-nspawn", "cupsd", "lpadmin")
	old, now := packages(t, "1.0.0", "deb,amd64"), packages(t, "1.0.1", "deb,amd64")
	began := time.Now()
	s := site{lab.Boot(t), t}
	t.Logf("booted after %v", time.Since(began).Round(time.Millisecond))
	s.give(old, "1.0.0")
	s.give(now, "1.0.1")
	step := func(name string, f func(site)) {
		t.Run(name, func(t *testing.T) {
			defer func(from time.Time) { t.Logf("%v", time.Since(from).Round(time.Millisecond)) }(time.Now())
			f(site{s.Machine, t})
		})
		if t.Failed() {
			log, _ := s.Try("journalctl --no-pager -n 60 -u platen -u platen-cloud -u cups; systemctl --failed")
			t.Fatalf("ended after %q\n%s", name, log)
		}
	}
	step("install", site.install)
	step("exposure", site.exposure)
	step("pair", site.pair)
	step("print", func(s site) { s.prints("/root/letter.pdf") })
	step("kill", site.kill)
	step("restart", site.restart)
	step("reboot", site.reboot)
	step("upgrade", site.upgrade)
	step("remove", site.remove)
	t.Logf("all of it: %v", time.Since(began).Round(time.Millisecond))
}

func (s site) install() {
	s.Run("dpkg --install --force-confold /root/platen_1.0.0_amd64.deb /root/platen-cloud_1.0.0_amd64.deb")
	for _, name := range []string{"platen", "platen-cloud"} {
		if got := s.unit(name, "ActiveState"); got != "active" {
			s.t.Errorf("%s is %s", name, got)
		}
		if got := s.unit(name, "UnitFileState"); got != "enabled" {
			s.t.Errorf("%s is %s at the start of the machine", name, got)
		}
		if got := s.Run(name + " version"); got != name+" 1.0.0\n" {
			s.t.Errorf("it says %q", got)
		}
		s.Run(name + " config check && test -s /usr/share/man/man1/" + name + ".1.gz")
	}
	// It waits, and says for what.
	if !lab.Eventually(15*time.Second, func() bool { return strings.Contains(s.unit("platen", "StatusText"), "waiting to be paired") }) {
		s.t.Errorf("it says %q", s.unit("platen", "StatusText"))
	}
}

func (s site) exposure() {
	for _, name := range []string{"platen", "platen-cloud"} {
		out := strings.TrimSpace(s.Run("systemd-analyze security --no-pager --threshold=15 " + name))
		s.t.Log(out[strings.LastIndex(out, "\n")+1:])
	}
}

func (s site) pair() {
	s.AddQueue(queue, spool)
	s.Run(`echo 'correct horse battery staple' | platen-cloud user add boss@example.com --admin --password-stdin
		platen-cloud key create --user boss@example.com --name prints | tail -1 >/root/key
		platen-cloud key create --user boss@example.com --scope pair | tail -1 >/root/pair`)
	s.Run("PLATEN_TOKEN=$(cat /root/pair) platen setup --non-interactive --cloud http://127.0.0.1:8631")
	s.connected()
	if err := os.WriteFile(s.Path("/root/letter.pdf"), smallpdf.Page(595, 842, "0 0 200 200 re f"), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s site) kill() {
	was := s.unit("platen", "MainPID")
	s.Run("kill -9 " + was)
	lab.Until(s.t, 30*time.Second, "the connector comes back", func() bool {
		now := s.unit("platen", "MainPID")
		return now != was && now != "0" && s.unit("platen", "ActiveState") == "active"
	})
	was = s.unit("platen-cloud", "MainPID")
	s.Run("kill -9 " + was)
	lab.Until(s.t, 30*time.Second, "the cloud comes back", func() bool {
		now := s.unit("platen-cloud", "MainPID")
		return now != was && now != "0" && s.unit("platen-cloud", "ActiveState") == "active"
	})
	s.connected()
	s.prints("/root/letter.pdf")
}

func (s site) restart() {
	s.Run("systemctl reload platen && systemctl restart platen platen-cloud")
	s.connected()
	s.prints("/root/letter.pdf")
	s.Run("platen service status && platen-cloud service status --json")
}

func (s site) reboot() {
	s.Reboot()
	s.connected()
	s.prints("/root/letter.pdf")
}

// upgrade installs the next version while the printer has a job.
func (s site) upgrade() {
	before := s.outputs()
	hold := s.Path(spool + "/state")
	if err := os.WriteFile(hold, []byte("media-empty-error"), 0o644); err != nil {
		s.t.Fatal(err)
	}
	s.Run(send + "--json /root/letter.pdf")
	lab.Until(s.t, 30*time.Second, "the printer has the job", func() bool {
		out, _ := s.Try("lpstat -o " + queue)
		return strings.Contains(out, queue+"-")
	})
	s.Run("dpkg --install /root/platen_1.0.1_amd64.deb /root/platen-cloud_1.0.1_amd64.deb")
	for _, name := range []string{"platen", "platen-cloud"} {
		lab.Until(s.t, 30*time.Second, name+" runs in its new version", func() bool {
			return s.unit(name, "ActiveState") == "active" && strings.Contains(s.Run(name+" version"), "1.0.1")
		})
	}
	s.connected()
	if err := os.Remove(hold); err != nil {
		s.t.Fatal(err)
	}
	lab.Until(s.t, 60*time.Second, "the job is done", func() bool {
		out, _ := s.Try("platen job list --json")
		return strings.Contains(out, `"jobs": []`) || strings.TrimSpace(out) == "[]"
	})
	if got := s.outputs() - before; got != 1 {
		s.t.Errorf("the job in flight came out %d times", got)
	}
	s.prints("/root/letter.pdf")
	if got := s.Run("platen status --json"); !strings.Contains(got, `"version": "1.0.1"`) {
		s.t.Errorf("the old one still runs: %s", got)
	}
}

// remove takes the packages away: what they kept stays, until they are purged.
func (s site) remove() {
	s.Run("dpkg --remove platen platen-cloud")
	for _, name := range []string{"platen", "platen-cloud"} {
		if got := s.unit(name, "ActiveState"); got != "inactive" {
			s.t.Errorf("%s is %s after removal", name, got)
		}
		if s.Run("ls -A /var/lib/"+name+"/") == "" || s.Run("cat /etc/"+name+"/"+name+".toml") == "" {
			s.t.Errorf("the removal of %s took its state", name)
		}
	}
	s.Run("dpkg --purge platen platen-cloud")
	for _, name := range []string{"platen", "platen-cloud"} {
		left := s.Run("ls -d /var/lib/" + name + " /var/lib/private/" + name + " /etc/" + name + " /run/" + name + " 2>/dev/null || true")
		if left != "" {
			s.t.Errorf("after purge there is %s", left)
		}
	}
}
