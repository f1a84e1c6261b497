package activation

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// TestMain is also the service that a test hands ports to.
func TestMain(m *testing.M) {
	if address := os.Getenv("ACTIVATION_TEST_LISTEN"); address != "" {
		os.Exit(serve(address))
	}
	os.Exit(m.Run())
}

// serve accepts one connection and says what it was given.
func serve(address string) int {
	// systemd sets the id of the process between fork and exec, sd_listen_fds(3).
	_ = os.Setenv("LISTEN_PID", strconv.Itoa(os.Getpid()))
	p, err := Inherited()
	if err != nil {
		fmt.Println(err)
		return 1
	}
	l, err := p.Listen(context.Background(), net.ListenConfig{KeepAlive: -1}, address)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("unused", len(p.Unused()), "environment", os.Getenv("LISTEN_FDS"))
	if p.Close() != nil {
		return 1
	}
	c, err := l.Accept()
	if err != nil {
		fmt.Println(err)
		return 1
	}
	_, _ = c.Write([]byte("hello")) // the test reads it
	return 0
}

// started hands a service two ports, as systemd does, and returns what it says.
func started(t *testing.T, setting func(port string) string) (said func() string, port string) {
	t.Helper()
	var files []*os.File
	for range 2 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		f, err := l.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		_, port, _ = net.SplitHostPort(l.Addr().String())
		_ = l.Close() // the file stays open
		files = append(files, f)
	}
	var out strings.Builder
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "ACTIVATION_TEST_LISTEN="+setting(port), "LISTEN_FDS=2", "LISTEN_FDNAMES=a:b")
	cmd.ExtraFiles, cmd.Stdout, cmd.Stderr = files, &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		_ = f.Close() // the child has it
	}
	return func() string { _ = cmd.Wait(); return out.String() }, port
}

// A service answers at the port that was opened for it, by the setting that names it.
func TestTakesThePortOfItsSetting(t *testing.T) {
	said, port := started(t, func(port string) string { return "127.0.0.1:" + port })
	c, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	b := make([]byte, 5)
	if _, err := c.Read(b); err != nil || string(b) != "hello" {
		t.Errorf("read %q, %v; it said %s", b, err, said())
	}
	if got, want := said(), "unused 1 environment \n"; got != want {
		t.Errorf("it said %q, want %q", got, want)
	}
}

// Who wrote another address than systemd opened is told so.
func TestRefusesAnotherAddress(t *testing.T) {
	said, _ := started(t, func(port string) string { return "127.0.0.2:" + port })
	if got := said(); !strings.Contains(got, "let both say the same") {
		t.Errorf("it said %q", got)
	}
}

func TestOpensWhatNobodyOpened(t *testing.T) {
	var p Ports
	l, err := p.Listen(t.Context(), net.ListenConfig{}, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
}
