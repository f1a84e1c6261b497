// Package script runs the programs from text files that hold what a person would type
// and what must come back: testscript's files, with further commands. It is for tests.
package script

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"platen/internal/lab"
	"platen/internal/vprinter"
)

// startTime is how long a program may take until it answers.
const startTime = 30 * time.Second

// limit is how long the scripts of a folder may take together, so that a program that does
// not end is told of.
const limit = 3 * time.Minute

// Run runs all scripts of a folder next to each other; most lines run one program. Beside testscript's own commands
// they have
//
//	exits CODE PROGRAM [ARG...]   the program ends with this exit code, and if it is not 0
//	                              its last lines are an error, and a hint if there is one
//	keep NAME                     sets a variable to what was printed last, without the new line
//	keep NAME REGEXP              likewise to the first group of an expression
//	shape FILE SHAPE              FILE (or stdout) is JSON of this shape, see Shape
//	answers ADDRESS               waits until a port (HOST:PORT) or a socket (a path) takes connections
//	eventually REGEXP PROGRAM...  runs the program until it succeeds and prints what fits
//	printer NAME [ipps]           starts a virtual printer, whose address is in the variable NAME
//	fault NAME [REASON]           stops the printer with a reason such as media-empty-error, or mends it
//
// and these programs, before another one:
//
//	network PROGRAM...            runs it in a network of its own, which is loopback alone
//	machine PROGRAM...            runs it where the services are the script's own, and systemctl
//	                              only notes what it is told
//	nobody PROGRAM...             runs it without an administrator's rights
//
// Each script has a cloud's and a connector's settings in its environment, both in the
// script's folder and on ports of their own: CLOUD is the cloud's address, and
// CLOUD_ADDRESS its host and port. Nothing runs until the script starts it.
func Run(t *testing.T, program, folder string) {
	t.Helper()
	lab.Need(t, "unshare", "setpriv", "ip")
	testscript.Run(t, testscript.Params{
		Deadline: time.Now().Add(limit), Dir: folder, Setup: func(e *testscript.Env) error { return setup(e, program) }, RequireExplicitExec: true, RequireUniqueNames: true, ContinueOnError: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "keep": keep, "shape": shape, "answers": answers, "eventually": eventually, "printer": startPrinter, "fault": setFault,
		},
	})
}

// setup gives a script its environment.
func setup(e *testscript.Env, program string) error {
	t, ok := e.T().(testing.TB)
	if !ok {
		return errors.New("not run by go test")
	}
	address := "127.0.0.1:" + strconv.Itoa(lab.FreePort(t))
	push := "127.0.0.1:" + strconv.Itoa(lab.FreePort(t))
	helpers, err := install(e.WorkDir)
	if err != nil {
		return err
	}
	in := func(name string) string { return filepath.Join(e.WorkDir, name) }
	for name, value := range map[string]string{
		"PATH": helpers + string(filepath.ListSeparator) + e.Getenv("PATH"), "PROGRAM": program,
		"HOME": in("home"), "CLOUD": "http://" + address, "CLOUD_ADDRESS": address,
		"PLATEN_CLOUD_STATE_DIR": in("cloud"), "PLATEN_CLOUD_LISTEN": address, "PLATEN_CLOUD_BASE_URL": "http://" + address,
		"PLATEN_CLOUD_PUSH_DIRECT_LISTEN": push, "PLATEN_CLOUD_PUSH_STARTTLS_LISTEN": "", "PLATEN_CLOUD_RENDER": "false",
		"PLATEN_STATE_DIR": in("connector"), "PLATEN_SOCKET": in("platen.sock"), "PLATEN_CUPS": "", "PLATEN_RULES": in("printers.toml"), "PLATEN_RENDER": "false",
	} {
		e.Setenv(name, value)
	}
	e.Values[test{}] = t
	e.Values[printers{}] = map[string]*vprinter.Printer{}
	return nil
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := codeOf(ts, args[1:]); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	if want != 0 {
		ts.Check(tellsError(ts.Getenv("PROGRAM"), ts.ReadFile("stderr")))
	}
}

// codeOf runs a program and returns its exit code.
func codeOf(ts *testscript.TestScript, args []string) int {
	err := ts.Exec(args[0], args[1:]...)
	ended, ok := errors.AsType[*exec.ExitError](err)
	if err != nil && !ok {
		ts.Fatalf("%v", err)
	}
	if ok {
		return ended.ExitCode()
	}
	return 0
}

// tellsError checks that a program that failed said why as all verbs do: on stderr, at
// its end, an error of one line and perhaps a hint of one line.
func tellsError(program, stderr string) error {
	lines := strings.Split(strings.TrimRight(stderr, "\n"), "\n")
	last := len(lines) - 1
	if strings.HasPrefix(lines[last], program+": hint: ") && last > 0 {
		last--
	}
	if !strings.HasPrefix(lines[last], program+": error: ") {
		return fmt.Errorf("stderr ends without %q and at most a hint after it:\n%s", program+": error: ", stderr)
	}
	return nil
}

func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: keep NAME [REGEXP]")
	}
	text := strings.TrimSuffix(ts.ReadFile("stdout"), "\n")
	if len(args) == 2 {
		found := expression(ts, args[1]).FindStringSubmatch(text)
		if len(found) < 2 {
			ts.Fatalf("stdout has no group of %q", args[1])
		}
		text = found[1]
	}
	ts.Setenv(args[0], text)
}

func answers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: answers ADDRESS")
	}
	network, address := "tcp", args[0]
	if _, _, err := net.SplitHostPort(address); err != nil {
		network, address = "unix", ts.MkAbs(address)
	}
	dial := func() bool {
		c, err := net.DialTimeout(network, address, time.Second)
		return err == nil && c.Close() == nil
	}
	if !lab.Eventually(startTime, dial) {
		ts.Fatalf("nothing answers at %s after %v", address, startTime)
	}
}

func eventually(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: eventually REGEXP PROGRAM [ARG...]")
	}
	pattern := expression(ts, args[0])
	if !lab.Eventually(startTime, func() bool { return codeOf(ts, args[1:]) == 0 && pattern.MatchString(ts.ReadFile("stdout")) }) {
		ts.Fatalf("%s never printed what fits %q", strings.Join(args[1:], " "), args[0])
	}
}
