package raster

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"

	"platen/gcp"
	"platen/internal/impose"
)

// pwgSync begins a PWG raster file, PWG 5102.4, 4.1.
const pwgSync = "RaS2"

// pwgHeaderSize is the length of a page's header.
const pwgHeaderSize = 1796

// Places of fields in the header, PWG 5102.4, 4.3.
const (
	pwgMediaType       = 128
	pwgDuplex          = 272
	pwgResolution      = 276
	pwgMediaPosition   = 324
	pwgNumCopies       = 340
	pwgPageSize        = 352
	pwgTumble          = 368
	pwgWidth           = 372
	pwgHeight          = 376
	pwgBitsPerColor    = 384
	pwgBitsPerPixel    = 388
	pwgBytesPerLine    = 392
	pwgColorSpace      = 400
	pwgNumColors       = 420
	pwgTotalPageCount  = 452
	pwgCrossFeed       = 456
	pwgFeed            = 460
	pwgImageBox        = 464
	pwgPrintQuality    = 484
	pwgPageSizeName    = 1732
	pwgKeyword         = 64 // length of a field that holds a keyword
	pwgShortKeywordEnd = 1  // it ends with a zero byte
)

// leaf is what a header says of one side.
type leaf struct {
	side   impose.Side
	canvas canvas
	depth  depth
	turn   turn
	total  int // sides in the file
}

// pwgHeader is the header of a side.
func pwgHeader(l leaf, w impose.Work) []byte {
	h := make([]byte, pwgHeaderSize)
	number := func(at int, v uint32) { binary.BigEndian.PutUint32(h[at:], v) }
	text := func(at int, s string) {
		if len(s) <= pwgKeyword-pwgShortKeywordEnd { // cut off it would be another keyword
			copy(h[at:], s)
		}
	}
	copy(h, "PwgRaster")
	text(pwgMediaType, w.Raster.MediaType)
	if twoSided(w.Raster) {
		number(pwgDuplex, 1)
	}
	if w.Raster.Duplex == gcp.DuplexShortEdge {
		number(pwgTumble, 1)
	}
	number(pwgResolution, uint32(w.Raster.DPIX))
	number(pwgResolution+4, uint32(w.Raster.DPIY))
	number(pwgMediaPosition, mediaPosition(w.Raster.Source))
	number(pwgNumCopies, 1) // copies are sides of their own
	number(pwgPageSize, uint32(math.Round(l.side.Width)))
	number(pwgPageSize+4, uint32(math.Round(l.side.Height)))
	number(pwgWidth, uint32(l.canvas.width))
	number(pwgHeight, uint32(l.canvas.height))
	number(pwgBitsPerColor, l.depth.bits)
	number(pwgBitsPerPixel, l.depth.bits*l.depth.colors)
	number(pwgBytesPerLine, uint32(l.depth.line(l.canvas.width)))
	number(pwgColorSpace, l.depth.space.pwg)
	number(pwgNumColors, l.depth.colors)
	number(pwgTotalPageCount, uint32(l.total))
	number(pwgCrossFeed, uint32(l.turn.cross))
	number(pwgFeed, uint32(l.turn.feed))
	number(pwgImageBox+8, uint32(l.canvas.width)) // the left and the top are 0
	number(pwgImageBox+12, uint32(l.canvas.height))
	number(pwgPrintQuality, uint32(w.Raster.Quality))
	text(pwgPageSizeName, w.Layout.Media.Name)
	return h
}

// twoSided reports whether sheets have back sides.
func twoSided(r impose.Raster) bool {
	return r.Duplex == gcp.DuplexLongEdge || r.Duplex == gcp.DuplexShortEdge
}

// turn is how a side lies to the feed: 1 as it is read, -1 the other way.
type turn struct{ cross, feed int32 }

// order is the direction in which such a side is drawn.
func (t turn) order() direction {
	if t.feed < 0 {
		return up
	}
	return down
}

// mirror says how its lines are written.
func (t turn) mirror() mirror {
	if t.cross < 0 {
		return mirrored
	}
	return plain
}

// turnOf is how the side number i, from 0, must lie: PWG 5102.4, 5.3, by
// pwg-raster-document-sheet-back. Front sides lie as they are read.
func turnOf(i int, r impose.Raster) turn {
	if i%2 == 0 || !twoSided(r) {
		return turn{1, 1}
	}
	tumble := r.Duplex == gcp.DuplexShortEdge
	switch {
	case r.SheetBack == gcp.SheetBackFlipped && tumble:
		return turn{-1, 1}
	case r.SheetBack == gcp.SheetBackFlipped:
		return turn{1, -1}
	case r.SheetBack == gcp.SheetBackRotated && !tumble, r.SheetBack == gcp.SheetBackManualTumble && tumble:
		return turn{-1, -1}
	}
	return turn{1, 1}
}

// mediaPosition is the number of a media-source keyword, PWG 5102.4, 4.3.3.4; 0
// leaves it to the printer.
func mediaPosition(source string) uint32 {
	for i, name := range [...]string{
		"auto", "main", "alternate", "large-capacity", "manual", "envelope", "disc", "photo", "hagaki", "main-roll",
		"alternate-roll", "top", "middle", "bottom", "side", "left", "right", "center", "rear", "by-pass-tray",
	} {
		if source == name {
			return uint32(i)
		}
	}
	for _, numbered := range [...]struct {
		prefix      string
		first, last int
	}{{"tray-", 20, 39}, {"roll-", 40, 49}} {
		if text, ok := strings.CutPrefix(source, numbered.prefix); ok {
			if n, err := strconv.Atoi(text); err == nil && n >= 1 && numbered.first+n-1 <= numbered.last {
				return uint32(numbered.first + n - 1)
			}
		}
	}
	return 0
}
