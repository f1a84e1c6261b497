package lab

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Terminal is a terminal with a person before it: what a program writes is read, and
// answers are typed.
type Terminal struct {
	Program *os.File // the end that a program has as its input and output

	t      TB
	person *os.File
	mu     sync.Mutex // guards what follows
	screen bytes.Buffer
	read   int // how far the person has read
}

// NewTerminal opens one (ptmx(4)).
func NewTerminal(t TB) *Terminal {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatalf("terminal: %v", err)
	}
	n, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err != nil {
		t.Fatalf("terminal: %v", err)
	}
	program, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatalf("terminal: %v", err)
	}
	term := &Terminal{Program: program, t: t, person: person}
	go term.watch()
	t.Cleanup(func() {
		_ = program.Close() // watch ends with it
		_ = person.Close()
	})
	return term
}

func (s *Terminal) watch() {
	buf := make([]byte, 4096)
	for {
		n, err := s.person.Read(buf)
		s.mu.Lock()
		s.screen.Write(buf[:n])
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// Screen is what was written so far.
func (s *Terminal) Screen() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.screen.String()
}

// Await waits for a text below what was read before.
func (s *Terminal) Await(text string) {
	s.t.Helper()
	found := waitFor(time.Minute, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		at := strings.Index(s.screen.String()[s.read:], text)
		if at >= 0 {
			s.read += at + len(text)
		}
		return at >= 0
	})
	if !found {
		s.t.Fatalf("the terminal never says %q:\n%s", text, s.Screen())
	}
}

// Answer types a line once the program asks.
func (s *Terminal) Answer(question, line string) {
	s.t.Helper()
	s.Await(question)
	if _, err := s.person.WriteString(line + "\n"); err != nil {
		s.t.Fatalf("type: %v", err)
	}
}
