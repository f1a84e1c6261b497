package raster

import (
	"bytes"
	"encoding/binary"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"

	"platen/internal/impose"
)

// A compiled module that a disk damaged is compiled again: without it nothing would
// be drawn until somebody removed it.
func TestDamagedCacheHeals(t *testing.T) {
	if !compiles() {
		t.Skip("there is no compiler for this processor")
	}
	for name, content := range map[string][]byte{"empty": nil, "nonsense": bytes.Repeat([]byte("nonsense"), 1000)} {
		dir := t.TempDir()
		whole, err := filepath.Glob(filepath.Join(cacheOf(warmed(t)), "*", "*"))
		if err != nil || len(whole) == 0 {
			t.Fatalf("%s: no module was kept: %v", name, err)
		}
		module := filepath.Join(cacheOf(dir), filepath.Base(filepath.Dir(whole[0])), filepath.Base(whole[0]))
		if err := os.MkdirAll(filepath.Dir(module), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(module, content, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := New(Config{CacheDir: dir, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.tryChild(t.Context()); err == nil {
			t.Errorf("%s: the first child started", name)
		}
		if cached(dir) {
			t.Errorf("%s: the next child finds it again", name)
		}
	}
}

// warmed is a cache with the module.
func warmed(t *testing.T) string {
	t.Helper()
	dir := sharedCache()
	if err := warm(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A small file can have many directories for the same strip.
func TestTIFFBomb(t *testing.T) {
	in, err := os.Open(written(t, tiffBomb(500)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }() // only read
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before); debug.SetMemoryLimit(math.MaxInt64) })
	t.Setenv("TMPDIR", t.TempDir())
	_, err = converted(t.Context(), request{Format: "image/tiff", Memory: 512 << 20, Output: 1 << 20}, in)
	if got := cause(t, err); got != impose.CauseTooBig {
		t.Errorf("the cause is %q", got)
	}
	left, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range left {
		if fi, err := os.Stat(f); err == nil && fi.Size() > 1<<20 {
			t.Errorf("%d bytes were written", fi.Size())
		}
	}
}

// tiffBomb is a TIFF file (6.0) with many directories for the same 100 by 100 pixels
// that do not pack.
func tiffBomb(pages int) []byte {
	const side = 100
	b := []byte("II*\x00\x00\x00\x00\x00")
	noise := uint32(1)
	for range side * side {
		noise = noise*1664525 + 1013904223
		b = append(b, byte(noise>>24))
	}
	link := 4
	for range pages {
		binary.LittleEndian.PutUint32(b[link:], uint32(len(b)))
		tags := [][2]uint32{{256, side}, {257, side}, {258, 8}, {259, 1}, {262, 1}, {273, 8}, {277, 1}, {278, side}, {279, side * side}}
		b = binary.LittleEndian.AppendUint16(b, uint16(len(tags)))
		for _, tag := range tags {
			b = binary.LittleEndian.AppendUint16(b, uint16(tag[0]))
			b = binary.LittleEndian.AppendUint16(b, 4)
			b = binary.LittleEndian.AppendUint32(b, 1)
			b = binary.LittleEndian.AppendUint32(b, tag[1])
		}
		link = len(b)
		b = append(b, 0, 0, 0, 0)
	}
	return b
}
