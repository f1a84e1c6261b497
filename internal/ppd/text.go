package ppd

import (
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// windows is what WindowsANSI (code page 1252) has at 0x80 to 0x9f, where
// ISOLatin1 has control characters.
const windows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// decode turns a translation into text: hexadecimal parts in angle brackets are
// bytes (PPD 4.3, 2.6), and bytes are characters by the file's LanguageEncoding.
// It is "" where the encoding is one that we do not read.
func decode(s, encoding string) string {
	if strings.ContainsRune(s, '<') {
		s = unhex(s)
	}
	if !utf8.ValidString(s) {
		s = eightBit(s, encoding)
	}
	return clean(s)
}

// unhex replaces <E4F6> by its bytes. What is no hexadecimal number stays.
func unhex(s string) string {
	var out strings.Builder
	for {
		before, rest, open := strings.Cut(s, "<")
		inside, after, closed := strings.Cut(rest, ">")
		b, err := hex.DecodeString(strings.Join(strings.Fields(inside), ""))
		if !open || !closed || err != nil {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(before)
		out.Write(b)
		s = after
	}
}

// eightBit reads one character a byte.
func eightBit(s, encoding string) string {
	switch encoding {
	case "", "None", "ISOLatin1", "WindowsANSI", "UTF-8": // a wrong UTF-8 is old Latin 1
	default:
		return ""
	}
	high := []rune(windows)
	var out strings.Builder
	for i := range len(s) {
		r := rune(s[i])
		if r >= 0x80 && r < 0xa0 {
			r = high[r-0x80]
		}
		out.WriteRune(r)
	}
	return out.String()
}

// clean drops what is no text, and joins blanks.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError || !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
