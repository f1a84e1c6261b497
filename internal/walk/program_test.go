package walk

import (
	"bufio"
	"io"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// output starts a program and waits for what a pattern finds in one line of what it
// prints; it ends the program with the test. ended is closed when it is gone.
func output(t *testing.T, cmd *exec.Cmd, pattern *regexp.Regexp) (found string, ended <-chan struct{}) {
	t.Helper()
	read, write := io.Pipe()
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended is what it printed
		_ = write.Close()
		close(gone)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
		<-gone
	})
	first := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(read); lines.Scan(); {
			if f := pattern.FindString(lines.Text()); f != "" {
				first <- f
				break
			}
		}
		_, _ = io.Copy(io.Discard, read) // it goes on
		close(first)
	}()
	select {
	case found, ok := <-first:
		if !ok {
			t.Fatalf("%s ended without saying it", cmd)
		}
		return found, gone
	case <-time.After(time.Minute):
		t.Fatalf("%s does not say it", cmd)
	}
	return "", gone
}
