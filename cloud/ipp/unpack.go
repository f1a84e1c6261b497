package ipp

import (
	"bufio"
	"compress/flate"
	"compress/zlib"
	"errors"
	"io"
)

// inflated reads what was compressed with deflate: RFC 1951 says so, and clients that
// go by HTTP send what RFC 1950 makes of it.
func inflated(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	head, err := b.Peek(2)
	if err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	// RFC 1950, 2.2: the method, and a check of both bytes.
	if head[0]&0x0f == 8 && (int(head[0])<<8+int(head[1]))%31 == 0 {
		return zlib.NewReader(b)
	}
	return flate.NewReader(b), nil
}

func isCorrupt(err error) bool {
	corrupt, ok := errors.AsType[flate.CorruptInputError](err)
	return ok && corrupt >= 0
}
