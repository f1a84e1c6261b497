package wine

import (
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
	"platen/internal/smallpdf"
)

const program = `C:\Program Files\Platen\platen.exe`

// top is the module's folder.
const top = "../.."

// compile makes the connector for Windows; what was made before is linked anew only where
// something changed.
func compile(t *testing.T) string {
	t.Helper()
	built, err := filepath.Abs(filepath.Join(top, "build/lab-windows/platen.exe"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "build", "-trimpath", "-o", built, "./cmd/platen")
	cmd.Dir = top
	cmd.Env = append(os.Environ(), "GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build for Windows: %v\n%s", err, out)
	}
	return built
}

// installer makes the installer of a version.
func installer(t *testing.T, version, program string) string {
	t.Helper()
	lab.Need(t, "wixl", "msibuild")
	file := filepath.Join(t.TempDir(), "platen-"+version+".msi")
	if out, err := exec.Command(filepath.Join(top, "packaging/windows/msi.sh"), version, program, file).CombinedOutput(); err != nil {
		t.Fatalf("make the installer: %v\n%s", err, out)
	}
	return file
}

// What is Windows' own works under Wine.
func TestWine(t *testing.T) {
	t.Parallel()
	lab.Need(t, "wine", "wixl", "msibuild")
	p := newPrefix(t)
	t.Run("service", func(t *testing.T) { testService(p.in(t)) })
	t.Run("packages", func(t *testing.T) { testPackages(p.in(t)) })
}

// testService installs the connector without a question, pairs it on the way, prints with
// it as a service, stops and starts it, brings it up to date and takes it away.
func testService(p *prefix) {
	t := p.t
	exe := compile(t)
	first, second := installer(t, "1.0.0", exe), installer(t, "1.0.1", exe)
	site := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t)})
	site.StartCloud()
	eve := lab.IPPEve(t, lab.EveOptions{Name: "front"})
	raster := lab.IPPEve(t, lab.EveOptions{Name: "raster", Formats: []string{"image/pwg-raster"}})
	lab.ShareModule(t, p.path("ProgramData/Platen"))

	step := time.Now()
	done := func(what string) {
		t.Logf("%s: %v", what, time.Since(step).Round(time.Millisecond))
		step = time.Now()
	}
	log := filepath.Join(t.TempDir(), "install.log")
	p.run("msiexec", "/i", onZ(first), "/qn", "/l*v", onZ(log), "CLOUDURL="+site.Base, "TOKEN="+site.PairKey)
	done("installation")
	p.mustBe("running")
	p.checkLog(log, site.PairKey)
	p.checkCredentials()
	p.online()
	done("connection")

	p.run(program, "printer", "add", eve.URI, "--name", "front")
	p.run(program, "printer", "add", raster.URI, "--name", "raster")
	done("printers")
	front := p.printers(site)["front"]
	p.print(site, front, eve, 1)
	done("print")
	p.print(site, p.printers(site)["raster"], raster, 1)
	done("print, drawn here")

	p.run(program, "service", "stop")
	p.mustBe("stopped")
	p.run(program, "service", "start")
	p.mustBe("running")
	p.run(program, "service", "restart")
	p.mustBe("running")
	done("stop, start, restart")

	p.run("msiexec", "/i", onZ(second), "/qn")
	p.mustBe("running")
	p.online()
	if again := p.printers(site)["front"]; again != front {
		t.Errorf("after the upgrade the printer is %q, was %q", again, front)
	}
	p.print(site, front, eve, 2)
	done("upgrade, and a print")

	p.run("msiexec", "/x", onZ(second), "/qn")
	if out, err := p.try("sc", "query", "platen"); err == nil {
		t.Errorf("the service is still there:\n%s", out)
	}
	if _, err := os.Stat(p.path("Program Files/Platen/platen.exe")); !os.IsNotExist(err) {
		t.Errorf("the program is still there: %v", err)
	}
	if _, err := os.Stat(p.path("ProgramData/Platen/credentials.json")); err != nil {
		t.Errorf("what the connector keeps is gone: %v", err)
	}
	done("removal")
}

// mustBe checks what the service does.
func (p *prefix) mustBe(state string) {
	p.t.Helper()
	out, err := p.try(program, "service", "status")
	if want := "platen: " + state + " (windows-service)"; !strings.HasPrefix(out, want) || (err == nil) != (state == "running") {
		p.t.Fatalf("the service: %v\n%s\nwant %s", err, out, want)
	}
}

// online waits until the connector is connected with its cloud.
func (p *prefix) online() {
	p.t.Helper()
	lab.Until(p.t, 30*time.Second, "the connector to be connected", func() bool {
		out, _ := p.try(program, "status", "--json")
		var s struct{ Cloud struct{ Connected bool } }
		return json.Unmarshal([]byte(out), &s) == nil && s.Cloud.Connected
	})
}

// checkLog checks that the installer's log has no key in it, but for the list of all
// properties: Wine takes no notice of MsiHiddenProperties, which Windows leaves out.
func (p *prefix) checkLog(path, key string) {
	p.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if strings.Contains(line, key) && !strings.HasPrefix(line, "Property(") {
			p.t.Errorf("the key is in the installer's log: %s", strings.ReplaceAll(line, key, "KEY"))
		}
	}
}

// checkCredentials checks that the file tells nothing to who takes it to another machine.
func (p *prefix) checkCredentials() {
	p.t.Helper()
	b, err := os.ReadFile(p.path("ProgramData/Platen/credentials.json"))
	if err != nil {
		p.t.Fatal(err)
	}
	if text := string(b); !strings.HasPrefix(text, "dpapi:") || strings.Contains(text, "refresh_token") {
		p.t.Errorf("the credentials are not sealed: %.40q", text)
	}
}

// printers returns the cloud's ids of the printers by the connector's names.
func (p *prefix) printers(site *lab.Site) map[string]string {
	p.t.Helper()
	ids := map[string]string{}
	lab.Until(p.t, 30*time.Second, "the printers to be in the cloud", func() bool {
		out, err := p.try(program, "printer", "list", "--json")
		var list []struct{ ID, Name string }
		if err != nil || json.Unmarshal([]byte(out), &list) != nil {
			return false
		}
		for _, one := range list {
			ids[one.Name] = one.ID
		}
		a, err := site.Call("search", url.Values{"connection_status": {"ONLINE"}})
		return err == nil && len(a.Printers) == 2 && ids["front"] != "" && ids["raster"] != ""
	})
	return ids
}

// print sends a document, and waits until a printer has printed it as its n-th.
func (p *prefix) print(site *lab.Site, id string, on *lab.Eve, n int) {
	p.t.Helper()
	a, err := site.Submit(id, "page", smallpdf.Page(595, 842, "BT /F1 24 Tf 60 700 Td (from Windows) Tj ET"))
	if err != nil || !a.Success {
		p.t.Fatalf("submit: %v %s", err, a.Message)
	}
	if j := site.Await(a.Job.ID, 4*time.Minute, lab.Job.Ended); j.State() != "DONE" {
		p.t.Fatalf("the job ended %+v", j)
	}
	if docs := on.Documents(); len(docs) != n {
		p.t.Errorf("the printer has %d documents, want %d", len(docs), n)
	}
}
