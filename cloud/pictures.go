package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"platen/internal/impose"
)

// drawing is what is known of a block of pictures while it is drawn. renders.mu guards
// it.
type drawing struct {
	of       string // the source
	how      impose.Layout
	kind     impose.Raster // without what says which pictures, and how large
	pictures map[int]impose.Picture
	more     chan struct{} // closed when another picture is there; nil if none are drawn
	waiting  int           // who waits for one
}

func newDrawing(src source, w impose.Work) drawing {
	if w.Raster.Block == 0 {
		return drawing{}
	}
	return drawing{
		of: src.id, how: w.Layout, kind: impose.Raster{Type: w.Raster.Type},
		pictures: map[int]impose.Picture{}, more: make(chan struct{}),
	}
}

// supersede ends what is drawn of a document in another way than is wanted now: who
// changes a choice does not wait for pictures of the one before. r.mu is held.
func (r *renders) supersede(ctx context.Context, by *rendered) {
	if by.more == nil {
		return
	}
	for key, e := range r.all {
		if e.more == nil || e.of != by.of || e.waiting > 0 || e.ended() || sameLook(e, by) {
			continue
		}
		e.cancel()
		delete(r.all, key)
		r.log.DebugContext(ctx, "superseded", "document", e.of)
	}
}

// sameLook reports whether pictures show the same, of whatever size.
func sameLook(a, b *rendered) bool {
	one, errOne := keyOf(source{}, impose.Work{Layout: a.how, Raster: a.kind})
	two, errTwo := keyOf(source{}, impose.Work{Layout: b.how, Raster: b.kind})
	return errOne == nil && errTwo == nil && one == two
}

// drew notes that a picture is there.
func (r *renders) drew(e *rendered, p impose.Picture) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.pictures[p.Side] = p
	close(e.more)
	e.more = make(chan struct{})
}

// maxSuperseded is how often a picture is begun anew that somebody else's choices ended.
const maxSuperseded = 3

// picture returns the picture of one side; the rest of its block is drawn after it, and
// the next block once somebody has come to the middle of this one.
func (r *renders) picture(ctx context.Context, src source, w impose.Work) (impose.Picture, io.ReadCloser, error) {
	for try := 1; ; try++ {
		p, f, err := r.tryPicture(ctx, src, w)
		if err == nil {
			r.drawAhead(ctx, src, w, p)
		}
		if !errors.Is(err, context.Canceled) || ctx.Err() != nil || try == maxSuperseded {
			return p, f, err
		}
	}
}

// drawAhead begins the block after the one of a side in its second half. Nobody waits for
// it: where there is no room for it, it is drawn when it is asked for.
func (r *renders) drawAhead(ctx context.Context, src source, w impose.Work, at impose.Picture) {
	block := w.Raster.Block
	next := (at.Side-1)/block + 1
	if at.Side <= next*block-block/2 || at.Sides <= next*block {
		return
	}
	w.Raster.Side = next*block + 1
	if key, err := blockKey(src, w); err == nil {
		_, _ = r.entry(ctx, key, src, w) // see above
	}
}

// blockKey names the block of pictures in which a side is.
func blockKey(src source, w impose.Work) (string, error) {
	w.Raster.Side = (w.Raster.Side - 1) / w.Raster.Block
	return keyOf(src, w)
}

func (r *renders) tryPicture(ctx context.Context, src source, w impose.Work) (impose.Picture, io.ReadCloser, error) {
	side := w.Raster.Side
	key, err := blockKey(src, w)
	if err != nil {
		return impose.Picture{}, nil, err
	}
	e, err := r.entry(ctx, key, src, w)
	if err != nil {
		return impose.Picture{}, nil, err
	}
	p, err := r.await(ctx, e, side)
	if err != nil {
		return p, nil, err
	}
	r.mu.Lock() // what is being opened is not deleted
	defer r.mu.Unlock()
	f, err := os.Open(e.file)
	if errors.Is(err, fs.ErrNotExist) && e.ended() && e.err != nil {
		return p, nil, e.err // a later picture failed meanwhile
	}
	if err != nil {
		return p, nil, fmt.Errorf("open a picture: %w", err)
	}
	e.used = r.now()
	return p, section{io.NewSectionReader(f, p.From, p.To-p.From), f}, nil
}

// section is a part of a file.
type section struct {
	io.Reader
	io.Closer
}

// await waits for a picture of a block.
func (r *renders) await(ctx context.Context, e *rendered, side int) (impose.Picture, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e.waiting++
	defer func() { e.waiting-- }()
	for {
		ended := e.ended()
		if p, ok := e.pictures[side]; ok {
			return p, nil
		}
		if ended && e.err != nil {
			return impose.Picture{}, e.err
		}
		if ended {
			return impose.Picture{}, &impose.Error{Cause: impose.CauseEmpty, Text: fmt.Sprintf("There is no side %d: the last is %d.", side, e.result.Sides)}
		}
		more := e.more
		r.mu.Unlock()
		var err error
		select {
		case <-more:
		case <-e.done:
		case <-ctx.Done():
			err = ctx.Err()
		}
		r.mu.Lock()
		if err != nil {
			return impose.Picture{}, err
		}
	}
}
