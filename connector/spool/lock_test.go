package spool_test

import (
	"bufio"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

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
