package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// EveOptions say what an ippeveprinter is.
type EveOptions struct {
	Name    string   // default "lab eve"
	Formats []string // default PDF, PWG raster and JPEG
	Args    []string // more flags, such as "-K"

	// Announce has it announce itself by DNS-SD, through an avahi-daemon of its own: for a
	// test in its own network.
	Announce bool

	// Attributes is a file of ippeveprinter's -a, which says all that the printer can
	// do; Formats do not count then. "" is a colour printer with duplex.
	Attributes string
}

// Eve is a running ippeveprinter.
type Eve struct {
	Dir  string // everything of it
	Addr string // host:port
	URI  string // ipp://…

	t    TB
	proc *process
	args []string
	env  []string
}

// IPPEve starts an ippeveprinter with a private D-Bus, and stops both when the
// test ends. Its jobs take as long as its print command, see SetDelay.
func IPPEve(t TB, o EveOptions) *Eve {
	t.Helper()
	Need(t, "ippeveprinter", "dbus-daemon")
	if o.Name == "" {
		o.Name = "lab eve"
	}
	if len(o.Formats) == 0 {
		o.Formats = []string{"application/pdf", "image/pwg-raster", "image/jpeg"}
	}
	e := &Eve{Dir: workDir(t), t: t}
	port := freePort(t)
	e.Addr = "127.0.0.1:" + strconv.Itoa(port)
	e.URI = fmt.Sprintf("ipp://localhost:%d/ipp/print", port)
	for _, d := range []string{"spool", "out"} {
		if err := os.Mkdir(e.file(d), 0o755); err != nil {
			t.Fatalf("preparing ippeveprinter: %v", err)
		}
	}
	command := strings.ReplaceAll(eveCommand, "DIR", e.Dir)
	if err := os.WriteFile(e.file("print"), []byte(command), 0o755); err != nil {
		t.Fatalf("preparing ippeveprinter: %v", err)
	}
	bus := startBus(t, e.Dir) // it asks for one even with DNS-SD off
	args := []string{"-n", "localhost", "-p", strconv.Itoa(port), "-d", e.file("spool"), "-c", e.file("print")}
	if o.Announce {
		startAvahi(t, avahi{dir: e.Dir, bus: bus, card: "lo", more: "use-ipv6=no\n[wide-area]\nenable-wide-area=no\n"})
	} else {
		args = append(args, "-r", "off")
	}
	if o.Attributes != "" {
		args = append(args, "-a", o.Attributes)
	} else {
		args = append(args, "-2", "-s", "30,20", "-M", "Example", "-m", "Duplexer", "-f", strings.Join(o.Formats, ","))
	}
	e.args = append(append(args, o.Args...), o.Name)
	e.env = append(os.Environ(), "DBUS_SYSTEM_BUS_ADDRESS="+bus, "HOME="+e.Dir)
	e.Start()
	return e
}

func (e *Eve) file(name string) string { return filepath.Join(e.Dir, name) }

// Kill ends the printer without a farewell. What it prints at that moment still
// comes out.
func (e *Eve) Kill() { e.proc.kill() }

// Start starts a printer that was killed. It knows no job any more, and numbers
// the next ones from 1.
func (e *Eve) Start() {
	e.t.Helper()
	cmd := exec.Command(find("ippeveprinter"), e.args...)
	cmd.Env = e.env
	p, err := spawn(cmd, e.file("log"))
	if err != nil {
		e.t.Fatalf("starting ippeveprinter: %v", err)
	}
	e.proc = p
	e.t.Cleanup(p.kill) // it waits for its job when asked to end
	if !waitFor(10*time.Second, func() bool { return p.ended() || answers("tcp", e.Addr) }) || p.ended() {
		tail(e.t, e.file("log"))
		e.t.Fatalf("ippeveprinter did not start")
	}
}

// SetDelay makes each job from now on take so many seconds.
func (e *Eve) SetDelay(seconds string) {
	e.t.Helper()
	if err := os.WriteFile(e.file("delay"), []byte(seconds), 0o644); err != nil {
		e.t.Fatalf("setting the delay: %v", err)
	}
}

// Documents returns what the printer printed, oldest first.
func (e *Eve) Documents() [][]byte {
	e.t.Helper()
	var docs [][]byte
	for n := 1; ; n++ {
		b, err := os.ReadFile(e.file(fmt.Sprintf("out/%d.doc", n)))
		if err != nil {
			return docs
		}
		docs = append(docs, b)
	}
}

// Environment returns what the printer was asked for with its n-th document, from 1:
// IPP_SIDES=two-sided-long-edge and so on.
func (e *Eve) Environment(n int) []string {
	e.t.Helper()
	b, err := os.ReadFile(e.file(fmt.Sprintf("out/%d.env", n)))
	if err != nil {
		e.t.Fatalf("reading a job's attributes: %v", err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n")
}

// One job at a time, so counting files is safe.
const eveCommand = `#!/bin/sh
n=1; while [ -e "DIR/out/$n.doc" ]; do n=$((n+1)); done
[ -f "DIR/delay" ] && sleep "$(cat "DIR/delay")"
env | grep -E '^(IPP_|CONTENT_TYPE)' | sort >"DIR/out/$n.env"
cp "$1" "DIR/out/$n.tmp" && mv "DIR/out/$n.tmp" "DIR/out/$n.doc"
`
