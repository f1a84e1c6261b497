package cloud

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"platen/gcp"
	"platen/internal/disk"
)

// Bounds of drafts.
const (
	maxDrafts      = 512 // of all people
	maxDraftsOfOne = 24  // then the oldest goes; more than are sent at once
	draftBytes     = 4 << 30
	draftBytesOf   = 1 << 30 // of one person; then the oldest goes
	draftKept      = time.Hour
	uploadIdle     = 5 * time.Minute // without a byte; then a document on its way makes room for others
)

// DraftID names a draft; it is random.
type DraftID string

// Draft is a document that somebody is about to print: it is kept for an hour so that
// it can be looked at, and is gone when the service starts again.
type Draft struct {
	ID          DraftID
	Owner       UserID
	Printer     gcp.PrinterID
	Title       string
	ContentType string
	Opaque      bool // as in Submission
	Size        int64
	Pages       int // 0 until it was looked at

	file    string
	made    time.Time
	arrival *arrival // nil once all of it is there
}

// NewDraft is a document on its way to a draft.
type NewDraft struct {
	Printer     gcp.PrinterID
	Title       string
	ContentType string
	Opaque      bool
	Body        io.Reader
	Limit       int64 // bytes
}

var (
	errNoDraft    = &Error{Kind: KindNotFound, Message: "The document was kept for an hour only. Choose it again."}
	errNoPreviews = &Error{Kind: KindUnsupported, Message: "This service shows no previews."}
	errEmpty      = &Error{Kind: KindInvalid, Message: "The document is empty."}
	errTooLarge   = &Error{Kind: KindTooLarge, Message: "The document is too large."}
)

// AddDraft keeps a document for a while, for its sender alone.
func (s *Service) AddDraft(ctx context.Context, c Caller, n NewDraft) (Draft, error) {
	_, caps, err := s.printableCaps(ctx, c, n.Printer)
	if err != nil {
		return Draft{}, err
	}
	if !s.draws() {
		return Draft{}, errNoPreviews
	}
	kind, err := s.admitted(caps, Submission{ContentType: mediaType(n.ContentType), Opaque: n.Opaque})
	if err != nil {
		return Draft{}, err
	}
	return s.keepDraft(ctx, c, n, kind)
}

// keepDraft keeps a document of a type.
func (s *Service) keepDraft(ctx context.Context, c Caller, n NewDraft, kind string) (Draft, error) {
	err := s.cfg.Blobs.Room(ctx)
	if err != nil {
		return Draft{}, err
	}
	in := s.Intake(c)
	defer in.Close()
	n.Body = in.Of(n.Body)
	d := s.newDraft(c, n.Printer, n.Title)
	d.ContentType, d.Opaque = kind, n.Opaque
	if d.Size, err = s.writeDraft(ctx, d, n); err == nil {
		err = s.addDraft(ctx, d)
	}
	if err != nil {
		s.renders.remove(ctx, d.file)
		return Draft{}, err
	}
	return d, nil
}

// newDraft names a draft of the caller.
func (s *Service) newDraft(c Caller, to gcp.PrinterID, title string) Draft {
	id := gcp.NewID()
	return Draft{
		ID: DraftID(id), Owner: c.User.ID, Printer: to, Title: CleanTitle(title),
		file: filepath.Join(s.cfg.Rendering.Folder, "draft-"+id), made: s.cfg.Now(),
	}
}

// addDraft keeps a draft; its owner's oldest ones make room.
func (s *Service) addDraft(ctx context.Context, d Draft) error {
	gone, err := s.drafts.add(d)
	if err != nil {
		return err
	}
	if gone.ID != "" {
		s.renders.remove(ctx, gone.file)
	}
	s.trimDrafts(ctx, d)
	return nil
}

// trimDrafts has the oldest drafts of a draft's owner make room for it.
func (s *Service) trimDrafts(ctx context.Context, d Draft) {
	for _, old := range s.drafts.excess(d) {
		s.renders.remove(ctx, old.file)
	}
}

// writeDraft writes the document into its file, up to the limit.
func (s *Service) writeDraft(ctx context.Context, d Draft, n NewDraft) (int64, error) {
	body := bufio.NewReaderSize(n.Body, ContentHead)
	head, err := body.Peek(ContentHead)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("read a draft: %w", err)
	}
	if len(head) == 0 {
		return 0, errEmpty
	}
	if err := CheckContent(d.ContentType, head); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(d.file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("keep a draft: %w", err)
	}
	size, err := s.copyDraft(ctx, f, io.LimitReader(body, n.Limit+1))
	if err = errors.Join(err, f.Close()); err == nil && size > n.Limit {
		err = errTooLarge
	}
	return size, err
}

// roomEvery is how many bytes of a draft are written between two looks at the disk.
const roomEvery = 64 << 20

func (s *Service) copyDraft(ctx context.Context, to io.Writer, from io.Reader) (int64, error) {
	var size int64
	for {
		n, err := io.CopyN(to, from, roomEvery)
		size += n
		err = filled(err)
		if errors.Is(err, io.EOF) {
			return size, nil
		}
		if err == nil {
			err = s.cfg.Blobs.Room(ctx)
		}
		if err != nil {
			return size, err
		}
	}
}

// filled says that the disk is full, if it is.
func filled(err error) error {
	if disk.Full(err) {
		return &Error{Kind: KindUnavailable, Message: "The service has no room for the document at the moment. Try again later.", Cause: err}
	}
	return err
}

// Draft returns a draft of the caller, once all of it is there.
func (s *Service) Draft(c Caller, id DraftID) (Draft, error) {
	d, err := s.ownDraft(c, id)
	if err == nil && d.arrival != nil {
		return Draft{}, errNoDraft
	}
	return d, err
}

func (s *Service) ownDraft(c Caller, id DraftID) (Draft, error) {
	d, ok := s.drafts.get(id)
	if c.User == nil || !ok || d.Owner != c.User.ID || s.cfg.Now().Sub(d.made) > draftKept {
		return Draft{}, errNoDraft
	}
	return d, nil
}

// OpenDraft opens the document of a draft of the caller.
func (s *Service) OpenDraft(c Caller, id DraftID) (Draft, io.ReadCloser, error) {
	d, err := s.Draft(c, id)
	if err != nil {
		return d, nil, err
	}
	f, err := os.Open(d.file)
	if errors.Is(err, os.ErrNotExist) {
		return d, nil, errNoDraft
	}
	if err != nil {
		return d, nil, fmt.Errorf("open a draft: %w", err)
	}
	return d, f, nil
}

// DropDraft deletes a draft of the caller; one that is gone is success.
func (s *Service) DropDraft(ctx context.Context, c Caller, id DraftID) {
	if d, err := s.ownDraft(c, id); err == nil {
		s.forgetDraft(ctx, d)
	}
}

func (s *Service) forgetDraft(ctx context.Context, d Draft) {
	s.drafts.forget(d.ID)
	s.renders.remove(ctx, d.file)
}

// expireDrafts deletes drafts that were kept for long enough.
func (s *Service) expireDrafts(ctx context.Context) {
	for _, d := range s.drafts.before(s.cfg.Now().Add(-draftKept)) {
		s.renders.remove(ctx, d.file)
	}
}
