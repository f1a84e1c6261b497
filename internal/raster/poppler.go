package raster

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"platen/internal/impose"
)

// poppled draws a side with poppler's pdftoppm, where PDFium would be interpreted:
// it still lays out the side, which is little work, and pdftoppm draws that.
func (d *document) poppled(s impose.Side, c canvas, take func(band) error) error {
	pdf, err := os.CreateTemp("", "side-")
	if err != nil {
		return failed("There is no room for the document.", err)
	}
	defer func() {
		_ = pdf.Close() // what was in it is read
		_ = os.Remove(pdf.Name())
	}()
	if err := writePDF(d, []impose.Side{s}, impose.Work{To: impose.PDF}, pdf); err != nil {
		return err
	}
	if _, err := pdf.Seek(0, io.SeekStart); err != nil {
		return failed("There is no room for the document.", err)
	}
	args := []string{"-rx", fmt.Sprint(c.x * 72), "-ry", fmt.Sprint(c.y * 72), "-singlefile"}
	switch c.kind {
	case gray:
		args = append(args, "-gray")
	case crisp:
		args = append(args, "-gray", "-aa", "no", "-aaVector", "no")
	}
	cmd := exec.Command(d.poppler, append(args, "-")...) //nolint:noctx // the child's parent ends both
	cmd.Stdin = pdf
	out, err := cmd.StdoutPipe()
	if err != nil {
		return failed("pdftoppm did not start.", err)
	}
	if err := cmd.Start(); err != nil {
		return failed("pdftoppm did not start.", err)
	}
	watched, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	// Our parent looks at our memory, not at its.
	go watchTree(watched, cmd.Process.Pid, d.limit, func() {
		stop(errMemory)
		_ = cmd.Process.Kill() // it may have ended by itself
	})
	err = readPNM(bufio.NewReaderSize(out, 64<<10), c, take)
	if err != nil {
		_ = cmd.Process.Kill() // it may have ended by itself
	}
	ended := cmd.Wait()
	switch {
	case errors.Is(context.Cause(watched), errMemory):
		err = tooBig(errMemory)
	case err == nil && ended != nil:
		err = damaged(fmt.Errorf("pdftoppm: %w", ended))
	}
	return err
}

// readPNM hands the picture that pdftoppm writes to take, cut to the canvas or
// made larger: pdftoppm rounds up. From the bottom it is one band.
func readPNM(in *bufio.Reader, c canvas, take func(band) error) error {
	var kind byte
	var width, height, top int
	if _, err := fmt.Fscanf(in, "P%c\n%d %d\n%d\n", &kind, &width, &height, &top); err != nil {
		return damaged(fmt.Errorf("pdftoppm: %w", err))
	}
	colors := c.kind.bytes()
	if top != 255 || width <= 0 || width > 2*maxWidth || height <= 0 || kind != map[int]byte{1: '5', 3: '6'}[colors] {
		return damaged(errors.New("pdftoppm draws something else"))
	}
	lines := min(c.height, max(bandBytes/(c.width*colors), 16))
	if c.order == up {
		lines = c.height
	}
	stride := c.width * colors
	line, pix := make([]byte, width*colors), make([]byte, lines*stride)
	for y := 0; y < c.height; {
		b := band{lines: min(lines, c.height-y), stride: stride, pix: pix}
		for i := range b.lines {
			if y < height {
				if _, err := io.ReadFull(in, line); err != nil {
					return damaged(fmt.Errorf("pdftoppm: %w", err))
				}
			} else {
				whiten(line)
			}
			to := b.line(i, stride)
			whiten(to[copy(to, line):])
			if c.kind == colour {
				swap(to)
			}
			y++
		}
		if err := take(b); err != nil {
			return err
		}
	}
	_, err := io.Copy(io.Discard, in) // the line that was rounded up
	return err
}

// whiten makes pixels white.
func whiten(pix []byte) {
	for i := range pix {
		pix[i] = 255
	}
}

// swap makes blue, green, red of red, green, blue.
func swap(pix []byte) {
	for i := 0; i+2 < len(pix); i += 3 {
		pix[i], pix[i+2] = pix[i+2], pix[i]
	}
}
