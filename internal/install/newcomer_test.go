package install

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
	"platen/internal/smallpdf"
)

// The addresses of the newcomer's network (RFC 5737).
const (
	cloudAddress = "192.0.2.5"
	phoneAddress = "192.0.2.7"
)

// TestNewcomer goes the way of the README on a machine with CUPS and nothing of ours, in
// a network without a domain: two commands, and the first page is printed from another
// network, over https that is verified. The second run of each command changes nothing.
func TestNewcomer(t *testing.T) {
	lab.Need(t, "dpkg", "systemd-nspawn", "cupsd", "lpadmin", "ip", "curl")
	debs := packages(t, "1.0.1", "deb,amd64")
	s := site{lab.Boot(t), t}
	s.AddQueue(queue, spool) // the printer that is there
	s.give(debs, "1.0.1")
	phone := visitor{t, s.NewNeighbour(phoneAddress+"/24", cloudAddress+"/24")}
	began := time.Now()
	s.Run("cd /srv && dpkg --install ./platen_*.deb ./platen-cloud_*.deb")
	said := s.Run("echo 'correct horse battery' | platen-cloud setup --non-interactive --address " + cloudAddress +
		" --admin you@example.com --password-stdin --with-connector")
	t.Logf("set up after %v:\n%s", time.Since(began).Round(time.Millisecond), said)

	phone.trust(said)
	phone.signIn()
	before := s.outputs()
	phone.print(queue)
	lab.Until(t, 60*time.Second, "the first page", func() bool { return s.outputs() == before+1 })
	t.Logf("first page after %v, by two commands and the pages", time.Since(began).Round(time.Millisecond))

	again := s.Run("platen-cloud setup --non-interactive --json && platen setup --non-interactive --json")
	if strings.Count(again, `"changed": []`) != 2 || strings.Contains(again, `"paired": true`) {
		t.Errorf("the second run changed something:\n%s", again)
	}
	if t.Failed() {
		log, _ := s.Try("journalctl --no-pager -n 60 -u platen -u platen-cloud")
		t.Log(log)
	}
}

// visitor is somebody with a phone in the neighbouring network.
type visitor struct {
	t *testing.T
	*lab.Neighbour
}

const home = "https://" + cloudAddress + ":8631"

// trust gets the authority's certificate, compares it with the fingerprint that the setup
// said, and trusts nothing else from then on.
func (v visitor) trust(said string) {
	v.t.Helper()
	if out, err := v.Curl(home + "/signin"); err == nil {
		v.t.Fatalf("nobody vouches for the cloud yet, and it is believed: %s", out)
	}
	at := regexp.MustCompile(`http://\S+/ca\n`).FindString(said)
	der, err := v.Curl(strings.TrimSpace(at) + ".crt")
	if err != nil {
		v.t.Fatalf("the certificate at %s: %v", at, err)
	}
	if sum := sha256.Sum256([]byte(der)); !strings.Contains(said, hex.EncodeToString(sum[:])) {
		v.t.Fatalf("the certificate has another fingerprint than the setup said: %x", sum)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte(der)})
	if err := os.WriteFile(filepath.Join(v.Dir, "ca.pem"), text, 0o600); err != nil {
		v.t.Fatal(err)
	}
}

func (v visitor) must(args ...string) string {
	v.t.Helper()
	out, err := v.Curl(args...)
	if err != nil {
		v.t.Fatalf("%v: %v", args, err)
	}
	return out
}

func (v visitor) signIn() {
	v.t.Helper()
	v.must(home+"/signin", "--data-urlencode", "email=you@example.com", "--data-urlencode", "password=correct horse battery")
	if page := v.must(home + "/printers"); !strings.Contains(page, "you@example.com") {
		v.t.Fatalf("after the sign-in there is\n%s", page)
	}
}

// print sends a page to a printer by the form of its page, once the printer is there.
func (v visitor) print(name string) {
	v.t.Helper()
	var path []string
	lab.Until(v.t, 60*time.Second, "the printer is listed", func() bool {
		page, err := v.Curl(home + "/printers")
		path = regexp.MustCompile(`href="(/printers/[0-9a-f-]{32,36})"[^>]*>[^<]*` + name).FindStringSubmatch(page)
		return err == nil && path != nil
	})
	form := v.must(home + path[1] + "/print")
	field := func(name string) string {
		found := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(form)
		if found == nil {
			v.t.Fatalf("no field %s in\n%s", name, form)
		}
		return name + "=" + found[1]
	}
	if err := os.WriteFile(filepath.Join(v.Dir, "letter.pdf"), smallpdf.Page(595, 842, "0 0 200 200 re f"), 0o600); err != nil {
		v.t.Fatal(err)
	}
	v.must(home+path[1]+"/jobs", "--form", field("xsrf"), "--form", field("key"), "--form", "document=@letter.pdf;type=application/pdf")
}
