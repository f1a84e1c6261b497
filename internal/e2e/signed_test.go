package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// tokenLifetime is the shortest that can be set.
const tokenLifetime = 15 * time.Second

// tokenKey makes the key of a cloud that is to be set up in a folder, and returns its
// public half, as people do who set ejabberd up.
func tokenKey(t *testing.T, bin, dir string) string {
	t.Helper()
	out, err := exec.Command(filepath.Join(bin, "platen-cloud"), "--state-dir", filepath.Join(dir, "cloud"), "xmpp-key").Output()
	if err != nil {
		t.Fatalf("xmpp-key: %v", err)
	}
	return string(out)
}

// Where ejabberd checks connectors' tokens by itself, a stream outlives the token that it
// was opened with, the next login has another one, and a revoked connector is out as soon
// as elsewhere, although nobody can tell ejabberd.
func TestTokensThatEjabberdChecks(t *testing.T) {
	t.Parallel()
	d := driver{name: "ejabberd JWT", way: "xmpp", push: "component", server: lab.Ejabberd, signed: true}
	c := d.carry(t, lab.Build(t))
	opened := time.Now()
	if text := c.Cloud("doctor"); !strings.Contains(text, "lets robots in by the tokens that are made here") {
		t.Errorf("the doctor says\n%s", text)
	}
	for i := 0; time.Since(opened) < tokenLifetime+5*time.Second; i++ {
		for _, job := range c.submits("while a token ends "+itoa(i), 1) {
			if j := c.Await(job, time.Minute, lab.Job.Ended); j.State() != "DONE" {
				t.Errorf("%+v", j)
			}
		}
	}
	if n := len(c.lines("platen", `msg="notifications connected"`)); n != 1 {
		t.Errorf("the connector connected %d times", n)
	}
	c.restart("a kill", (*carrying).kill)
	c.awaitShown("ONLINE")
	c.revoke()
	docs := received(t, c.cups)
	for name, doc := range c.sent {
		if n, broken := count(docs, doc); n != 1 || broken != 0 {
			t.Errorf("%s: printed %d times, in part %d times", name, n, broken)
		}
	}
}
