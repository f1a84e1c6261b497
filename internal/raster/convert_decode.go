package raster

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeText reads a text as UTF-8, as UTF-16 if it begins with a byte order mark,
// and else as Windows-1252, which is what is written where Latin-1 is said. Lines end
// with \n afterwards.
func decodeText(b []byte) string {
	var text string
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		text = decodeUTF16(b[2:], binary.LittleEndian)
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		text = decodeUTF16(b[2:], binary.BigEndian)
	case utf8.Valid(b):
		text = string(bytes.TrimPrefix(b, []byte("\ufeff")))
	default:
		text = decode1252(b)
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}

func decodeUTF16(b []byte, order binary.ByteOrder) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return string(utf16.Decode(units))
}

// high1252 is 0x80 to 0x9f of Windows-1252; zero: Latin-1's control characters.
const high1252 = "€\x00‚ƒ„…†‡ˆ‰Š‹Œ\x00Ž\x00\x00‘’“”•–—˜™š›œ\x00žŸ"

func decode1252(b []byte) string {
	high := []rune(high1252)
	var text strings.Builder
	text.Grow(len(b) + len(b)/8)
	for _, c := range b {
		r := rune(c)
		if c >= 0x80 && c < 0xa0 && high[c-0x80] != 0 {
			r = high[c-0x80]
		}
		text.WriteRune(r)
	}
	return text.String()
}
