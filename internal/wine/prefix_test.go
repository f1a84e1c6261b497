package wine

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"platen/internal/lab"
)

// prefix is a Windows of a test's own.
type prefix struct {
	t   *testing.T
	dir string
}

// newPrefix makes one. Its services live as long as the test.
func newPrefix(t *testing.T) *prefix {
	t.Helper()
	lab.Need(t, "wine", "wineboot", "wineserver")
	p := &prefix{t: t, dir: filepath.Join(t.TempDir(), "wine")}
	begun := time.Now()
	if out, err := p.command("wineboot", "-i").CombinedOutput(); err != nil {
		t.Fatalf("wineboot: %v\n%s", err, out)
	}
	writeForwarder(t, p.path(`windows/system32/bcryptprimitives.dll`))
	// Wine ends services soon after the last other program.
	stay := p.command("wine", "cmd")
	stdin, err := stay.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := stay.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close() // which ends it
		_ = stay.Wait()   // as what is of no matter
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		end := exec.CommandContext(ctx, "wineserver", "-k", "-w") // that of this prefix
		end.Env = p.env()
		if out, err := end.CombinedOutput(); err != nil {
			t.Logf("wineserver -k: %v %s", err, out)
		}
	})
	t.Logf("Wine made its folder in %v", time.Since(begun).Round(time.Millisecond))
	return p
}

// in returns the prefix for a part of the test.
func (p *prefix) in(t *testing.T) *prefix { return &prefix{t: t, dir: p.dir} }

func (p *prefix) env() []string {
	return append(os.Environ(), "WINEPREFIX="+p.dir, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree=;mshtml=;winemenubuilder.exe=", "DISPLAY=")
}

// path returns where a file of the drive C: is.
func (p *prefix) path(name string) string { return filepath.Join(p.dir, "drive_c", name) }

func (p *prefix) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = p.env()
	return cmd
}

// try runs a program of Windows to its end. Its output ends with the process: Wine's own
// ones keep what they inherit, so that it is a file and no pipe.
func (p *prefix) try(args ...string) (string, error) {
	p.t.Helper()
	f, err := os.CreateTemp(p.t.TempDir(), "output")
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was read
	cmd := p.command("wine", args...)
	cmd.Stdout, cmd.Stderr = f, f
	err = cmd.Run()
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		p.t.Fatal(err)
	}
	out, readErr := io.ReadAll(f)
	if readErr != nil {
		p.t.Fatal(readErr)
	}
	return strings.ReplaceAll(string(out), "\r\n", "\n"), err
}

// run is try for what must succeed.
func (p *prefix) run(args ...string) string {
	p.t.Helper()
	out, err := p.try(args...)
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// onZ names a file of the machine as programs of Windows do.
func onZ(path string) string { return "Z:" + strings.ReplaceAll(path, "/", `\`) }
