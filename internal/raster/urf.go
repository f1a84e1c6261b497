package raster

import (
	"encoding/binary"

	"platen/gcp"
	"platen/internal/impose"
)

// Apple raster: the word UNIRAST and a zero byte, the number of sides, and for each
// side a header of 32 bytes and lines that are coded as in PWG raster. It has one
// resolution.

// urfHeaderSize is the length of a side's header.
const urfHeaderSize = 32

// urfStart begins a file of so many sides.
func urfStart(total int) []byte {
	return binary.BigEndian.AppendUint32([]byte("UNIRAST\x00"), uint32(total))
}

// The words for sides of sheets.
const (
	urfOneSided  = 1
	urfShortEdge = 2
	urfLongEdge  = 3
)

// urfHeader is the header of a side.
func urfHeader(l leaf, w impose.Work) []byte {
	h := make([]byte, urfHeaderSize)
	h[0] = byte(l.depth.bits * l.depth.colors)
	h[1] = l.depth.space.urf
	switch w.Raster.Duplex {
	case gcp.DuplexShortEdge:
		h[2] = urfShortEdge
	case gcp.DuplexLongEdge:
		h[2] = urfLongEdge
	default:
		h[2] = urfOneSided
	}
	h[3] = byte(w.Raster.Quality)
	if position := mediaPosition(w.Raster.Source); position < 256 {
		h[5] = byte(position)
	}
	binary.BigEndian.PutUint32(h[12:], uint32(l.canvas.width))
	binary.BigEndian.PutUint32(h[16:], uint32(l.canvas.height))
	binary.BigEndian.PutUint32(h[20:], uint32(w.Raster.DPIX))
	return h
}
