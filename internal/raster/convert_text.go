package raster

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"platen/gcp"
	"platen/internal/impose"
)

// maxText is how long a text may be: some four thousand pages.
const maxText = 16 << 20

// Text is set at six lines and twelve columns to the inch.
const (
	textSize   = 10.0 // points
	textLine   = 12.0 // points from one line to the next
	textColumn = 6.0  // points of a character: Go Mono's are 0.6 of their size wide
	textMargin = 20 * 72 / 25.4
	tabStop    = 8
)

// fromText makes pages of plain text.
func fromText(_ context.Context, in *os.File, w impose.Work, out io.Writer) error {
	text, err := io.ReadAll(io.LimitReader(in, maxText+1))
	switch {
	case err != nil:
		return failed("The document could not be read.", err)
	case len(text) == 0:
		return &impose.Error{Cause: impose.CauseEmpty, Text: "The document is empty."}
	case len(text) > maxText:
		return &impose.Error{Cause: impose.CauseTooBig, Text: fmt.Sprintf("The text is longer than %d MB.", maxText>>20)}
	}
	if err := setText(decodeText(text), w.Layout, out); err != nil {
		return unwritten(err)
	}
	return nil
}

// textPage is where lines come on a page, in points.
type textPage struct {
	width, height float64 // height is 0 on a roll
	left, top     float64
	bottom        float64
	columns       int
	lines         int // 0 on a roll
}

// textPageFor is a page for a layout: the sheet that is asked for, or A4, upright or
// on its side as the pages are to be.
func textPageFor(l impose.Layout) textPage {
	m := l.Media
	if m.Width <= 0 {
		m = impose.Media{Width: 210_000, Height: 297_000}
	}
	const points = 72.0 / 25400
	width, height := float64(m.Width)*points, float64(max(m.Height, 0))*points
	left, right := float64(m.Margin.Left)*points, float64(m.Margin.Right)*points
	top, bottom := float64(m.Margin.Top)*points, float64(m.Margin.Bottom)*points
	if l.Turn == gcp.OrientationLandscape && height > width {
		width, height = height, width
		// As it is turned on the sheet: its left is the sheet's bottom.
		left, right, top, bottom = bottom, top, left, right
	}
	// On a label the margin is an eighth of it at most.
	least := min(textMargin, width/8)
	p := textPage{width: width, height: height}
	p.left, p.top, p.bottom = max(left, least), max(top, least), max(bottom, least)
	p.columns = max(int((width-p.left-max(right, least))/textColumn+1e-6), 1)
	if height > 0 {
		p.lines = max(int((height-p.top-p.bottom)/textLine+1e-6), 1)
	}
	return p
}

// setText writes a PDF of a text.
func setText(text string, l impose.Layout, out io.Writer) error {
	buffered := bufio.NewWriterSize(out, 64<<10)
	font, err := newTextFont()
	if err != nil {
		return err
	}
	s := &typesetter{page: textPageFor(l), file: newPDF(buffered), font: font}
	s.font.object = s.file.reserve()
	if err := s.set(text); err != nil {
		return err
	}
	if err := s.font.write(s.file); err != nil {
		return err
	}
	if err := s.file.close(); err != nil {
		return err
	}
	return buffered.Flush()
}

// typesetter puts lines on pages.
type typesetter struct {
	page  textPage
	file  *pdfFile
	font  *textFont
	lines []string // of the page, as glyphs in hex
}

// set puts a text on pages; a form feed begins a new one.
func (s *typesetter) set(text string) error {
	pages := strings.SplitSeq(strings.TrimSuffix(text, "\f"), "\f")
	for page := range pages {
		page = strings.TrimSuffix(page, "\n")
		for line := range strings.SplitSeq(page, "\n") {
			for _, part := range wrap(expand(line), s.page.columns) {
				if err := s.add(part); err != nil {
					return err
				}
			}
		}
		if err := s.end(); err != nil {
			return err
		}
	}
	return nil
}

// add puts a line on the page, or on the next if it is full.
func (s *typesetter) add(line []rune) error {
	full := s.page.lines
	if full == 0 {
		full = int((maxPoints - s.page.top - s.page.bottom) / textLine)
	}
	if len(s.lines) >= full {
		if err := s.end(); err != nil {
			return err
		}
	}
	s.lines = append(s.lines, s.font.encode(line))
	return nil
}

// end writes the page.
func (s *typesetter) end() error {
	height := s.page.height
	if height == 0 {
		height = math.Ceil(s.page.top + float64(len(s.lines))*textLine + s.page.bottom)
	}
	var b strings.Builder
	// The first base line is as far below the top as ten points of type need.
	fmt.Fprintf(&b, "BT /F %g Tf %g TL %.3f %.3f Td\n", textSize, textLine, s.page.left, height-s.page.top-textSize)
	for _, line := range s.lines {
		if line == "" {
			b.WriteString("T*\n")
			continue
		}
		b.WriteString("<" + line + "> Tj T*\n")
	}
	b.WriteString("ET")
	s.lines = s.lines[:0]
	return s.file.page(s.page.width, height, fmt.Sprintf("/Font<</F %d 0 R>>", s.font.object), b.String())
}

// expand replaces tabs by spaces.
func expand(line string) []rune {
	out := make([]rune, 0, len(line))
	for _, r := range line {
		switch r {
		case '\t':
			for {
				out = append(out, ' ')
				if len(out)%tabStop == 0 {
					break
				}
			}
		case '\u00a0':
			out = append(out, ' ')
		case '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff': // of no width
		default:
			out = append(out, r)
		}
	}
	return out
}

// wrapBack is how far from its end a line is rather broken at a space than in a word.
const wrapBack = 24

// wrap breaks a line into some of at most so many columns.
func wrap(line []rune, columns int) [][]rune {
	var parts [][]rune
	for len(line) > columns {
		at, skip := columns, 0
		if line[columns] == ' ' {
			skip = 1
		} else {
			for i := columns - 1; i > max(columns-wrapBack, columns/2); i-- {
				if line[i] == ' ' {
					at, skip = i, 1
					break
				}
			}
		}
		parts = append(parts, line[:at])
		line = line[at+skip:]
	}
	return append(parts, line)
}
