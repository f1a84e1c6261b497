package install

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"platen/internal/lab"
)

// image is what the Dockerfile puts together: a folder of files, and how the program in
// it is started.
type image struct {
	root, entry string
	env         []string
	uid         uint32
}

var (
	copied = regexp.MustCompile(`^COPY --from=build (?:--chown=(\d+):\d+ )?(\S+) (\S+)$`)
	user   = regexp.MustCompile(`^USER (\d+):\d+$`)
	entry  = regexp.MustCompile(`^ENTRYPOINT \["(.*)"\]$`)
)

// assemble does what the last stage of the Dockerfile says, with a program that is
// built already.
func assemble(t *testing.T, program string) image {
	t.Helper()
	text, err := os.ReadFile("../../packaging/container/Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	built := map[string]string{"/out/program": program, "/etc/ssl/certs/ca-certificates.crt": "/etc/ssl/certs/ca-certificates.crt"}
	im := image{root: t.TempDir()}
	_, last, ok := strings.Cut(string(text), "FROM scratch\n")
	if !ok {
		t.Fatal("the image is not made from nothing")
	}
	for line := range strings.Lines(last) {
		line = strings.TrimSpace(line)
		if m := copied.FindStringSubmatch(line); m != nil {
			im.add(t, built[m[2]], m[3], m[1])
		} else if m := user.FindStringSubmatch(line); m != nil {
			n, err := strconv.ParseUint(m[1], 10, 32)
			if err != nil {
				t.Fatal(err)
			}
			im.uid = uint32(n)
		} else if m := entry.FindStringSubmatch(line); m != nil {
			im.entry = m[1]
		} else if env, ok := strings.CutPrefix(line, "ENV "); ok {
			im.env = strings.Fields(env)
		}
	}
	if im.uid == 0 || im.entry == "" || len(im.env) == 0 {
		t.Fatalf("the Dockerfile says no user, no entry point or no environment: %+v", im)
	}
	// What every container has.
	proc := filepath.Join(im.root, "proc")
	if err := os.Mkdir(proc, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("proc", proc, "proc", 0, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(proc, syscall.MNT_DETACH) })
	if err := os.Mkdir(filepath.Join(im.root, "dev"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, minor := range map[string]int{"null": 3, "zero": 5, "random": 8, "urandom": 9} { // null(4), random(4)
		path := filepath.Join(im.root, "dev", name)
		if err := syscall.Mknod(path, syscall.S_IFCHR|0o666, 1<<8|minor); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return im
}

// add puts a file, or an empty folder, into the image.
func (im image) add(t *testing.T, from, to, owner string) {
	t.Helper()
	to = filepath.Join(im.root, to)
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if from == "" {
		if err := os.MkdirAll(to, 0o755); err != nil {
			t.Fatal(err)
		}
		if filepath.Base(to) == "tmp" {
			if err := os.Chmod(to, 0o777|os.ModeSticky); err != nil {
				t.Fatal(err)
			}
		}
	} else if out, err := exec.Command("cp", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if uid, err := strconv.Atoi(owner); err == nil {
		if err := os.Chown(to, uid, uid); err != nil {
			t.Fatal(err)
		}
	}
}

// command is the container's program with arguments, as its user.
func (im image) command(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), im.entry, args...)
	cmd.Dir, cmd.Env = "/", im.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: im.root, Credential: &syscall.Credential{Uid: im.uid, Gid: im.uid}}
	return cmd
}

func (im image) run(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	cmd := im.command(t, args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// start runs a program of a container until the test ends.
func (im image) start(t *testing.T, args ...string) {
	t.Helper()
	var said bytes.Buffer
	cmd := im.command(t, args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // as docker stop
	cmd.WaitDelay = 20 * time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // after the context of the test ended
		if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != 0 || t.Failed() {
			t.Errorf("%v: %v\n%s", args, err, said.String())
		}
	})
}

// Both containers work with nothing but what the Dockerfile puts into them, as a user
// without rights: the connector pairs with the cloud and connects.
func TestContainers(t *testing.T) {
	lab.NeedRoot(t)
	bin := lab.Build(t)
	cloud, connector := assemble(t, filepath.Join(bin, "platen-cloud")), assemble(t, filepath.Join(bin, "platen"))
	address := fmt.Sprint("127.0.0.1:", lab.FreePort(t))
	cloud.env = append(cloud.env, "PLATEN_CLOUD_LISTEN="+address, "PLATEN_CLOUD_PUSH_DIRECT_LISTEN=127.0.0.1:0", "PLATEN_CLOUD_PUSH_STARTTLS_LISTEN=127.0.0.1:0")
	cloud.start(t, "serve")
	lab.Until(t, 20*time.Second, "the cloud answers", func() bool {
		res, err := http.Get("http://" + address + "/signin")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
	cloud.run(t, "correct horse battery staple\n", "user", "add", "boss@example.com", "--admin", "--password-stdin")
	out := strings.Fields(cloud.run(t, "", "key", "create", "--user", "boss@example.com", "--scope", "pair"))
	key := out[len(out)-1]

	connector.env = append(connector.env, "PLATEN_CUPS=", "PLATEN_TOKEN="+key)
	connector.start(t, "run", "--wait")
	connector.run(t, "", "pair", "http://"+address)
	lab.Until(t, 30*time.Second, "the connector connects", func() bool {
		said, err := connector.command(t, "status", "--json").Output()
		return err == nil && strings.Contains(string(said), `"connected": true`)
	})
}
