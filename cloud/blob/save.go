package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"platen/cloud"
	"platen/gcp"
)

// freeEvery is how many bytes are written between two looks at the free space.
const freeEvery = 64 << 20

// copyBuffer is how much of a document is in memory at a time, in bytes.
const copyBuffer = 64 << 10

// Save stores what r gives, up to limit bytes, as a document of a type. When it
// returns an error, nothing is left of the document. Errors that the sender
// caused or must hear of are *cloud.Error: KindTooLarge over the limit,
// KindInvalid for no bytes, KindUnsupported for bytes of another type than said
// ("" says none), KindUnavailable when the disk is full. An error of r itself is
// returned as it is, wrapped.
func (d *Dir) Save(ctx context.Context, r io.Reader, limit int64, contentType string) (cloud.Document, error) {
	if err := d.Room(ctx); err != nil {
		return cloud.Document{}, err
	}
	id := gcp.NewID()
	part := filepath.Join(d.path, id+partSuffix)
	doc, err := d.write(ctx, part, r, limit, contentType)
	if err == nil {
		err = d.publish(part, filepath.Join(d.path, id))
	}
	if err != nil {
		// Whichever of the two names is there must go; usually only one is.
		_ = d.disk.Remove(part)
		_ = d.disk.Remove(filepath.Join(d.path, id))
		return cloud.Document{}, explain(err)
	}
	doc.ID = id
	return doc, nil
}

// publish gives a whole document its name.
func (d *Dir) publish(part, name string) error {
	if err := d.disk.Rename(part, name); err != nil {
		return fmt.Errorf("store document: %w", err)
	}
	return d.sync.wait()
}

// write streams r into a file and syncs it.
func (d *Dir) write(ctx context.Context, part string, r io.Reader, limit int64, contentType string) (cloud.Document, error) {
	head := make([]byte, cloud.ContentHead)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return cloud.Document{}, fmt.Errorf("read document: %w", err)
	}
	head = head[:n]
	if n == 0 {
		return cloud.Document{}, &cloud.Error{Kind: cloud.KindInvalid, Message: "The document is empty."}
	}
	if err := cloud.CheckContent(contentType, head); err != nil {
		return cloud.Document{}, err
	}
	f, err := d.disk.OpenFile(part, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return cloud.Document{}, fmt.Errorf("store document: %w", err)
	}
	doc, err := d.stream(ctx, f, io.MultiReader(bytes.NewReader(head), r), limit)
	if err == nil {
		err = f.Sync()
	}
	return doc, errors.Join(err, f.Close())
}

// stream copies up to limit bytes and hashes them on the way.
func (d *Dir) stream(ctx context.Context, f io.Writer, r io.Reader, limit int64) (cloud.Document, error) {
	hash := sha256.New()
	buf := make([]byte, copyBuffer)
	var size, checked int64
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if size += int64(n); size > limit {
				return cloud.Document{}, tooLarge(limit)
			}
			if size-checked >= freeEvery {
				checked = size
				if err := d.Room(ctx); err != nil {
					return cloud.Document{}, err
				}
			}
			hash.Write(buf[:n])
			if _, err := f.Write(buf[:n]); err != nil {
				return cloud.Document{}, fmt.Errorf("store document: %w", err)
			}
		}
		if errors.Is(err, io.EOF) {
			return cloud.Document{Size: size, Digest: "sha256:" + hex.EncodeToString(hash.Sum(nil))}, nil
		}
		if err != nil {
			return cloud.Document{}, fmt.Errorf("read document: %w", err)
		}
		if err := ctx.Err(); err != nil {
			return cloud.Document{}, err
		}
	}
}

// Room refuses what would be stored when the reserve is no longer free, or more of
// the disk is used than may be.
func (d *Dir) Room(context.Context) error {
	space, err := d.space(d.path)
	if err != nil {
		return err
	}
	if space.Free < reserve {
		return &cloud.Error{Kind: cloud.KindUnavailable, Message: noRoom, Cause: fmt.Errorf("%d bytes free", space.Free)}
	}
	if full := space.full(); d.most > 0 && full > float64(d.most) {
		return &cloud.Error{
			Kind: cloud.KindUnavailable, Message: fmt.Sprintf("The service's disk is more than %d %% full, which is the limit (disk_percent). Try again later.", d.most),
			Cause: fmt.Errorf("%.1f %% of the disk are used", full),
		}
	}
	return nil
}

const noRoom = "The service has no room for documents at the moment. Try again later."

// explain turns a full disk into what the sender may hear.
func explain(err error) error {
	if diskFull(err) {
		return &cloud.Error{Kind: cloud.KindUnavailable, Message: noRoom, Cause: err}
	}
	return err
}

func tooLarge(limit int64) error {
	return &cloud.Error{
		Kind:    cloud.KindTooLarge,
		Message: fmt.Sprintf("The document is larger than the %d MiB that this service takes.", max(1, limit>>20)),
	}
}
