package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"platen/cloud"
	"platen/internal/disk/diskmem"
)

func openPower(t *testing.T, d *diskmem.Disk) *Dir {
	t.Helper()
	dir, err := Open("/documents", Options{Disk: d, Space: func(string) (Space, error) { return Space{Free: 1 << 40}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// stored is a document and when it was acknowledged, or deleted, in operations.
type stored struct {
	doc         cloud.Document
	since, gone int
}

// store plays a life of a folder of documents; failing saves are part of it.
func store(t *testing.T, d *diskmem.Disk, log *diskmem.Log) []*stored {
	t.Helper()
	dir := openPower(t, d)
	var all []*stored
	add := func(doc cloud.Document, err error) {
		if err == nil {
			all = append(all, &stored{doc: doc, since: log.Len(), gone: 1 << 30})
		}
	}
	for i := range 6 {
		text := bytes.Repeat([]byte{byte('a' + i)}, 1000+i*13_000)
		add(dir.Save(t.Context(), bytes.NewReader(text), 1<<20, "text/plain"))
		if i%2 == 1 && len(all) > 0 {
			add(dir.Copy(t.Context(), all[len(all)-1].doc))
		}
		if i == 4 {
			all[0].gone = log.Len()
			if err := dir.Remove(t.Context(), all[0].doc.ID); err != nil {
				all[0].gone = 1 << 30
			}
		}
	}
	return all
}

// Wherever the power goes, and whatever failed before: a document that was
// acknowledged is there, whole, and nothing that is under a document's name is not.
func TestPowerCutAnywhere(t *testing.T) {
	for nth := range 20 {
		n := 0
		d := diskmem.New()
		log := d.Record()
		d.Faults(func(op diskmem.Op) error {
			if n++; nth == 0 || n != 5*nth {
				return nil
			}
			if op.Kind == diskmem.OpWrite {
				return syscall.ENOSPC
			}
			return syscall.EIO
		})
		all := store(t, d, log)
		ops := log.Ops()
		for cut := range len(ops) + 1 {
			for seed := range uint64(6) {
				left := diskmem.Replay(ops[:cut]).Cut(rand.New(rand.NewPCG(seed, uint64(cut))))
				if err := check(t, left, all, cut); err != nil {
					t.Fatalf("failure %d, cut after %d operations, seed %d: %v", nth, cut, seed, err)
				}
			}
		}
	}
}

func check(t *testing.T, d *diskmem.Disk, all []*stored, cut int) error {
	t.Helper()
	dir := openPower(t, d)
	for i, s := range all {
		f, err := dir.Open(t.Context(), s.doc.ID)
		if errors.Is(err, cloud.ErrNotFound) && (s.since > cut || s.gone <= cut) {
			continue
		}
		if err != nil {
			return fmt.Errorf("document %d: %w", i, err)
		}
		h := sha256.New()
		if _, err := io.Copy(h, f); err != nil {
			return err
		}
		if got := "sha256:" + hex.EncodeToString(h.Sum(nil)); got != s.doc.Digest {
			return fmt.Errorf("document %d is another one", i)
		}
	}
	if err := dir.Sweep(t.Context(), time.Now().Add(time.Hour), func(context.Context, string) (bool, error) { return false, nil }); err != nil {
		return err
	}
	for _, s := range all {
		if _, err := dir.Open(t.Context(), s.doc.ID); !errors.Is(err, cloud.ErrNotFound) {
			return fmt.Errorf("after a sweep that knows none: %w", err)
		}
	}
	return nil
}
