package api

import (
	"bufio"
	"errors"
	"io"
)

// percentReader decodes the data of a data URL: percent escapes only, a plus is
// a plus.
type percentReader struct{ in *bufio.Reader }

func bufferedURL(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 32<<10) }

// Read decodes into p.
func (v *percentReader) Read(p []byte) (n int, err error) {
	for n < len(p) {
		b, err := v.in.ReadByte()
		if err == nil && b == '%' {
			b, err = unescape(v.in, b)
			if errors.Is(err, errMalformed) {
				err = errEncoding
			}
		}
		if err != nil {
			return n, err
		}
		p[n] = b
		n++
	}
	return n, nil
}
