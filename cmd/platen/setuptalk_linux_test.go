package main

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/server"
	"platen/connector/daemon"
	"platen/internal/cli"
	"platen/internal/lab"
)

// step is a question of the conversation, and the answer.
type step struct{ question, answer string }

// person sets a connector up on a terminal.
type person struct {
	t     *testing.T
	cloud cloudHere
	spot  spot
	steps []step
}

// converse gives so many answers and leaves at the next question.
func (p person) converse(answers int) (code int, screen string) {
	t := p.t
	t.Helper()
	term := lab.NewTerminal(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	root := newRoot()
	root.SetIn(term.Program)
	root.SetErr(term.Program)
	root.SetOut(&bytes.Buffer{})
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Execute(ctx, root, []string{"setup", "--search-time", "0", "--no-service", "--config", p.spot.config, "--state-dir", p.spot.state()})
	}()
	for _, s := range p.steps[:answers] {
		if s.answer == allow {
			p.allow(term)
			continue
		}
		term.Answer(s.question, s.answer)
	}
	if answers < len(p.steps) {
		term.Await(p.steps[answers].question)
		interrupt() // as Ctrl-C does
		term.Await("interrupted")
	}
	select {
	case code = <-ended:
	case <-time.After(time.Minute):
		t.Fatalf("it does not end:\n%s", term.Screen())
	}
	return code, term.Screen()
}

// allow is an answer that is given at the cloud's page.
const allow = "(allow)"

// allow allows the pairing that the terminal shows a code for.
func (p person) allow(term *lab.Terminal) {
	p.t.Helper()
	term.Await("Waiting until")
	code := regexp.MustCompile(`enter the code\s+(\S+)`).FindStringSubmatch(term.Screen())
	if code == nil {
		p.t.Fatalf("no code:\n%s", term.Screen())
	}
	caller := cloud.Caller{User: &p.cloud.user, Via: cloud.ViaCookie}
	if err := p.cloud.OAuth().DecideDevice(p.t.Context(), caller, code[1], oauth.Allow); err != nil {
		p.t.Fatal(err)
	}
}

// Whoever leaves at a question finds things as they were, and after the pairing is told
// that it stands; the next run goes on, and asks for no code any more.
func TestSetupConversation(t *testing.T) {
	c := newCloud(t, func(*server.Config) {})
	steps := []step{
		{"Address of the cloud: ", "http://127.0.0.1:1"}, // nobody is there
		{"is the cloud running", ""},                     // an empty answer to the question that comes again
		{"write an address like", c.BaseURL()},
		{"Fingerprint (SHA-256): ", c.fingerprint},
		{"Waiting until", allow},
		{"Address of another printer", ""},
	}
	for n := range steps {
		if n == 1 || n == 2 {
			continue // no questions of their own
		}
		p := person{t, c, newSpot(t), steps}
		settings := p.spot.settings()
		code, screen := p.converse(n)
		_, err := daemon.ReadCredentials(p.spot.state())
		paired := n == len(steps)-1
		if code != 1 || (err == nil) != paired || p.spot.settings() != settings || strings.Contains(screen, "is paired with") != paired {
			t.Errorf("left at %q: %d, %v\n%s", steps[n].question, code, err, screen)
		}
		if !paired {
			continue
		}
		p.steps = []step{{"Address of the cloud [" + c.BaseURL() + "]: ", ""}, {"Address of another printer", ""}}
		if code, screen := p.converse(2); code != 0 || strings.Contains(screen, "enter the code") {
			t.Errorf("the next run: %d\n%s", code, screen)
		}
	}
}
