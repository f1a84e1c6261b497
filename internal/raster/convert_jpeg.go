package raster

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// jpegFile is what the head of a JPEG file says (ITU-T T.81, annex B).
type jpegFile struct {
	picture
	colours     int
	progressive bool
	adobe       bool // it has Adobe's marker: CMYK is the wrong way round, as theirs is
}

// Markers of JPEG.
const (
	jpegSOI   = 0xd8
	jpegEOI   = 0xd9
	jpegSOS   = 0xda
	jpegDHT   = 0xc4
	jpegJPG   = 0xc8
	jpegDAC   = 0xcc
	jpegAPP0  = 0xe0
	jpegAPP1  = 0xe1
	jpegAPP14 = 0xee
)

// readJPEG makes a page of a JPEG file. The file itself becomes the image of the
// page: nothing is decoded, and nothing is lost.
func readJPEG(in source, f *pdfFile) error {
	j, err := parseJPEG(bufio.NewReader(in))
	if err != nil {
		return err
	}
	most := maxPassed
	if j.progressive {
		most = maxProgressive
	}
	if err := j.check(most); err != nil {
		return err
	}
	if _, err := in.Seek(0, io.SeekStart); err != nil {
		return failed("The document could not be read.", err)
	}
	space := map[int]string{1: "Gray", 3: "RGB", 4: "CMYK"}[j.colours]
	dict := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/Device%s/Filter/DCTDecode", j.width, j.height, space)
	if j.adobe && j.colours == 4 {
		dict += "/Decode[1 0 1 0 1 0 1 0]"
	}
	object := f.reserve()
	if err := f.stream(object, dict, func(out io.Writer) error {
		_, err := io.Copy(out, in)
		return err
	}); err != nil {
		return unwritten(err)
	}
	return j.place(f, object)
}

// parseJPEG reads the head of a JPEG file, up to the first scan.
func parseJPEG(in *bufio.Reader) (jpegFile, error) {
	var j jpegFile
	var start [2]byte
	if _, err := io.ReadFull(in, start[:]); err != nil || start != [2]byte{0xff, jpegSOI} {
		return j, errors.New("not a JPEG file")
	}
	for {
		marker, segment, err := jpegSegment(in)
		switch {
		case err != nil:
			return j, err
		case marker == jpegSOS:
			if j.width == 0 {
				return j, errors.New("a scan without a frame")
			}
			return j, nil
		case marker == jpegEOI:
			return j, errors.New("no scan")
		case marker == jpegDHT, marker == jpegDAC, marker == jpegJPG:
		case marker >= 0xc0 && marker <= 0xcf:
			if err := j.frame(marker, segment); err != nil {
				return j, err
			}
		case marker == jpegAPP0 && bytes.HasPrefix(segment, []byte("JFIF\x00")) && len(segment) >= 12:
			j.density(segment)
		case marker == jpegAPP1 && bytes.HasPrefix(segment, []byte("Exif\x00\x00")):
			j.exif(bytes.NewReader(segment[6:]))
		case marker == jpegAPP14 && bytes.HasPrefix(segment, []byte("Adobe")):
			j.adobe = true
		}
	}
}

// jpegSegment reads a marker and what belongs to it.
func jpegSegment(in *bufio.Reader) (byte, []byte, error) {
	b, err := in.ReadByte()
	if err != nil {
		return 0, nil, fmt.Errorf("read a marker: %w", err)
	}
	if b != 0xff {
		return 0, nil, errors.New("no marker where one must be")
	}
	for b == 0xff { // any number of them may stand before a marker, B.1.1.2
		if b, err = in.ReadByte(); err != nil {
			return 0, nil, fmt.Errorf("read a marker: %w", err)
		}
	}
	if b == jpegEOI || b == jpegSOI || b == 0x01 || b >= 0xd0 && b <= 0xd7 {
		return b, nil, nil
	}
	var length [2]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return 0, nil, fmt.Errorf("read a segment: %w", err)
	}
	n := int(binary.BigEndian.Uint16(length[:])) - len(length)
	if n < 0 {
		return 0, nil, errors.New("a segment shorter than its length")
	}
	segment := make([]byte, n)
	if _, err := io.ReadFull(in, segment); err != nil {
		return 0, nil, fmt.Errorf("read a segment: %w", err)
	}
	return b, segment, nil
}

// frame reads the header of a frame, B.2.2.
func (j *jpegFile) frame(marker byte, s []byte) error {
	if len(s) < 6 {
		return errors.New("a frame without a size")
	}
	j.height, j.width = int(binary.BigEndian.Uint16(s[1:])), int(binary.BigEndian.Uint16(s[3:]))
	j.colours = int(s[5])
	const progressive = 0xc2
	j.progressive = marker == progressive
	switch {
	case marker > progressive || s[0] != 8 || j.colours != 1 && j.colours != 3 && j.colours != 4:
		return unsupported("JPEG images of this kind (lossless, arithmetic or of more than 8 bits) cannot be printed here.")
	case j.height == 0: // it would come behind the scan: nobody does that
		return unsupported("JPEG images that do not say how high they are cannot be printed here.")
	case j.width == 0:
		return errors.New("a frame without a width")
	}
	return nil
}

// density reads the dots per inch of JFIF 1.02.
func (j *jpegFile) density(s []byte) {
	x, y := float64(binary.BigEndian.Uint16(s[8:])), float64(binary.BigEndian.Uint16(s[10:]))
	switch s[7] {
	case 1:
		j.dpiX, j.dpiY = x, y
	case 2:
		j.dpiX, j.dpiY = x*2.54, y*2.54
	}
}

// exif reads how the camera was held. An EXIF that is damaged says nothing.
func (j *jpegFile) exif(r io.ReaderAt) {
	order, at, err := tiffOrder(r)
	if err != nil {
		return
	}
	if d, err := readIFD(r, order, at); err == nil {
		j.describe(d)
	}
}
