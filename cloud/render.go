package cloud

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"platen/gcp"
	"platen/internal/impose"
)

// Bounds of what is made of documents for downloads.
const (
	maxRendering  = 64               // documents being made ready, or waiting for it
	maxOfOne      = 16               // of those, one person's
	roomWatch     = time.Second      // between two looks at the disk meanwhile
	renderedKept  = 10 * time.Minute // after the last download: a connector asks again when it was cut off
	renderedBytes = 2 << 30          // kept at a time
	renderTime    = time.Hour        // for one document, waiting included
	renderStop    = 5 * time.Second  // for all to end when the service stops
)

// Rendering says how documents are turned into what a printer takes. Without a
// Renderer they go as they came.
type Rendering struct {
	Renderer Renderer
	Folder   string // of results, which belongs to the service: it is emptied at start
	// Path returns the file of a stored document.
	Path func(ctx context.Context, document string) (string, error)
}

// Renderer makes documents ready. internal/raster satisfies it.
type Renderer interface {
	// Render does the work to the document at path in, of a MIME type, and writes
	// the result to path out. It waits for its turn. The error is an *impose.Error,
	// or that of ctx.
	Render(ctx context.Context, in, format string, w impose.Work, out string) (impose.Result, error)
	// Draw is Render for a block of previews, each of which is told of as soon as it can
	// be read. It has turns of its own.
	Draw(ctx context.Context, in, format string, w impose.Work, out impose.Pictures) (impose.Result, error)
	// Formats returns the MIME types that it reads, and those that it makes of them.
	Formats() (from, to []string)
}

// renders makes documents ready, each once, and keeps the results for a while.
type renders struct {
	cfg Rendering
	now func() time.Time
	log *slog.Logger
	// room refuses with KindUnavailable while the disk is too full.
	room func(context.Context) error

	mu      sync.Mutex // guards what follows
	all     map[string]*rendered
	stopped bool
	running sync.WaitGroup // one for each that is not done
}

// rendered is the result of one document and work.
type rendered struct {
	done   chan struct{} // closed when the rest may be read
	cancel context.CancelFunc
	owner  UserID // whose job asked for it first
	file   string
	doc    Document // size and digest of the result
	result impose.Result
	err    error
	used   time.Time // guarded by renders.mu
	drawing
}

// sweep deletes what an earlier run of the program left.
func (r *renders) sweep() error {
	if r.cfg.Renderer == nil {
		return nil
	}
	if err := os.RemoveAll(r.cfg.Folder); err != nil {
		return fmt.Errorf("empty the folder of rendered documents: %w", err)
	}
	if err := os.MkdirAll(r.cfg.Folder, 0o700); err != nil {
		return fmt.Errorf("make the folder of rendered documents: %w", err)
	}
	return nil
}

// source is a document that something is made of.
type source struct {
	id    string // of a stored document, or of what else it is
	kind  string // MIME type
	owner UserID
	file  string        // "" for a stored document
	limit time.Duration // 0 for renderTime
}

