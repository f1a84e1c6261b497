package raster

import (
	"errors"
	"io"
)

// window reads a file in large pieces for PDFium, which asks for small ones.
type window struct {
	f        io.ReaderAt
	size, at int64
	from     int64 // where held lies in the file
	held     []byte
	buf      []byte
}

func newWindow(f io.ReaderAt, size int64) *window {
	return &window{f: f, size: size, buf: make([]byte, 64<<10)}
}

// Seek goes to a place from the beginning; PDFium asks for nothing else.
func (w *window) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += w.at
	case io.SeekEnd:
		offset += w.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the beginning")
	}
	w.at = offset
	return offset, nil
}

// Read reads what is there.
func (w *window) Read(p []byte) (int, error) {
	if w.at >= w.size {
		return 0, io.EOF
	}
	if w.at < w.from || w.at >= w.from+int64(len(w.held)) {
		if err := w.move(); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.held[w.at-w.from:])
	w.at += int64(n)
	return n, nil
}

// move fetches the piece of the file that has the place.
func (w *window) move() error {
	w.from = w.at &^ int64(len(w.buf)-1)
	n, err := w.f.ReadAt(w.buf, w.from)
	w.held = w.buf[:n]
	if w.at-w.from < int64(n) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
