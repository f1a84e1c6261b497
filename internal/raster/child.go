package raster

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"platen/internal/impose"
)

// job is one document for a child process.
type job struct {
	in, out string
	drawn   func(impose.Picture) // hears of each picture, may be nil
	request
}

// child has a process of its own do a job.
func (r *Renderer) child(ctx context.Context, j job) (impose.Result, error) {
	in, err := os.Open(j.in)
	if err != nil {
		return impose.Result{}, failed("The document could not be opened.", err)
	}
	defer func() { _ = in.Close() }() // only read from
	out, err := os.OpenFile(j.out, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return impose.Result{}, failed("There is no room for the result.", err)
	}
	result, err := r.supervise(ctx, j, in, out)
	if closed := out.Close(); err == nil && closed != nil {
		err = failed("There is no room for the result.", closed)
	}
	if err != nil {
		_ = os.Remove(j.out) // at worst it stays: the caller makes it anew
		return impose.Result{}, err
	}
	return result, nil
}

// tryChild starts a child that only gets ready.
func (r *Renderer) tryChild(ctx context.Context) error {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { _ = null.Close() }() // nothing was written
	_, err = r.supervise(ctx, job{request: request{Format: tryFormat, Cache: r.c.CacheDir}}, null, null)
	return err
}

// supervise runs a child until it replies, its time or memory is used up, or ctx
// ends.
func (r *Renderer) supervise(ctx context.Context, j job, in, out *os.File) (impose.Result, error) {
	q := j.request
	q.Memory, q.Output = r.c.Memory, r.c.Output
	memory := r.c.Memory
	if !cached(q.Cache) {
		memory = max(memory, compilerMemory)
	}
	if r.slow() {
		q.Interpret, q.Poppler = true, r.pdftoppm()
	}
	arg, err := json.Marshal(q)
	if err != nil {
		return impose.Result{}, failed("The work could not be described.", err)
	}
	dir, err := r.makeWork()
	if err != nil {
		return impose.Result{}, failed("There is no room for a working folder.", err)
	}
	defer func() { _ = discardWork(dir) }() // at worst it stays until the next start

	limited, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	clock := time.AfterFunc(r.c.Timeout, func() { cancel(errTimeout) })
	defer clock.Stop()

	cmd := exec.CommandContext(limited, r.c.Program, append(append([]string{}, r.c.Args...), string(arg))...)
	cmd.Dir, cmd.Env = dir, environment(dir)
	cmd.Stdin, cmd.Stdout = in, out
	cmd.WaitDelay = 5 * time.Second
	apart(cmd)
	l := &listener{drawn: j.drawn, extend: func(sides int) {
		clock.Reset(r.c.Timeout + min(r.c.Timeout, time.Duration(sides)*r.c.PerPage))
	}}
	cmd.Stderr = l
	if err := cmd.Start(); err != nil {
		return impose.Result{}, failed("The program that reads documents did not start.", err)
	}
	release, err := hold(cmd, memory)
	if err != nil {
		cancel(nil)
		return impose.Result{}, failed("The program that reads documents could not be given its limits.", errors.Join(err, cmd.Wait()))
	}
	defer release()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		watch(limited, cmd.Process.Pid, memory, func() { cancel(errMemory) })
	}()
	err = cmd.Wait()
	cause := context.Cause(limited)
	cancel(nil)
	<-watched
	if r.c.Ended != nil {
		r.c.Ended(cmd.ProcessState)
	}
	r.log(ctx, l, err)
	return l.outcome(ctx, cause, err)
}

// Why a child was killed.
var (
	errTimeout = errors.New("the time for a document is over")
	errMemory  = errors.New("the memory for a document is used up")
)

// compilerMemory is what a child may use that has to compile the module first.
const compilerMemory = 640 << 20

// watch calls over when a process uses more memory than it may; it returns when ctx
// ends.
func watch(ctx context.Context, pid int, limit int64, over func()) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if resident(pid) > limit {
				over()
				return
			}
		}
	}
}

// log keeps what a child said that is no reply: its last words.
func (r *Renderer) log(ctx context.Context, l *listener, err error) {
	if err != nil || l.words.Len() > 0 {
		r.c.Log.DebugContext(ctx, "a renderer ended", "err", err, "said", l.words.String())
	}
}

// listener reads what a child writes to its standard error. exec writes to it from
// one goroutine, and is done when Wait returns.
type listener struct {
	extend func(sides int)
	drawn  func(impose.Picture) // may be nil
	line   bytes.Buffer
	words  bytes.Buffer // not JSON
	last   reply
	ready  bool
}

// maxReply is far more than any reply: a child that says more is not listened to.
const maxReply = 64 << 10

// Write takes a piece of it.
func (l *listener) Write(p []byte) (int, error) {
	for _, b := range p {
		switch {
		case b == '\n':
			l.hear(l.line.Bytes())
			l.line.Reset()
		case l.line.Len() < maxReply:
			l.line.WriteByte(b)
		}
	}
	return len(p), nil
}

// hear takes a line of it.
func (l *listener) hear(line []byte) {
	var r reply
	if err := json.Unmarshal(line, &r); err != nil {
		if l.words.Len() < maxReply {
			l.words.Write(append(line, '\n'))
		}
		return
	}
	l.ready = l.ready || r.Ready
	if r.Sides > 0 {
		l.extend(r.Sides)
	}
	if r.Drawn != nil && l.drawn != nil {
		l.drawn(*r.Drawn)
	}
	if r.Result != nil || r.Error != nil {
		l.last = r
	}
}

// outcome says what came of a child that ended with err, after cause.
func (l *listener) outcome(ctx context.Context, cause, err error) (impose.Result, error) {
	switch {
	case l.last.Error != nil:
		e := l.last.Error
		return impose.Result{}, &impose.Error{Cause: e.Cause, Text: e.Text, Err: errors.New(e.Detail)}
	case err == nil && l.last.Result != nil:
		return *l.last.Result, nil
	case ctx.Err() != nil:
		return impose.Result{}, ctx.Err()
	case errors.Is(cause, errTimeout):
		return impose.Result{}, &impose.Error{Cause: impose.CauseTimeout, Text: "The document needs more time to be drawn than is allowed.", Err: cause}
	case errors.Is(cause, errMemory):
		return impose.Result{}, tooBig(cause)
	case bytes.Contains(l.words.Bytes(), []byte("out of memory")):
		return impose.Result{}, tooBig(err)
	case killed(err):
		return impose.Result{}, failed("The system stopped the program that draws the document, most likely for want of memory.", err)
	case l.ready:
		return impose.Result{}, damaged(fmt.Errorf("the child ended: %w: %s", or(err, io.ErrUnexpectedEOF), first(l.words.Bytes())))
	default:
		return impose.Result{}, failed("The program that reads documents does not work.", fmt.Errorf("%w: %s", or(err, io.ErrUnexpectedEOF), first(l.words.Bytes())))
	}
}

// first is the first line of what was said.
func first(words []byte) string {
	s := bufio.NewScanner(bytes.NewReader(words))
	s.Scan()
	return s.Text()
}
