package raster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"platen/internal/impose"
)

// tryFormat is asked for by a parent that wants to know whether children start.
const tryFormat = "try"

// lifetime is when a child ends by itself, should its parent be unable to end it.
const lifetime = 2 * time.Hour

// ChildMain is the child process: it does the request in args on stdin, and writes
// the result to stdout. The programs call it for `render`, first thing, and exit
// with what it returns.
func ChildMain(args []string, stdin, stdout, stderr *os.File) int {
	confine()
	time.AfterFunc(lifetime, func() { os.Exit(1) })
	var q request
	if len(args) != 1 || json.Unmarshal([]byte(args[0]), &q) != nil {
		fmt.Fprintln(stderr, "this is started by platen itself, for one document")
		return 2
	}
	if cached(q.Cache) && !q.Interpret {
		thrift()
	}
	result, err := perform(context.Background(), q, stdin, stdout, func(r reply) { send(stderr, r) })
	if err != nil {
		send(stderr, reply{Error: describe(err)})
		return 1
	}
	send(stderr, reply{Result: &result})
	return 0
}

// thrift stops the collection of garbage up to goMemory: the guest's memory is not
// Go's, what Go needs beside it is little, and a collection waits for the guest,
// which cannot be interrupted. A compiler needs more.
func thrift() {
	debug.SetGCPercent(-1)
	debug.SetMemoryLimit(goMemory)
}

// goMemory is where Go begins to collect garbage in a child.
const goMemory = 48 << 20

// describe makes a failure of an error.
func describe(err error) *failure {
	var e *impose.Error
	if !errors.As(err, &e) {
		return &failure{Cause: impose.CauseFailed, Text: "The document could not be made ready.", Detail: err.Error()}
	}
	f := &failure{Cause: e.Cause, Text: e.Text}
	if e.Err != nil {
		f.Detail = e.Err.Error()
	}
	return f
}

// perform does a request. A panic of what reads the document is the document's
// fault.
func perform(ctx context.Context, q request, in, out *os.File, say func(reply)) (result impose.Result, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = damaged(fmt.Errorf("panic: %v", p))
		}
	}()
	e, err := openEngine(ctx, setup{cache: q.Cache, memory: q.Memory, interpret: q.Interpret})
	if err != nil {
		return result, failed("The program that reads documents does not work.", err)
	}
	defer e.close()
	defer func() {
		if err != nil && describe(err).Cause == impose.CauseDamaged && e.guest.full() {
			err = tooBig(err)
		}
	}()
	if debug.SetGCPercent(-1) > 0 { // it compiled
		debug.FreeOSMemory()
		thrift()
	}
	say(reply{Ready: true})
	if q.Format == tryFormat {
		return result, nil
	}
	if q.Format != impose.PDF {
		if in, err = converted(ctx, q, in); err != nil {
			return result, err
		}
		defer func() { _ = in.Close() }() // only read from
	}
	d, err := e.document(in)
	if err != nil {
		return result, err
	}
	d.poppler, d.limit = q.Poppler, q.Memory
	sides, err := impose.Sides(d.pages, q.Work.Layout)
	if err != nil {
		return result, err
	}
	say(reply{Sides: len(sides)})
	o := newOutput(out, q.Output)
	if err := write(d, sides, q.Work, o, say); err != nil {
		return result, err
	}
	if err := o.buffer.Flush(); err != nil {
		return result, unwritten(err)
	}
	return impose.Result{Format: or(q.Work.To, impose.PDF), Pages: len(d.pages), Sides: len(sides)}, nil
}

// converted is a PDF of a document in another format, in the working folder.
func converted(ctx context.Context, q request, in *os.File) (*os.File, error) {
	convert := converterOf(q.Format)
	if convert == nil {
		return nil, unsupported(fmt.Sprintf("Documents of the type %s cannot be printed here.", q.Format))
	}
	pdf, err := os.CreateTemp("", "document-")
	if err != nil {
		return nil, failed("There is no room for the document.", err)
	}
	// A picture may be larger than all that Go has otherwise.
	debug.SetGCPercent(100)
	debug.SetMemoryLimit(q.Memory / 2)
	defer func() {
		debug.FreeOSMemory()
		thrift()
	}()
	if err := convert(ctx, in, q.Work, &atMost{pdf, min(q.Output, maxDocument)}); err != nil {
		_ = pdf.Close() // it is of no use
		return nil, err
	}
	return pdf, nil
}

// write writes sides in the format that is wanted.
func write(d *document, sides []impose.Side, w impose.Work, out *output, say func(reply)) error {
	switch w.To {
	case "", impose.PDF:
		return writePDF(d, sides, w, out)
	case impose.PNG:
		return writePNG(d, sides, w.Raster, out, say)
	case impose.PWG, impose.URF:
		return writeRaster(d, sides, w, out)
	default:
		return unsupported(fmt.Sprintf("Nothing here writes %s.", w.To))
	}
}

// unwritten is the error of a result that could not be written.
func unwritten(err error) error {
	if errors.Is(err, errOutput) {
		return &impose.Error{Cause: impose.CauseTooBig, Text: "The document becomes larger than is allowed.", Err: err}
	}
	return failed("There is no room for the result.", err)
}
