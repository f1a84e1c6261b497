package wine

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"platen/internal/lab"
)

// Two installers of the same program have the same contents.
func TestInstallerIsReproducible(t *testing.T) {
	t.Parallel()
	lab.Need(t, "wixl", "msibuild", "msiinfo", "msiextract")
	exe := filepath.Join(t.TempDir(), "platen.exe")
	if err := os.WriteFile(exe, []byte("MZ, and what follows"), 0o644); err != nil {
		t.Fatal(err)
	}
	first, second := contents(t, installer(t, "1.2.3", exe)), contents(t, installer(t, "1.2.3", exe))
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("they differ: %s", diff)
	}
	if got := first["Platen/platen.exe"]; got != "MZ, and what follows" {
		t.Errorf("the program in it is %q; there are %v", got, first)
	}
	if row := "SecureCustomProperties\tCLOUDURL;TOKEN;WIX_DOWNGRADE_DETECTED;WIX_UPGRADE_DETECTED"; !strings.Contains(first["Property"], row) {
		t.Errorf("the address and the key do not reach who installs with the system's rights: %s", first["Property"])
	}
	if row := "Pair\t11282\t"; !strings.Contains(first["CustomAction"], row) {
		t.Errorf("the action with the key is not hidden from logs: %s", first["CustomAction"])
	}
}

// contents returns the tables and files of an installer by name.
func contents(t *testing.T, msi string) map[string]string {
	t.Helper()
	all := map[string]string{}
	output := func(name string, args ...string) string {
		out, err := exec.Command(name, args...).Output()
		if err != nil {
			t.Fatalf("%s %v: %v", name, args, err)
		}
		return string(out)
	}
	for table := range strings.FieldsSeq(output("msiinfo", "tables", msi)) {
		if table != "_SummaryInformation" { // has code and times of the package itself
			all[table] = output("msiinfo", "export", msi, table)
		}
	}
	dir := t.TempDir()
	output("msiextract", "-C", dir, msi)
	for _, name := range []string{"Platen/platen.exe", "Platen/LICENSE.txt"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(b)
	}
	return all
}
