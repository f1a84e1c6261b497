package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestTalk(t *testing.T) {
	var out strings.Builder
	talk := Talk{In: strings.NewReader("  \nbad\n good \r\nmaybe\n\nY\n3\n\n2\n5-2\n1,3-4 3\nnone\nsecret\n"), Out: &out}
	ctx := t.Context()
	if got, err := talk.Ask(ctx, "Name", "usual", nil); got != "usual" || err != nil {
		t.Errorf("nothing typed: %q, %v", got, err)
	}
	refuse := func(s string) error {
		if s == "bad" {
			return Hint(errors.New("not that"), "try good")
		}
		return nil
	}
	if got, err := talk.Ask(ctx, "Name", "", refuse); got != "good" || err != nil {
		t.Errorf("after a wrong answer: %q, %v", got, err)
	}
	for _, want := range []Answer{AnswerNo, AnswerYes} {
		if got, err := talk.Confirm(ctx, "Sure?", AnswerNo); got != want || err != nil {
			t.Errorf("confirm: %q, %v, want %q", got, err, want)
		}
	}
	for _, want := range []int{1, 1} { // 3 is refused, then nothing is typed; then 2
		if got, err := talk.Choose(ctx, "Which", []string{"a", "b"}, 1); got != want || err != nil {
			t.Errorf("choose: %d, %v, want %d", got, err, want)
		}
	}
	for _, want := range [][]int{{0, 2, 3}, nil} {
		if got, err := talk.ChooseSome(ctx, "Which", []string{"a", "b", "c", "d"}, "all"); !slices.Equal(got, want) || err != nil {
			t.Errorf("choose some: %v, %v, want %v", got, err, want)
		}
	}
	if got, err := talk.Password(ctx, "Password"); got.Reveal() != "secret" || err != nil {
		t.Errorf("password: %v", err)
	}
	if _, err := talk.Ask(ctx, "More", "usual", nil); !errors.Is(err, ErrNoAnswer) {
		t.Errorf("at the end: %v", err)
	}
	for _, want := range []string{"Name [usual]: Name: ", "  not that\n  -> try good\n", "Sure? [y/N] Sure? [y/N] ", "from 1 to 2"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "secret") {
		t.Error("the password is on the screen")
	}
}

// A question ends with its context, although nothing wakes who reads the terminal.
func TestTalkIsInterrupted(t *testing.T) {
	in, typed := io.Pipe()
	defer func() { _ = typed.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	out := cancelWhenAsked{cancel}
	if _, err := (Talk{In: in, Out: out}).Ask(ctx, "Name", "", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

type cancelWhenAsked struct{ cancel func() }

func (c cancelWhenAsked) Write(p []byte) (int, error) {
	c.cancel()
	return fmt.Fprint(io.Discard, string(p))
}
