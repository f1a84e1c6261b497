package raster

import (
	"bufio"
	"errors"
	"io"
	"os"
)

// output is the file that a child writes, up to its limit.
type output struct {
	file   *os.File
	at     int64 // bytes so far
	limit  int64
	buffer *bufio.Writer
}

// newOutput writes to the beginning of a file.
func newOutput(f *os.File, limit int64) *output {
	return &output{file: f, limit: limit, buffer: bufio.NewWriterSize(f, 256<<10)}
}

// errOutput is more output than is allowed.
var errOutput = errors.New("the result is larger than is allowed")

// Write writes p if it is within the limit.
func (o *output) Write(p []byte) (int, error) {
	if o.at+int64(len(p)) > o.limit {
		return 0, errOutput
	}
	n, err := o.buffer.Write(p)
	o.at += int64(n)
	return n, err
}

// again writes once more what is there between two places.
func (o *output) again(from, to int64) error {
	if err := o.buffer.Flush(); err != nil {
		return err
	}
	_, err := io.Copy(o, io.NewSectionReader(o.file, from, to-from))
	return err
}

// atMost writes so many bytes, and then fails.
type atMost struct {
	out  io.Writer
	left int64
}

// Write writes p if it is within the limit.
func (a *atMost) Write(p []byte) (int, error) {
	if a.left -= int64(len(p)); a.left < 0 {
		return 0, errOutput
	}
	return a.out.Write(p)
}
