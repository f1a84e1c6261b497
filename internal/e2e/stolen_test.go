package e2e

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"platen/internal/lab"
)

// Nobody who copies the cloud's disk can sign in with what is on it, and both
// programs' folders are closed to other users of the machine.
func TestStolenDisk(t *testing.T) {
	site := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	site.Start()
	site.StopConnector()
	site.StopCloud()

	connector := filepath.Join(site.Dir, "connector")
	given := map[string][]byte{
		"the password": []byte(lab.Password), "an API key": []byte(site.Key), "a pair key": []byte(site.PairKey),
		"the connector's refresh token": refreshToken(t, connector),
	}
	for path, b := range readTree(t, filepath.Join(site.Dir, "cloud")) {
		for what, secret := range given {
			if bytes.Contains(b, secret) {
				t.Errorf("%s stands in %s of the cloud", what, path)
			}
		}
	}
	for _, folder := range []string{connector, filepath.Join(site.Dir, "cloud")} {
		fi, err := os.Stat(folder)
		if err != nil {
			t.Fatal(err)
		}
		if fi.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v, want 0700", filepath.Base(folder), fi.Mode().Perm())
		}
	}
}

// readTree returns the contents of all files below dir.
func readTree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatalf("nothing in %s", dir)
	}
	return files
}

// refreshToken returns what a connector's folder proves itself with.
func refreshToken(t *testing.T, folder string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(folder, "credentials.json"))
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		RefreshToken string `json:"refresh_token"`
	}
	if err := json.Unmarshal(b, &c); err != nil || c.RefreshToken == "" {
		t.Fatalf("no refresh token in the connector's folder: %v", err)
	}
	return []byte(c.RefreshToken)
}
