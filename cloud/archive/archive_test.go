package archive

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// sink keeps what an archive holds in memory.
type sink map[string]*bytes.Buffer

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func (s sink) create(name string) (io.WriteCloser, error) {
	b := new(bytes.Buffer)
	s[name] = b
	return nopCloser{b}, nil
}

// Whatever an archive holds, the reader makes no file outside of the folder, no
// more bytes than the archive has, and accepts only what the manifest says.
func FuzzReadArchive(f *testing.F) {
	var good bytes.Buffer
	w := NewWriter(&good, Manifest{Version: "test"})
	for name, text := range map[string]string{Database: "database", Documents + "/" + strings.Repeat("0a", 16): "document"} {
		if _, err := w.Add(name, int64(len(text)), strings.NewReader(text)); err != nil {
			f.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Add(good.Bytes()[:1000])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		files := sink{}
		m, err := Read(bytes.NewReader(data), int64(len(data)), Sink{Create: files.create})
		total := 0
		for name, b := range files {
			if !filepath.IsLocal(name) || strings.Count(name, "/") > 1 {
				t.Errorf("it made %q", name)
			}
			total += b.Len()
		}
		if total > len(data) {
			t.Errorf("%d bytes out of %d", total, len(data))
		}
		if err == nil && (len(files) != len(m.Files) || files[Database] == nil) {
			t.Errorf("accepted %v with %+v", files, m)
		}
	})
}
