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
		if err := os.WriteFile(s.Path("/srv/"+file), data, 0o600); err != nil {
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

const send = "platen-cloud send --url http://127.0.0.1:8631 --key-file /srv/key --printer " + queue + " "

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
	step("print", func(s site) { s.prints("/srv/letter.pdf") })
	step("kill", site.kill)
	step("restart", site.restart)
	step("reboot", site.reboot)
	step("upgrade", site.upgrade)
	step("office", site.office)
	step("ports", site.ports)
	step("remove", site.remove)
	step("without packages", site.byHand)
	t.Logf("all of it: %v", time.Since(began).Round(time.Millisecond))
}

func (s site) install() {
	s.Run("dpkg --install --force-confold /srv/platen_1.0.0_amd64.deb /srv/platen-cloud_1.0.0_amd64.deb")
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
		platen-cloud key create --user boss@example.com --name prints | tail -1 >/srv/key
		platen-cloud key create --user boss@example.com --scope pair | tail -1 >/srv/pair`)
	s.Run("PLATEN_TOKEN=$(cat /srv/pair) platen setup --non-interactive --cloud http://127.0.0.1:8631")
	s.connected()
	if err := os.WriteFile(s.Path("/srv/letter.pdf"), smallpdf.Page(595, 842, "0 0 200 200 re f"), 0o600); err != nil {
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
	s.prints("/srv/letter.pdf")
}

func (s site) restart() {
	s.Run("systemctl reload platen && systemctl restart platen platen-cloud")
	s.connected()
	s.prints("/srv/letter.pdf")
	s.Run("platen service status && platen-cloud service status --json")
}

func (s site) reboot() {
	s.Reboot()
	s.connected()
	s.prints("/srv/letter.pdf")
}

// upgrade installs the next version while the printer has a job.
func (s site) upgrade() {
	before := s.outputs()
	hold := s.Path(spool + "/state")
	if err := os.WriteFile(hold, []byte("media-empty-error"), 0o644); err != nil {
		s.t.Fatal(err)
	}
	s.Run(send + "--json /srv/letter.pdf")
	lab.Until(s.t, 30*time.Second, "the printer has the job", func() bool {
		out, _ := s.Try("lpstat -o " + queue)
		return strings.Contains(out, queue+"-")
	})
	s.Run("dpkg --install /srv/platen_1.0.1_amd64.deb /srv/platen-cloud_1.0.1_amd64.deb")
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
	s.prints("/srv/letter.pdf")
	if got := s.Run("platen status --json"); !strings.Contains(got, `"version": "1.0.1"`) {
		s.t.Errorf("the old one still runs: %s", got)
	}
}

// office prints what LibreOffice must read, whose child has the least of all rights.
func (s site) office() {
	if err := os.WriteFile(s.Path("/srv/letter.rtf"), []byte(`{\rtf1\ansi Dear all, this is a letter.\par}`), 0o600); err != nil {
		s.t.Fatal(err)
	}
	s.prints("/srv/letter.rtf")
}

// ports has the cloud listen where only root may: systemd opens the port for it.
func (s site) ports() {
	s.Run(`printf 'listen = ":443"\ninsecure_http = true\n' >>/etc/platen-cloud/platen-cloud.toml && platen-cloud service install`)
	for range 2 {
		lab.Until(s.t, 30*time.Second, "the cloud answers at port 443", func() bool {
			out, err := s.Try("curl --silent --max-time 3 --fail --output /dev/null --write-out '%{http_code}' http://127.0.0.1:443/signin")
			return err == nil && out == "200"
		})
		if got := s.Run("ps -o user= -p " + s.unit("platen-cloud", "MainPID")); strings.TrimSpace(got) == "root" {
			s.t.Error("the cloud runs as root")
		}
		s.Run("systemctl restart platen-cloud") // nobody else gets the port meanwhile
	}
	s.comeBack()
	s.Run(`sed -i '/^listen/d;/^insecure_http/d' /etc/platen-cloud/platen-cloud.toml && platen-cloud service install && systemctl restart platen-cloud`)
	if out, err := s.Try("curl --silent --max-time 3 --fail http://127.0.0.1:443/signin"); err == nil {
		s.t.Errorf("port 443 is still open: %s", out)
	}
}

// comeBack removes the cloud and installs it again, as who tries something out does, and
// has somebody else at its port meanwhile.
func (s site) comeBack() {
	s.Run("dpkg --remove platen-cloud && dpkg --install /srv/platen-cloud_1.0.1_amd64.deb && test ! -e /var/lib/misc/platen-cloud.enabled")
	for _, unit := range []string{"platen-cloud.service", "platen-cloud.socket"} {
		if got, at := s.unit(unit, "ActiveState"), s.unit(unit, "UnitFileState"); got != "active" || at != "enabled" {
			s.t.Errorf("%s is %s and %s after it came back", unit, got, at)
		}
	}
	// A port that is taken stops nothing.
	s.Run(`systemctl disable --now platen-cloud.socket
		sed -i 's/^listen.*/listen = "127.0.0.1:8631"/' /etc/platen-cloud/platen-cloud.toml && systemctl restart platen-cloud
		printf '[Socket]\nListenStream=443\nAccept=yes\n' >/run/systemd/system/other.socket
		printf '[Service]\nExecStart=/bin/true\n' >/run/systemd/system/other@.service
		systemctl daemon-reload && systemctl start other.socket
		sed -i 's/^listen.*/listen = ":443"/' /etc/platen-cloud/platen-cloud.toml`)
	if out, err := s.Try("platen-cloud service install"); err == nil || !strings.Contains(out, "open port 443") {
		s.t.Errorf("a port that is taken is opened: %s", out)
	}
	if got := s.unit("platen-cloud.socket", "UnitFileState"); got != "disabled" {
		s.t.Errorf("the socket is %s", got)
	}
	// It has another address, and is started until it gets it.
	s.Run(`systemctl stop other.socket && sed -i 's/^listen.*/listen = "127.0.0.1:8631"/' /etc/platen-cloud/platen-cloud.toml`)
	lab.Until(s.t, 30*time.Second, "the cloud is back", func() bool {
		_, err := s.Try("curl --silent --max-time 3 --fail http://127.0.0.1:8631/signin")
		return err == nil
	})
}

// byHand installs programs that came without a package.
func (s site) byHand() {
	unit := s.Run("cat /srv/platen.service")
	s.Run("install -m 0755 /srv/platen /usr/local/bin/platen")
	if out, err := s.Try("platen service start"); err == nil || !strings.Contains(out, "platen service install") {
		s.t.Errorf("a service that is not there starts: %s", out)
	}
	for range 2 { // the second time changes nothing
		s.Run("platen service install && platen service start")
		if got := s.Run("platen service status"); !strings.Contains(got, "platen: running (linux-systemd)") {
			s.t.Errorf("it says %q", got)
		}
	}
	got := s.Run("cat /etc/systemd/system/platen.service")
	if want := strings.ReplaceAll(unit, "ExecStart=/usr/bin/platen ", "ExecStart=/usr/local/bin/platen "); strings.TrimSpace(got) != strings.TrimSpace(want) {
		s.t.Errorf("the unit is %s\nwant %s", got, want)
	}
	s.Run("platen service restart && platen service stop")
	if out, err := s.Try("platen service status"); err == nil || !strings.Contains(out, "stopped") {
		s.t.Errorf("a stopped service says %s", out)
	}
	s.Run("platen service uninstall && platen service uninstall")
	if got := s.unit("platen", "LoadState"); got != "not-found" {
		s.t.Errorf("after uninstall the unit is %s", got)
	}
	if out, err := s.Try("setpriv --reuid=65534 --regid=65534 --clear-groups platen service install"); err == nil || !strings.Contains(out, "sudo platen service install") {
		s.t.Errorf("who may not install is told %s", out)
	}
}

// remove takes the packages away: what they kept stays, until they are purged.
func (s site) remove() {
	s.Run("cp /usr/bin/platen /usr/lib/systemd/system/platen.service /srv/")
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
		left := s.Run("ls -d /var/lib/" + name + " /var/lib/private/" + name + " /etc/" + name + " /run/" + name + " /var/lib/misc/" + name + ".enabled 2>/dev/null || true")
		if left != "" {
			s.t.Errorf("after purge there is %s", left)
		}
	}
}
