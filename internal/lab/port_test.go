package lab

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"platen/internal/filelock"
)

// A port that was given belongs to this process, whether somebody listens there or not.
func TestPortIsReserved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	port := FreePort(t)
	files, err := filepath.Glob(filepath.Join(os.TempDir(), "platen-ports-*", strconv.Itoa(port)))
	if err != nil || len(files) != 1 {
		t.Fatalf("%v, %v: want the file of port %d", files, err, port)
	}
	f, err := os.OpenFile(files[0], os.O_RDWR, 0) // as another process would
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := filelock.Try(f, filelock.Exclusive); !errors.Is(err, filelock.ErrHeld) {
		t.Errorf("another process gets port %d, too: %v", port, err)
	}
}
