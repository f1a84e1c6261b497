package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/internal/cli"
	"platen/internal/lab"
)

// The questions of the conversation, and an answer to each.
var questions = [][2]string{
	{"Address [", "192.0.2.5"},
	{"certificate come from? [4]: ", "4"},
	{"e-mail address: ", "ada@example.com"},
	{"Password: ", lab.Password},
	{"Again: ", lab.Password},
}

// converse runs setup on a terminal whose person answers so many questions, and is gone
// at the next one.
func converse(t *testing.T, p place, answers int) (code int, screen, stdout string) {
	t.Helper()
	term := lab.NewTerminal(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	root := newRoot()
	var out bytes.Buffer
	root.SetIn(term.Program)
	root.SetErr(term.Program)
	root.SetOut(&out)
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Execute(ctx, root, []string{"setup", "--listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0", "--no-service", "--config", p.config, "--state-dir", filepath.Join(p.dir, "state")})
	}()
	for _, q := range questions[:answers] {
		term.Answer(q[0], q[1])
	}
	if answers < len(questions) {
		term.Await(questions[answers][0])
		interrupt() // as Ctrl-C does
		term.Await("Nothing was written")
		term.Await("interrupted")
	}
	select {
	case code = <-ended:
	case <-time.After(time.Minute):
		t.Fatalf("it does not end:\n%s", term.Screen())
	}
	return code, term.Screen(), out.String()
}

// Whoever leaves at any question has changed nothing; whoever answers all has a cloud.
func TestSetupConversation(t *testing.T) {
	for n := range questions {
		p := newPlace(t, free)
		code, screen, _ := converse(t, p, n)
		files, err := os.ReadDir(p.dir)
		if code != 1 || err != nil || len(files) != 1 || p.settings() != free {
			t.Errorf("left at %q: %d, %v, %s", questions[n][0], code, files, screen)
		}
	}
	p := newPlace(t, free)
	code, screen, out := converse(t, p, len(questions))
	if code != 0 || !strings.Contains(out, "administrator: ada@example.com") || !strings.Contains(out, "#ca=sha256:") || !strings.Contains(p.settings(), `tls = "own"`) {
		t.Errorf("%d %s\n%s\n%s", code, screen, out, p.settings())
	}
	if strings.Contains(screen+out, lab.Password) {
		t.Error("the password is on the screen")
	}
	if !slices.ContainsFunc(strings.Split(out, "\n"), func(l string) bool {
		return strings.HasPrefix(l, "put it on phones and computers: http://192.0.2.5:0/ca")
	}) {
		t.Errorf("where phones get the certificate: %s", out)
	}
}
