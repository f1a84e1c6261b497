package raster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"platen/internal/impose"
)

// Config says how documents are made ready.
type Config struct {
	Program  string                 // of the child process; "" is the running program
	Args     []string               // that make it one; nil is "render"
	CacheDir string                 // where the compiled module is kept; "" compiles it each time
	WorkDir  string                 // where children keep what they are at; "" is the system's temporary folder
	Timeout  time.Duration          // for one document; 0 is 5 minutes
	PerPage  time.Duration          // that each page adds to it; 0 is 10 seconds, up to as much as Timeout again
	Memory   int64                  // bytes that a child may use; 0 is 512 MiB
	Output   int64                  // bytes that it may write; 0 is 4 GiB
	Workers  int                    // documents at the same time; 0 is 2. As many are drawn for people to look at
	NoWASM   bool                   // do as if the processor had no compiler for WebAssembly
	Ended    func(*os.ProcessState) // hears what each child has used, may be nil
	Log      *slog.Logger
}

// Renderer makes documents ready, some at a time.
type Renderer struct {
	c     Config
	name  string // by which its folders are known
	slots chan struct{}
	looks chan struct{} // slots for people who look: they do not wait for long prints

	installed installed
}

// New returns a renderer; it starts nothing.
func New(c Config) (*Renderer, error) {
	if c.Log == nil {
		return nil, errors.New("a renderer needs a log")
	}
	if c.Program == "" {
		program, err := os.Executable()
		if err != nil {
			return nil, err
		}
		c.Program = program
	}
	for _, dir := range []*string{&c.CacheDir, &c.WorkDir} { // children work in a folder of their own
		if err := absolute(dir); err != nil {
			return nil, err
		}
	}
	if c.Args == nil {
		c.Args = []string{"render"}
	}
	c.Timeout = or(c.Timeout, 5*time.Minute)
	c.PerPage = or(c.PerPage, 10*time.Second)
	c.Memory = or(c.Memory, 512<<20)
	c.Output = or(c.Output, 4<<30)
	c.Workers = or(c.Workers, 2)
	return &Renderer{c: c, name: rand.Text(), slots: make(chan struct{}, c.Workers), looks: make(chan struct{}, c.Workers)}, nil
}

// absolute makes a folder's name one that counts from everywhere.
func absolute(dir *string) error {
	if *dir == "" {
		return nil
	}
	path, err := filepath.Abs(*dir)
	if err != nil {
		return fmt.Errorf("find the renderer's folder %s: %w", *dir, err)
	}
	*dir = path
	return nil
}

// or is a value, or its default for the zero value.
func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// Render reads the document at path in, of the MIME type format, does the work and
// writes the result to path out, which it creates or replaces. It waits for its
// turn, and may be called from any goroutine. The error is an *impose.Error, or
// that of ctx; then there is nothing at out.
func (r *Renderer) Render(ctx context.Context, in, format string, w impose.Work, out string) (impose.Result, error) {
	return r.turn(ctx, r.slots, job{in: in, out: out, request: request{Format: format, Work: w, Cache: r.c.CacheDir}})
}

// Draw is Render for the previews of a work for PNG, and waits for a turn of its own
// kind: nobody who looks waits for somebody's long print. On an error the pictures that
// were told of can be read by who has the file open.
func (r *Renderer) Draw(ctx context.Context, in, format string, w impose.Work, out impose.Pictures) (impose.Result, error) {
	w.To = impose.PNG
	return r.turn(ctx, r.looks, job{in: in, out: out.Path, drawn: out.Drawn, request: request{Format: format, Work: w, Cache: r.c.CacheDir}})
}

// turn does a job when there is a slot for it.
func (r *Renderer) turn(ctx context.Context, slots chan struct{}, j job) (impose.Result, error) {
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return impose.Result{}, ctx.Err()
	}
	return r.child(ctx, j)
}
