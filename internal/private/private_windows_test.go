package private

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

// What is sealed tells nothing, and opens again; what was not sealed is as it was.
func TestSeal(t *testing.T) {
	secret := []byte(`{"refresh_token":"of the robot"}`)
	stored, err := Seal(secret)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(stored, []byte("robot")) {
		t.Errorf("the secret is in %q", stored)
	}
	for _, b := range [][]byte{stored, secret} {
		if got, err := Open(b); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("Open(%.20q) = %q, %v", b, got, err)
		}
	}
	stored[len(stored)/2] ^= 1
	if got, err := Open(stored); err == nil {
		t.Errorf("what was damaged opens as %q", got)
	}
}

// What is private is for the system, administrators, the service and this user, and takes
// nothing from the folder above.
func TestRights(t *testing.T) {
	d, err := Rights("OICI")
	if err != nil {
		t.Fatal(err)
	}
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	text := d.String()
	if !strings.HasPrefix(text, "D:P") {
		t.Errorf("rights come from above: %s", text)
	}
	for _, one := range []string{";;;SY)", ";;;BA)", serviceSID, me.User.Sid.String()} {
		if !strings.Contains(text, one) {
			t.Errorf("the rights lack %s: %s", one, text)
		}
	}
	if n := strings.Count(text, "("); n != 4 {
		t.Errorf("%d have rights: %s", n, text)
	}
}

// A folder is made with those above it, and one that is there is taken, also twice.
func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "state")
	for range 2 {
		if err := Folder(dir); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), nil, 0o600); err != nil {
		t.Error(err)
	}
}
