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

// A folder is for the system, administrators, the service and this user, and takes
// nothing from the folder above; one that was there is closed.
func TestFolder(t *testing.T) {
	made, was := filepath.Join(t.TempDir(), "a", "state"), filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(was, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{made, was} {
		if err := Folder(dir); err != nil {
			t.Fatal(err)
		}
		if err := Folder(dir); err != nil {
			t.Errorf("a second time: %v", err)
		}
		d, err := windows.GetNamedSecurityInfo(dir, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
		if err != nil {
			t.Fatal(err)
		}
		acl := d.String()
		for _, everybody := range []string{";;;WD)", ";;;BU)", ";;;AU)"} { // everybody, users, who is signed in
			if strings.Contains(acl, everybody) {
				t.Errorf("%s is open: %s", dir, acl)
			}
		}
		if !strings.Contains(acl, ";;;SY)") || !strings.Contains(acl, ";;;BA)") || !strings.Contains(acl, serviceSID) {
			t.Errorf("the rights on %s lack somebody: %s", dir, acl)
		}
	}
}