// open returns the document with the work done to it. Several callers share one
// result, which is made to its end also when all of them are gone: whoever was cut
// off asks again.
func (r *renders) open(ctx context.Context, src source, w impose.Work) (*rendered, *os.File, error) {
	key, err := keyOf(src, w)
	if err != nil {
		return nil, nil, err
	}
	e, err := r.entry(ctx, key, src, w)
	if err != nil {
		return nil, nil, err
	}
	select {
	case <-e.done:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	if e.err != nil {
		return nil, nil, e.err
	}
	r.mu.Lock() // what is being opened is not deleted
	defer r.mu.Unlock()
	f, err := os.Open(e.file)
	if err != nil {
		return nil, nil, fmt.Errorf("open a rendered document: %w", err)
	}
	e.used = r.now()
	return e, f, nil
}

// keyOf names the result of some work.
func keyOf(src source, w impose.Work) (string, error) {
	text, err := json.Marshal([]any{src.id, src.kind, w})
	if err != nil {
		return "", fmt.Errorf("describe the work: %w", err)
	}
	return digestOf(text), nil
}

// errManyOfOne is of downloads, too: a connector that fetches a person's job can do nothing
// about what else that person wants.
var errManyOfOne = &Error{
	Kind: KindUnavailable, After: 5 * time.Second,
	Message: "Too many of your documents are being made ready or looked at. Wait a few seconds, and try again.",
}

// entry returns what is there for a key, or begins it.
func (r *renders) entry(ctx context.Context, key string, src source, w impose.Work) (*rendered, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e, ok := r.all[key]; ok {
		return e, nil
	}
	switch pending, his := r.pending(src.owner); {
	case r.stopped || pending >= maxRendering:
		return nil, &Error{Kind: KindUnavailable, Message: "Too many documents are being made ready at the moment. Try again later.", After: 5 * time.Second}
	case his >= maxOfOne:
		return nil, errManyOfOne
	}
	if r.all == nil {
		r.all = map[string]*rendered{}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cmp.Or(src.limit, renderTime))
	e := &rendered{done: make(chan struct{}), cancel: cancel, owner: src.owner, file: filepath.Join(r.cfg.Folder, gcp.NewID()), used: r.now()}
	e.drawing = newDrawing(src, w)
	r.supersede(ctx, e)
	r.all[key] = e
	r.running.Go(func() {
		defer cancel()
		e.doc, e.result, e.err = r.make(ctx, e, src, w)
		r.mu.Lock()
		defer r.mu.Unlock()
		if e.err != nil && r.all[key] == e {
			delete(r.all, key) // a later download tries again
		}
		e.used = r.now()
		close(e.done)
	})
	return e, nil
}

// pending counts what is not done, and what of it one person has asked for. r.mu is
// held.
func (r *renders) pending(owner UserID) (all, his int) {
	for _, e := range r.all {
		if e.ended() {
			continue
		}
		all++
		if e.owner == owner {
			his++
		}
	}
	return all, his
}

func (e *rendered) ended() bool {
	select {
	case <-e.done:
		return true
	default:
		return false
	}
}

// make renders one document. Its length and its digest are the result's own.
func (r *renders) make(ctx context.Context, e *rendered, src source, w impose.Work) (Document, impose.Result, error) {
	in, out := src.file, e.file
	if in == "" {
		var err error
		if in, err = r.cfg.Path(ctx, src.id); err != nil {
			return Document{}, impose.Result{}, err
		}
	}
	began := time.Now()
	var result impose.Result
	err := r.whileRoom(ctx, func(ctx context.Context) (err error) {
		if w.Raster.Block > 0 {
			result, err = r.cfg.Renderer.Draw(ctx, in, src.kind, w, impose.Pictures{Path: out, Drawn: func(p impose.Picture) { r.drew(e, p) }})
		} else {
			result, err = r.cfg.Renderer.Render(ctx, in, src.kind, w, out)
		}
		return err
	})
	if err != nil {
		r.remove(ctx, out)
		return Document{}, result, err
	}
	doc, err := measure(out)
	if err != nil {
		r.remove(ctx, out)
		return Document{}, result, err
	}
	r.log.DebugContext(ctx, "rendered", "document", src.id, "from", src.kind, "to", w.To, "sides", result.Sides, "took", time.Since(began))
	return doc, result, nil
}

// whileRoom calls f with a context that ends when there is no room on the disk: the
// database is on it too. The error is then that of room.
func (r *renders) whileRoom(ctx context.Context, f func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	var full error
	var watch sync.WaitGroup
	watch.Go(func() {
		tick := time.NewTicker(roomWatch)
		defer tick.Stop()
		for full == nil {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				full = r.room(ctx)
			}
		}
		stop()
	})
	err := f(ctx)
	stop()
	watch.Wait()
	if err != nil && full != nil {
		return filledUp{full}
	}
	return err
}

// measure returns a file's size and digest.
func measure(path string) (Document, error) {
	f, err := os.Open(path)
	if err != nil {
		return Document{}, fmt.Errorf("read a rendered document: %w", err)
	}
	defer func() { _ = f.Close() }() // it was only read
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return Document{}, fmt.Errorf("read a rendered document: %w", err)
	}
	return Document{Size: n, Digest: "sha256:" + hex.EncodeToString(sum.Sum(nil))}, nil
}

func (r *renders) remove(ctx context.Context, path string) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.log.WarnContext(ctx, "removing a rendered document", "err", err)
	}
}

// expire deletes results that nobody has asked for lately, the oldest first where
// there are too many.
func (r *renders) expire(ctx context.Context) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.now().Add(-renderedKept)
	for {
		var size int64
		oldest := ""
		for key, e := range r.all {
			if !e.ended() {
				continue
			}
			size += e.doc.Size
			if oldest == "" || e.used.Before(r.all[oldest].used) {
				oldest = key
			}
		}
		if oldest == "" || size <= renderedBytes && r.all[oldest].used.After(before) {
			return
		}
		r.remove(ctx, r.all[oldest].file)
		delete(r.all, oldest)
	}
}

// stop ends what is being made, in bounded time.
func (r *renders) stop() {
	r.mu.Lock()
	r.stopped = true
	for _, e := range r.all {
		e.cancel()
	}
	r.mu.Unlock()
	done := make(chan struct{})
	go func() {
		r.running.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(renderStop):
	}
}
