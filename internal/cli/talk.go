package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"platen/internal/secret"
)

// Talk is a conversation with a person: questions on Out, answers from In. Only one
// goroutine may ask. Each question ends with ctx's error when that ends, and with
// ErrNoAnswer when there is nobody any more.
type Talk struct {
	In  io.Reader
	Out io.Writer
}

// ErrNoAnswer means that the input ended before a question was answered.
var ErrNoAnswer = errors.New("no answer came")

// Say writes a paragraph.
func (t Talk) Say(format string, args ...any) { fmt.Fprintf(t.Out, format+"\n", args...) }

// Ask asks for a line, without spaces around it; an empty one means usual. An answer
// that check refuses is asked for again; check may be nil.
func (t Talk) Ask(ctx context.Context, question, usual string, check func(string) error) (string, error) {
	if usual != "" {
		question += " [" + usual + "]"
	}
	for {
		fmt.Fprint(t.Out, question+": ")
		line, err := t.line(ctx)
		if err != nil {
			return "", err
		}
		if line = strings.TrimSpace(line); line == "" {
			line = usual
		}
		if check != nil {
			err = check(line)
		}
		if err == nil {
			return line, nil
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		t.Say("  %v", err)
		if e, ok := errors.AsType[*Error](err); ok && e.Hint != "" {
			t.Say("  -> %s", e.Hint)
		}
	}
}

// Confirm asks for yes or no; an empty answer means usual.
func (t Talk) Confirm(ctx context.Context, question string, usual Answer) (Answer, error) {
	choices := map[Answer]string{AnswerYes: "[Y/n]", AnswerNo: "[y/N]"}[usual]
	for {
		fmt.Fprintf(t.Out, "%s %s ", question, choices)
		line, err := t.line(ctx)
		if err != nil {
			return "", err
		}
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "":
			return usual, nil
		case "y", "yes":
			return AnswerYes, nil
		case "n", "no":
			return AnswerNo, nil
		}
	}
}

// Answer is yes or no.
type Answer string

// The answers.
const (
	AnswerYes Answer = "yes"
	AnswerNo  Answer = "no"
)

// Choose asks for one of several, by its number; an empty answer means usual. It
// returns the index.
func (t Talk) Choose(ctx context.Context, question string, from []string, usual int) (int, error) {
	t.list(from)
	chosen := usual
	_, err := t.Ask(ctx, question, strconv.Itoa(usual+1), func(answer string) error {
		n, err := strconv.Atoi(answer)
		if err != nil || n < 1 || n > len(from) {
			return fmt.Errorf("write a number from 1 to %d", len(from))
		}
		chosen = n - 1
		return nil
	})
	return chosen, err
}

// ChooseSome asks for some of several: numbers, ranges, "all" or "none"; an empty
// answer means usual. It returns the indexes in order.
func (t Talk) ChooseSome(ctx context.Context, question string, from []string, usual string) ([]int, error) {
	t.list(from)
	var chosen []int
	_, err := t.Ask(ctx, question, usual, func(answer string) (err error) {
		chosen, err = some(answer, len(from))
		return err
	})
	return chosen, err
}

func (t Talk) list(from []string) {
	for i, what := range from {
		t.Say("  %2d  %s", i+1, Printable(what))
	}
}

// some reads "1,3-5", "all" or "none" as indexes below n.
func some(answer string, n int) ([]int, error) {
	switch strings.ToLower(answer) {
	case "none":
		return nil, nil
	case "all":
		answer = "1-" + strconv.Itoa(n)
	}
	var chosen []int
	for part := range strings.FieldsFuncSeq(answer, func(r rune) bool { return r == ',' || r == ' ' }) {
		low, high, ranged := strings.Cut(part, "-")
		if !ranged {
			high = low
		}
		a, err := strconv.Atoi(low)
		b, berr := strconv.Atoi(high)
		if err != nil || berr != nil || a < 1 || b > n || a > b {
			return nil, fmt.Errorf("write numbers from 1 to %d, such as 1,3-4, or all, or none", n)
		}
		for i := a; i <= b; i++ {
			chosen = append(chosen, i-1)
		}
	}
	slices.Sort(chosen)
	return slices.Compact(chosen), nil
}

// Password asks for a secret that is not shown while it is typed.
func (t Talk) Password(ctx context.Context, question string) (secret.Text, error) {
	fmt.Fprint(t.Out, question+": ")
	f, ok := t.In.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := t.line(ctx)
		return secret.New(line), err
	}
	before, err := term.GetState(int(f.Fd()))
	if err != nil {
		return secret.Text{}, fmt.Errorf("read password: %w", err)
	}
	line, err := answered(ctx, func() (string, error) {
		b, err := term.ReadPassword(int(f.Fd()))
		return string(b), err
	})
	if ctx.Err() != nil {
		err = errors.Join(err, term.Restore(int(f.Fd()), before)) // what reads still has it otherwise
	}
	fmt.Fprintln(t.Out)
	return secret.New(line), err
}

func (t Talk) line(ctx context.Context) (string, error) {
	return answered(ctx, func() (string, error) { return readLine(t.In) })
}

// answered waits for read or for the end of ctx. Nothing wakes what waits for a
// terminal: then it ends with the process.
func answered(ctx context.Context, read func() (string, error)) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	type answer struct {
		line string
		err  error
	}
	came := make(chan answer, 1)
	go func() {
		line, err := read()
		came <- answer{line, err}
	}()
	select {
	case a := <-came:
		if errors.Is(a.err, io.EOF) {
			a.err = ErrNoAnswer
		}
		return a.line, a.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// maxLine bounds an answer.
const maxLine = 4096

// readLine reads to the end of a line and no further: the next question may be a
// password.
func readLine(r io.Reader) (string, error) {
	var line []byte
	var one [1]byte
	for len(line) < maxLine {
		n, err := r.Read(one[:])
		if n == 1 && one[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, one[:n]...)
		if err != nil {
			return "", err
		}
	}
	return "", errors.New("the answer is too long")
}
