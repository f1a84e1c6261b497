package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"platen/cloud/server"
	"platen/connector/daemon"
	"platen/internal/config"
	"platen/internal/lab"
)

// The settings in the packages are those of the source, and change nothing: with all of
// it commented in, the program has its defaults.
func TestSettings(t *testing.T) {
	t.Chdir("../..")
	for _, s := range samples() {
		want, err := s.text()
		if err != nil {
			t.Fatal(err)
		}
		path := "packaging/settings/" + s.name + ".toml"
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%s is not what the settings' source says: go run ./internal/packages -settings", path)
		}
		// A comment begins with "# ", a setting with "#".
		all := regexp.MustCompile(`(?m)^#([^ ])`).ReplaceAllString(want, "$1")
		file := config.File{Path: path, Text: []byte(all)}
		loaded := reflect.New(reflect.TypeOf(s.defaults))
		if err := config.Load(file, "NO_SUCH", alone(loaded)); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
}

// alone is a settings' value of which no setting contradicts another one: an example
// has each, also where they exclude each other.
func alone(v reflect.Value) any {
	switch c := v.Interface().(type) {
	case *daemon.Config:
		*c = daemon.Default()
		return (*connectorSettings)(c)
	case *server.Config:
		*c = server.Default()
		return (*cloudSettings)(c)
	}
	return v.Interface()
}

type (
	connectorSettings daemon.Config
	cloudSettings     server.Config
)

// Two runs over the same sources write the same bytes, wherever they run.
func TestSameBytes(t *testing.T) {
	lab.Need(t, "dpkg-deb", "rpm")
	t.Chdir("../..")
	t.Setenv("SOURCE_DATE_EPOCH", "1790000000")
	var dirs [2]string
	for i, programs := range []string{"platen,platen-cloud", "platen"} {
		dirs[i] = t.TempDir()
		t.Setenv("TZ", []string{"UTC", "Asia/Tokyo"}[i])
		if err := run(t.Context(), []string{"-out", dirs[i], "-version", "1.2.3", "-only", "deb,rpm,apk,amd64," + programs}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"platen_1.2.3_amd64.deb", "platen-1.2.3-1.x86_64.rpm", "platen_1.2.3_x86_64.apk"} {
		a, err := os.ReadFile(filepath.Join(dirs[0], name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(dirs[1], name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s: %d bytes, and %d others the second time", name, len(a), len(b))
		}
	}
	t.Run("sums", func(t *testing.T) {
		cmd := exec.Command("sha256sum", "--check", "--quiet", "SHA256SUMS")
		cmd.Dir = dirs[0]
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
	t.Run("rpm", func(t *testing.T) { checkRPM(t, dirs[0]) })
	t.Run("bill", func(t *testing.T) { checkBill(t, dirs[0]) })
}

// checkRPM asks rpm what it makes of the packages.
func checkRPM(t *testing.T, dir string) {
	ask := func(t *testing.T, args ...string) string {
		out, err := exec.Command("rpm", append(args, filepath.Join(dir, "platen-cloud-1.2.3-1.x86_64.rpm"))...).CombinedOutput()
		if err != nil {
			t.Fatalf("rpm %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	files := strings.Fields(ask(t, "-qlp"))
	for _, want := range []string{
		"/usr/bin/platen-cloud", "/etc/platen-cloud/platen-cloud.toml", "/usr/lib/systemd/system/platen-cloud.service",
		"/usr/lib/systemd/system/platen-cloud.socket", "/usr/lib/systemd/system/platen-cloud-acme.socket",
		"/usr/share/man/man1/platen-cloud.1.gz", "/usr/share/man/man1/platen-cloud-serve.1.gz",
		"/usr/share/bash-completion/completions/platen-cloud", "/usr/share/doc/platen-cloud/sbom.cdx.json",
		"/usr/share/doc/platen-cloud/operating.md", "/usr/share/doc/platen-cloud/nginx/platen-cloud.conf",
		"/usr/share/doc/platen-cloud/caddy/Caddyfile", "/usr/share/doc/platen-cloud/ejabberd/platen.yml",
		"/usr/share/doc/platen-cloud/prosody/platen.cfg.lua", "/usr/share/platen-cloud/prosody/mod_auth_platen.lua",
	} {
		if !slices.Contains(files, want) {
			t.Errorf("%s is not in the package", want)
		}
	}
	for _, file := range files {
		if strings.Contains(file, "system/platen.service") {
			t.Errorf("the package has the other one's %s", file)
		}
	}
	if got := ask(t, "-qp", "--configfiles"); strings.TrimSpace(got) != "/etc/platen-cloud/platen-cloud.toml" {
		t.Errorf("files that stay as an administrator has them: %q", got)
	}
	for _, field := range []struct{ format, want string }{
		{"%{NAME} %{VERSION} %{ARCH} %{LICENSE}", "platen-cloud 1.2.3 x86_64 Apache-2.0"},
		{"%{BUILDTIME}", "1790000000"},
		{"%{SUMMARY}", "Platen cloud"},
	} {
		if got := ask(t, "-qp", "--queryformat", field.format); got != field.want {
			t.Errorf("%s: %q, want %q", field.format, got, field.want)
		}
	}
	ask(t, "-K") // digests
	// The scripts are for a shell, and each does what it is for.
	for tag, want := range map[string]string{"POSTIN": "enable", "PREUN": "disable --now", "POSTUN": "daemon-reload"} {
		script := ask(t, "-qp", "--queryformat", "%{"+tag+"}")
		if !strings.Contains(script, want) || !strings.Contains(script, "name=platen-cloud\n") {
			t.Errorf("%s does not say %q:\n%s", tag, want, script)
		}
		check := exec.Command("sh", "-n")
		check.Stdin = strings.NewReader(script)
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", tag, err, out)
		}
	}
}

// checkBill looks for what is known to be in the program, as `go version -m` says it.
func checkBill(t *testing.T, dir string) {
	out, err := exec.Command("dpkg-deb", "--fsys-tarfile", filepath.Join(dir, "platen_1.2.3_amd64.deb")).Output()
	if err != nil {
		t.Fatal(err)
	}
	untar := exec.Command("tar", "-xO", "./usr/share/doc/platen/sbom.cdx.json")
	untar.Stdin = bytes.NewReader(out)
	text, err := untar.Output()
	if err != nil {
		t.Fatal(err)
	}
	var b bill
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	if b.Format != "CycloneDX" || b.Metadata.Component.Name != "platen" || b.Metadata.Component.Version != "1.2.3" {
		t.Errorf("it is of %+v", b.Metadata.Component)
	}
	listed, err := exec.Command("go", "list", "-m", "-f", "{{.Path}}@{{.Version}}", "github.com/spf13/cobra").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := "pkg:golang/" + strings.TrimSpace(string(listed))
	if !slices.ContainsFunc(b.Components, func(c component) bool { return c.PURL == want }) {
		t.Errorf("%s is not listed", want)
	}
}
