package spool_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"platen/connector"
	"platen/connector/spool"
)

const lockEnv = "SPOOL_TEST_LOCK"

// TestMain holds a lock until it is killed, if it is asked to.
func TestMain(m *testing.M) {
	if dir := os.Getenv(lockEnv); dir != "" {
		if _, err := spool.Acquire(dir); err != nil {
			os.Exit(2)
		}
		_, _ = os.Stdout.WriteString("locked\n")
		select {}
	}
	os.Exit(m.Run())
}

func TestLockEndsWithTheProcess(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), lockEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	_, err = spool.Acquire(dir)
	if !errors.Is(err, spool.ErrLocked) || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("a second owner: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	l, err := spool.Acquire(dir)
	if err != nil {
		t.Fatalf("after the owner was killed: %v", err)
	}
	if err := l.Release(); err != nil {
		t.Error(err)
	}
}

func TestState(t *testing.T) {
	dir := t.TempDir()
	s, err := spool.OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	ids := []connector.Identity{{Name: "lp", UUID: "u", ID: "c1", Hash: "h"}, {Name: "old", ID: "c2", Removed: true}}
	if err := errors.Join(
		s.KeepIdentities(ids),
		s.AddDirect(spool.Direct{Name: "d", URI: "ipp://a/ipp/print"}),
		s.AddDirect(spool.Direct{Name: "d", URI: "ipp://b/ipp/print"}),
		s.AddDirect(spool.Direct{Name: "e", URI: "ipp://e/ipp/print"}),
		s.RemoveDirect("e"),
	); err != nil {
		t.Fatal(err)
	}
	again, err := spool.OpenState(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ids, again.Identities()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]spool.Direct{{Name: "d", URI: "ipp://b/ipp/print"}}, again.Direct()); diff != "" {
		t.Error(diff)
	}
	if err := os.WriteFile(filepath.Join(dir, "printers.json"), []byte(`{"version":2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := spool.OpenState(dir); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("printers.json of version 2: %v", err)
	}
}
