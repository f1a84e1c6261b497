package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"platen/cloud"
)

func openTest(t testing.TB) *Dir {
	t.Helper()
	d, err := Open(filepath.Join(t.TempDir(), "documents"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	d.space = func(string) (Space, error) { return Space{Free: 1 << 40}, nil }
	return d
}

func save(t testing.TB, d *Dir) (cloud.Document, error) {
	t.Helper()
	return d.Save(t.Context(), strings.NewReader("text"), 1<<20, "text/plain")
}

// files returns the names in the folder.
func files(t testing.TB, d *Dir) []string {
	t.Helper()
	entries, err := os.ReadDir(d.path)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names
}

func TestSaveAndOpen(t *testing.T) {
	d := openTest(t)
	text := "%PDF-1.4\n" + strings.Repeat("x", 200_000)
	doc, err := d.Save(t.Context(), strings.NewReader(text), 1<<20, "application/pdf")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	if want := "sha256:" + hex.EncodeToString(sum[:]); doc.Digest != want || doc.Size != int64(len(text)) {
		t.Errorf("document %+v, want size %d and %s", doc, len(text), want)
	}
	f, err := d.Open(t.Context(), doc.ID)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil || string(got) != text {
		t.Errorf("read %d bytes back, %v", len(got), err)
	}
	if got := files(t, d); len(got) != 1 || got[0] != doc.ID {
		t.Errorf("files %q", got)
	}
}

// Whatever goes wrong, nothing half-stored stays.
func TestSaveLeavesNothing(t *testing.T) {
	errCut := errors.New("connection reset")
	tests := map[string]struct {
		body io.Reader
		typ  string
		kind cloud.Kind
		is   error
	}{
		"zero bytes":        {strings.NewReader(""), "application/pdf", cloud.KindInvalid, nil},
		"over the limit":    {strings.NewReader("%PDF-" + strings.Repeat("x", 1001)), "application/pdf", cloud.KindTooLarge, nil},
		"called a PDF":      {strings.NewReader("\x89PNG\r\n\x1a\n"), "application/pdf", cloud.KindUnsupported, nil},
		"called a PNG":      {strings.NewReader("%PDF-1.4"), "image/png; x=y", cloud.KindUnsupported, nil},
		"cut by the sender": {io.MultiReader(strings.NewReader("%PDF-1.4 half"), iotest.ErrReader(errCut)), "application/pdf", "", errCut},
		"disk full":         {io.MultiReader(strings.NewReader("%PDF-1.4"), iotest.ErrReader(syscall.ENOSPC)), "application/pdf", cloud.KindUnavailable, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := openTest(t)
			_, err := d.Save(t.Context(), tt.body, 1000, tt.typ)
			if got := cloud.KindOf(err); err == nil || got != tt.kind {
				t.Errorf("error %v of kind %q, want %q", err, got, tt.kind)
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %v, want %v", err, tt.is)
			}
			if got := files(t, d); len(got) != 0 {
				t.Errorf("left behind: %q", got)
			}
		})
	}
}

func TestSaveExactlyTheLimit(t *testing.T) {
	d := openTest(t)
	if _, err := d.Save(t.Context(), strings.NewReader(strings.Repeat("x", 1000)), 1000, "text/plain"); err != nil {
		t.Error(err)
	}
}

func TestSaveKeepsTheReserve(t *testing.T) {
	d := openTest(t)
	space := Space{Size: 1 << 40, Free: reserve - 1}
	d.space = func(string) (Space, error) { return space, nil }
	if _, err := save(t, d); cloud.KindOf(err) != cloud.KindUnavailable {
		t.Errorf("into the reserve: %v", err)
	}
	space.Free = reserve
	if _, err := save(t, d); err != nil {
		t.Errorf("with room to spare: %v", err)
	}
}

// The disk may be so full and no fuller; what the documents took of it is not asked.
func TestSaveKeepsThePercentage(t *testing.T) {
	space := Space{Size: 1100 << 30, Used: 800 << 30, Free: 200 << 30} // the system keeps the rest
	d, err := Open(t.TempDir(), Options{Percent: 80, Space: func(string) (Space, error) { return space, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := save(t, d); err != nil {
		t.Errorf("at 80 %%: %v", err)
	}
	space.Used, space.Free = 801<<30, 199<<30
	_, err = save(t, d)
	if cloud.KindOf(err) != cloud.KindUnavailable || !strings.Contains(err.Error(), "disk_percent") {
		t.Errorf("above 80 %%: %v", err)
	}
}

func TestCopyOutlivesTheOriginal(t *testing.T) {
	d := openTest(t)
	doc, err := save(t, d)
	if err != nil {
		t.Fatal(err)
	}
	twin, err := d.Copy(t.Context(), doc)
	if err != nil {
		t.Fatal(err)
	}
	if twin.ID == doc.ID || twin.Size != doc.Size || twin.Digest != doc.Digest {
		t.Errorf("copy %+v of %+v", twin, doc)
	}
	for range 2 { // removing twice is success
		if err := d.Remove(t.Context(), doc.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Open(t.Context(), doc.ID); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("removed document: %v", err)
	}
	f, err := d.Open(t.Context(), twin.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := d.Copy(t.Context(), doc); !errors.Is(err, cloud.ErrNotFound) {
		t.Errorf("copy of a removed document: %v", err)
	}
}

func TestSweep(t *testing.T) {
	d := openTest(t)
	old := func(age time.Duration, suffix string) string {
		doc, err := save(t, d)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		name := filepath.Join(d.path, doc.ID)
		if err := errors.Join(os.Chtimes(name, at, at), os.Rename(name, name+suffix)); err != nil {
			t.Fatal(err)
		}
		return doc.ID + suffix
	}
	young, used := old(0, ""), old(2*time.Hour, "")
	old(2*time.Hour, "")
	old(2*time.Hour, partSuffix)
	other := filepath.Join(d.path, "lost+found")
	if err := errors.Join(os.WriteFile(other, nil, 0o600), os.Chtimes(other, time.Unix(0, 0), time.Unix(0, 0))); err != nil {
		t.Fatal(err)
	}
	err := d.Sweep(t.Context(), time.Now().Add(-time.Hour), func(_ context.Context, id string) (bool, error) {
		return id == used, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	left := strings.Join(files(t, d), " ")
	if len(files(t, d)) != 3 || !strings.Contains(left, young) || !strings.Contains(left, used) || !strings.Contains(left, "lost+found") {
		t.Errorf("left %s, want %s, %s and what is not ours", left, young, used)
	}
}

func TestForeignNamesAreNotDocuments(t *testing.T) {
	d := openTest(t)
	for _, id := range []string{"", "../x", "/etc/passwd", strings.Repeat("A", 32), strings.Repeat("0", 31), strings.Repeat("0", 32) + ".part"} {
		if _, err := d.Open(t.Context(), id); !errors.Is(err, cloud.ErrNotFound) {
			t.Errorf("Open(%q): %v", id, err)
		}
	}
}

func TestFolderSyncIsShared(t *testing.T) {
	d := openTest(t)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := save(t, d); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := len(files(t, d)); got != 50 {
		t.Errorf("%d documents", got)
	}
}
