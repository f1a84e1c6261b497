package raster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Tags of TIFF 6.0; EXIF has them too.
const (
	tagSubfile     = 254
	tagOrientation = 274
	tagXResolution = 282
	tagYResolution = 283
	tagUnit        = 296
)

// ifd is one directory of a TIFF file, with those of its values that are one number.
type ifd struct {
	tags map[uint16]float64
	next int64 // where the next one is, 0: this is the last
}

// maxTags is more than a directory has.
const maxTags = 4096

// tiffOrder reads the header of a TIFF file, and where its first directory is.
func tiffOrder(r io.ReaderAt) (binary.ByteOrder, int64, error) {
	var h [8]byte
	if _, err := r.ReadAt(h[:], 0); err != nil {
		return nil, 0, fmt.Errorf("read the header: %w", err)
	}
	var order binary.ByteOrder
	switch string(h[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	case "II+\x00", "MM\x00+":
		return nil, 0, unsupported("Images of the format BigTIFF cannot be printed here.")
	default:
		return nil, 0, errors.New("not a TIFF file")
	}
	return order, int64(order.Uint32(h[4:])), nil
}

// readIFD reads the directory at a place.
func readIFD(r io.ReaderAt, order binary.ByteOrder, at int64) (ifd, error) {
	var n [4]byte
	if _, err := r.ReadAt(n[:2], at); err != nil {
		return ifd{}, fmt.Errorf("read a directory: %w", err)
	}
	count := int(order.Uint16(n[:]))
	if count > maxTags {
		return ifd{}, fmt.Errorf("a directory of %d tags", count)
	}
	entries := make([]byte, 12*count)
	if _, err := r.ReadAt(entries, at+2); err != nil {
		return ifd{}, fmt.Errorf("read a directory: %w", err)
	}
	d := ifd{tags: map[uint16]float64{}}
	for e := entries; len(e) > 0; e = e[12:] {
		if v, ok := value(r, order, e); ok {
			d.tags[order.Uint16(e)] = v
		}
	}
	// Programs leave the place of the next one out, at the end of a file.
	if _, err := r.ReadAt(n[:], at+2+int64(len(entries))); err == nil {
		d.next = int64(order.Uint32(n[:]))
	}
	return d, nil
}

// value is that of an entry of a directory, if it is one number.
func value(r io.ReaderAt, order binary.ByteOrder, e []byte) (float64, bool) {
	const short, long, rational = 3, 4, 5
	if order.Uint32(e[4:]) != 1 {
		return 0, false
	}
	switch order.Uint16(e[2:]) {
	case short:
		return float64(order.Uint16(e[8:])), true
	case long:
		return float64(order.Uint32(e[8:])), true
	case rational:
		var v [8]byte
		if _, err := r.ReadAt(v[:], int64(order.Uint32(e[8:]))); err != nil || order.Uint32(v[4:]) == 0 {
			return 0, false
		}
		return float64(order.Uint32(v[:])) / float64(order.Uint32(v[4:])), true
	}
	return 0, false
}

// describe takes over how a directory says that its image lies, and how large it is.
func (p *picture) describe(d ifd) {
	p.turn = int(d.tags[tagOrientation])
	x, y := d.tags[tagXResolution], d.tags[tagYResolution]
	const none, centimetre = 1, 3
	switch d.tags[tagUnit] {
	case none: // only the shape of pixels
		return
	case centimetre:
		x, y = x*2.54, y*2.54
	}
	if p.dpiX == 0 {
		p.dpiX, p.dpiY = x, y
	}
}
