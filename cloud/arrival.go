package cloud

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"platen/gcp"
)

// NewUpload announces a document that comes in pieces.
type NewUpload struct {
	Printer gcp.PrinterID
	Title   string
	Size    int64
	Limit   int64 // bytes
	// Kind names what begins so: the MIME type, and whether its sender knew it.
	Kind func(head []byte) (kind string, opaque bool)
}

// Upload is how far a document has come. When all of it is there it is a draft of the
// same name.
type Upload struct {
	ID     DraftID
	Size   int64
	Offset int64 // so much of it is there
	Done   bool  // it is a draft: all of it is there, and was looked at
}

// arrival is a draft on its way.
type arrival struct {
	kind func([]byte) (string, bool)
	now  func() time.Time

	mu    sync.Mutex // guards what follows
	got   int64
	turn  int       // of who may write: a connection that was lost may not know it yet
	moved time.Time // when something came last
}

// since tells when something of the document came last.
func (a *arrival) since() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.moved
}

// here is how many bytes of a draft are there.
func (d *Draft) here() int64 {
	if d.arrival == nil {
		return d.Size
	}
	d.arrival.mu.Lock()
	defer d.arrival.mu.Unlock()
	return d.arrival.got
}

var (
	errElsewhere = &Error{Kind: KindConflict, Message: "The document goes on from another place than that."}
	errOvertaken = &Error{Kind: KindConflict, Message: "The document goes on over another connection."}
)

// BeginUpload announces a document that comes in pieces, as a draft. The bounds of drafts
// count what of it is there: announced bytes take no room from others.
func (s *Service) BeginUpload(ctx context.Context, c Caller, n NewUpload) (Upload, error) {
	if _, _, err := s.printableCaps(ctx, c, n.Printer); err != nil {
		return Upload{}, err
	}
	switch {
	case !s.draws():
		return Upload{}, errNoPreviews
	case n.Size <= 0:
		return Upload{}, errEmpty
	case n.Size > n.Limit:
		return Upload{}, errTooLarge
	}
	if err := s.cfg.Blobs.Room(ctx); err != nil {
		return Upload{}, err
	}
	d := s.newDraft(c, n.Printer, n.Title)
	d.Size, d.arrival = n.Size, &arrival{kind: n.Kind, now: s.cfg.Now, moved: d.made}
	f, err := os.OpenFile(d.file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Upload{}, fmt.Errorf("keep a draft: %w", err)
	}
	if err = f.Close(); err == nil {
		err = s.addDraft(ctx, d)
	}
	if err != nil {
		s.renders.remove(ctx, d.file)
		return Upload{}, err
	}
	return Upload{ID: d.ID, Size: d.Size}, nil
}

// Upload says how far a document of the caller has come. Nothing that is still on its
// way over an older connection counts from now on.
func (s *Service) Upload(c Caller, id DraftID) (Upload, error) {
	d, err := s.ownDraft(c, id)
	if err != nil {
		return Upload{}, err
	}
	if d.arrival == nil {
		return Upload{ID: id, Size: d.Size, Offset: d.Size, Done: true}, nil
	}
	_, got := d.arrival.begin()
	return Upload{ID: id, Size: d.Size, Offset: got}, nil
}

// begin ends the turn of whoever had it.
func (a *arrival) begin() (turn int, got int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.turn++
	return a.turn, a.got
}

// ContinueUpload takes a document of the caller on from an offset. What came before an
// error stays, also where only the judgement of it failed: an empty piece asks for that
// again. A document that is refused for what it is goes.
func (s *Service) ContinueUpload(ctx context.Context, c Caller, id DraftID, offset int64, body io.Reader) (Upload, error) {
	d, err := s.ownDraft(c, id)
	if err != nil {
		return Upload{}, err
	}
	u := Upload{ID: id, Size: d.Size, Offset: d.Size, Done: d.arrival == nil}
	turn := 0
	if !u.Done {
		turn, u.Offset = d.arrival.begin()
	}
	if u.Offset != offset {
		return u, errElsewhere
	}
	if u.Done {
		return u, nil
	}
	if err := s.cfg.Blobs.Room(ctx); err != nil {
		return u, err
	}
	s.drafts.touch(id, s.cfg.Now())
	f, err := os.OpenFile(d.file, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return u, errNoDraft
	}
	if err != nil {
		return u, fmt.Errorf("open a draft: %w", err)
	}
	u.Offset, err = s.arrive(ctx, d, turn, piece{f, body, offset})
	if closed := f.Close(); err == nil && closed != nil {
		err = fmt.Errorf("keep a draft: %w", closed)
	}
	u.Done = err == nil && u.Offset == u.Size
	if kind := KindOf(err); kind == KindUnsupported || kind == KindTooLarge {
		s.forgetDraft(ctx, d)
	}
	return u, err
}

// pieceSize is how much of a document is written at once.
const pieceSize = 256 << 10

// piece is a part of a document that comes in.
type piece struct {
	to   *os.File
	from io.Reader
	at   int64
}

// arrive writes what comes, and returns how much of the document is there.
func (s *Service) arrive(ctx context.Context, d Draft, turn int, p piece) (int64, error) {
	buf, got := make([]byte, pieceSize), p.at
	var ended error
	for {
		if d.ContentType == "" && got >= min(ContentHead, d.Size) {
			var err error
			if d.ContentType, err = s.judgeArrival(ctx, d, p.to); err != nil {
				return got, err
			}
		}
		switch {
		case got >= d.Size:
			s.drafts.arrived(d.ID)
			return got, nil
		case ended != nil:
			return got, lost(ended)
		}
		var n int
		if n, ended = io.ReadFull(p.from, buf); n > 0 {
			if err := s.drafts.room(int64(n)); err != nil {
				return got, err
			}
			var err error
			if got, err = d.arrival.write(p.to, buf[:n], turn, d.Size); err != nil {
				return got, err
			}
			s.trimDrafts(ctx, d)
		}
	}
}

// lost is the error of a piece that ended so; its end is none.
func lost(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return &Error{Kind: KindUnavailable, Message: "The connection was lost.", Cause: err}
}

// write adds a piece, if it is still this connection's turn.
func (a *arrival) write(f *os.File, piece []byte, turn int, size int64) (int64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.turn != turn:
		return a.got, errOvertaken
	case a.got+int64(len(piece)) > size:
		return a.got, errTooLarge
	}
	if _, err := f.WriteAt(piece, a.got); err != nil {
		return a.got, filled(fmt.Errorf("keep a draft: %w", err))
	}
	a.got += int64(len(piece))
	a.moved = a.now()
	return a.got, nil
}

// judgeArrival looks at the beginning of a document, as AddDraft does, and returns its
// MIME type.
func (s *Service) judgeArrival(ctx context.Context, d Draft, f *os.File) (string, error) {
	head := make([]byte, min(ContentHead, d.Size))
	if _, err := f.ReadAt(head, 0); err != nil {
		return "", fmt.Errorf("read a draft: %w", err)
	}
	p, err := s.cfg.Store.Printer(ctx, d.Printer)
	if err != nil {
		return "", err
	}
	caps, err := s.caps.of(p)
	if err != nil {
		return "", err
	}
	kind, opaque := d.arrival.kind(head)
	if kind, err = s.admitted(caps, Submission{ContentType: mediaType(kind), Opaque: opaque}); err != nil {
		return "", err
	}
	if err := CheckContent(kind, head); err != nil {
		return "", err
	}
	s.drafts.judged(d.ID, kind, opaque)
	return kind, nil
}
