package raster

import (
	"encoding/binary"
	"errors"

	"golang.org/x/image/tiff"
)

// maxTIFFPages is more than a fax or a scan has.
const maxTIFFPages = 2000

// readTIFF makes a page of each image in a TIFF file, thumbnails left out.
func readTIFF(in source, f *pdfFile) error {
	order, at, err := tiffOrder(in)
	if err != nil {
		return err
	}
	seen := map[int64]bool{}
	for at != 0 {
		if seen[at] || len(seen) >= maxTIFFPages {
			return errors.New("the directories have no end")
		}
		seen[at] = true
		d, err := readIFD(in, order, at)
		if err != nil {
			return err
		}
		const reduced = 1 // of another image in the file
		if int(d.tags[tagSubfile])&reduced == 0 {
			if err := tiffPage(in, f, order, at, d); err != nil {
				return err
			}
		}
		at = d.next
	}
	if len(f.pages) == 0 {
		return errors.New("no images")
	}
	return nil
}

// tiffPage makes a page of the image whose directory is at a place.
func tiffPage(in source, f *pdfFile, order binary.ByteOrder, at int64, d ifd) error {
	// The decoder reads the first image of a file: this one is made the first.
	c, err := tiff.DecodeConfig(startingAt(in, order, at))
	if err != nil {
		return tiffError(err)
	}
	p := picture{width: c.Width, height: c.Height}
	p.describe(d)
	if err := p.check(maxDecoded); err != nil {
		return err
	}
	m, err := tiff.Decode(startingAt(in, order, at))
	if err != nil {
		return tiffError(err)
	}
	return p.draw(f, m)
}

// tiffError tells what is damaged from what is only rare.
func tiffError(err error) error {
	var rare tiff.UnsupportedError
	if errors.As(err, &rare) {
		return unsupported("TIFF images of this kind cannot be printed here: " + string(rare) + ".")
	}
	return err
}

// patchedFile is a TIFF file with another header.
type patchedFile struct {
	in     source
	header [8]byte
	at     int64
}

// ReadAt reads the file behind the header.
func (p *patchedFile) ReadAt(b []byte, at int64) (int, error) {
	n, err := p.in.ReadAt(b, at)
	if at < int64(len(p.header)) {
		copy(b[:n], p.header[at:])
	}
	return n, err
}

// Read is there for the decoder, which asks for it and uses ReadAt.
func (p *patchedFile) Read(b []byte) (int, error) {
	n, err := p.ReadAt(b, p.at)
	p.at += int64(n)
	return n, err
}

// startingAt is a TIFF file whose first directory is at a place.
func startingAt(in source, order binary.ByteOrder, at int64) *patchedFile {
	p := &patchedFile{in: in}
	// The byte order is that of the file, which was read before.
	copy(p.header[:], "II*\x00")
	if order == binary.ByteOrder(binary.BigEndian) {
		copy(p.header[:], "MM\x00*")
	}
	order.PutUint32(p.header[4:], uint32(at))
	return p
}
