package raster

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"

	"platen/gcp"
	"platen/internal/impose"
)

// textOf makes PDF of a text, and has poppler read it with its lines.
func textOf(t *testing.T, text string, l impose.Layout) (path, read string) {
	t.Helper()
	out, _ := mustMake(t, written(t, []byte(text)), formatText, impose.Work{To: impose.PDF, Layout: l})
	return out, tool(t, "pdftotext", "-layout", out, "-")
}

func TestText(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"lines":            {"one\ntwo\r\nthree\rfour", "one\ntwo\nthree\nfour\n\f"},
		"letters":          {"Grüße, Ελληνικά, Кириллица, Łódź, │─┐ €", "Grüße, Ελληνικά, Кириллица, Łódź, │─┐ €\n\f"},
		"byte order mark":  {"\ufeffbegin", "begin\n\f"},
		"UTF-16":           {"\xff\xfeh\x00\xe9\x00", "hé\n\f"},
		"UTF-16, reversed": {"\xfe\xff\x00h\x00\xe9", "hé\n\f"},
		"Latin-1":          {"caf\xe9 \x80", "café €\n\f"},
		"form feed":        {"one\ftwo\f", "one\n\ftwo\n\f"},
		"empty lines":      {"one\n\n\ntwo\n", "one\n\n\ntwo\n\f"},
	} {
		if _, got := textOf(t, c.in, impose.Layout{}); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// What the font does not have is a box, and is not lost without a sign.
func TestTextBox(t *testing.T) {
	path, read := textOf(t, "日 \x01", impose.Layout{})
	if !strings.HasPrefix(read, "\ufffd") {
		t.Errorf("read back as %q", read)
	}
	m := pictures(t, path)[0]
	// The first character stands 20 mm, 56.7 points, from the edges, 6 points wide.
	if box := ink(m); !box.In(image.Rect(54, 54, 80, 72)) || box.Dx() < 4 {
		t.Errorf("ink is at %v", box)
	}
}

// ink is the rectangle around all that is not white.
func ink(m image.Image) image.Rectangle {
	var r image.Rectangle
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if m.At(x, y) != (color.NRGBA{255, 255, 255, 255}) {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return r
}

// A4 has 80 columns and 60 lines within 20 mm; Letter 83 and 56.
func TestTextPages(t *testing.T) {
	letter := impose.Media{Width: 215_900, Height: 279_400}
	for name, c := range map[string]struct {
		l              impose.Layout
		size           string
		columns, lines int
	}{
		"A4":             {impose.Layout{}, "595.276 x 841.89 pts (A4)", 80, 60},
		"Letter":         {impose.Layout{Media: letter}, "612 x 792 pts (letter)", 83, 56},
		"Letter, turned": {impose.Layout{Media: letter, Turn: gcp.OrientationLandscape}, "612 x 792 pts (letter)", 113, 41},
		// 288 points less an eighth at each side: 216, which are 36 columns; 144 less 72: 6 lines
		"label": {impose.Layout{Media: impose.Media{Width: 101_600, Height: 50_800}}, "288 x 144 pts", 36, 6},
	} {
		var text strings.Builder
		for i := range c.lines {
			fmt.Fprintf(&text, "%d\n", i+1)
		}
		text.WriteString(strings.Repeat("x", c.columns) + "yz\n")
		out, got := textOf(t, text.String(), c.l)
		if info := tool(t, "pdfinfo", out); !strings.Contains(info, "Pages:           2\n") || !strings.Contains(info, c.size) {
			t.Errorf("%s: %s", name, info)
		}
		if want := fmt.Sprintf("\f%s\nyz\n\f", strings.Repeat("x", c.columns)); !strings.HasSuffix(got, want) {
			t.Errorf("%s: got %q, want %q at its end", name, got, want)
		}
	}
}

// On a roll the paper is as long as the text: three lines, and 36 points at each end.
func TestTextRoll(t *testing.T) {
	out, _ := textOf(t, "one\ntwo\nthree", impose.Layout{Media: impose.Media{Width: 101_600}})
	if info := tool(t, "pdfinfo", out); !strings.Contains(info, "288 x 108 pts") {
		t.Error(info)
	}
}

func TestTextRefused(t *testing.T) {
	for want, in := range map[impose.Cause][]byte{
		impose.CauseEmpty:  nil,
		impose.CauseTooBig: bytes.Repeat([]byte("a"), maxText+1),
	} {
		_, _, err := made(t, written(t, in), formatText, impose.Work{To: impose.PDF})
		var e *impose.Error
		if !errors.As(err, &e) || e.Cause != want {
			t.Errorf("%d bytes: got %v, want %s", len(in), err, want)
		}
	}
}

func TestExpand(t *testing.T) {
	for in, want := range map[string]string{
		"a\tb":                  "a       b",
		"1234567\tc":            "1234567 c",
		"12345678\td":           "12345678        d",
		"\t\te":                 "                e",
		"a\u00a0b\u200bc\ufeff": "a bc",
	} {
		if got := string(expand(in)); got != want {
			t.Errorf("expand(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		in      string
		columns int
		want    []string
	}{
		{"", 5, []string{""}},
		{"12345", 5, []string{"12345"}},
		{"123456", 5, []string{"12345", "6"}},
		{"12345 6", 5, []string{"12345", "6"}},
		{"the quick brown fox", 12, []string{"the quick", "brown fox"}},
		{"a bcdefghijklmnopq", 12, []string{"a bcdefghijk", "lmnopq"}}, // the space is too far back
		{"ab", 1, []string{"a", "b"}},
	} {
		var got []string
		for _, part := range wrap([]rune(c.in), c.columns) {
			got = append(got, string(part))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("wrap(%q, %d) = %q, want %q", c.in, c.columns, got, c.want)
		}
	}
}
