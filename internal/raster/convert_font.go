package raster

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/sfnt"
)

// textFont is Go Mono, which has Latin, Greek and Cyrillic letters and the lines of
// tables (WGL4). Other characters come out as its box for what is missing.
type textFont struct {
	object int
	font   *sfnt.Font
	buffer sfnt.Buffer
	glyphs map[rune]sfnt.GlyphIndex
	used   map[sfnt.GlyphIndex]rune // the first character that used it
}

func newTextFont() (*textFont, error) {
	f, err := sfnt.Parse(gomono.TTF)
	if err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	return &textFont{font: f, glyphs: map[rune]sfnt.GlyphIndex{}, used: map[sfnt.GlyphIndex]rune{}}, nil
}

// encode writes a line as glyphs, four hexadecimal digits each.
func (f *textFont) encode(line []rune) string {
	var b strings.Builder
	b.Grow(4 * len(line))
	for _, r := range line {
		g, known := f.glyphs[r]
		if !known {
			g, _ = f.font.GlyphIndex(&f.buffer, r) // 0, the box, also when it cannot be read
			f.glyphs[r] = g
			if _, known := f.used[g]; !known {
				f.used[g] = r
			}
		}
		fmt.Fprintf(&b, "%04x", uint16(g))
	}
	return b.String()
}

// Measures of Go Mono in thousandths of its size, from its tables head, hhea,
// hmtx and OS/2.
const (
	goMonoAdvance = 600
	goMonoAscent  = 944
	goMonoDescent = -210
	goMonoBox     = "[0 -210 600 1119]"
)

// write writes the font, with what of its glyphs means which character: text can be
// found and copied then.
func (f *textFont) write(p *pdfFile) error {
	file, descriptor, cid, unicode := p.reserve(), p.reserve(), p.reserve(), p.reserve()
	dict := fmt.Sprintf("/Length1 %d", len(gomono.TTF))
	if err := p.packed(file, dict, func(out io.Writer) error {
		_, err := out.Write(gomono.TTF)
		return err
	}); err != nil {
		return err
	}
	// ISO 32000-1, 9.8: fixed pitch, with letters that are not Latin's.
	p.object(descriptor, "<</Type/FontDescriptor/FontName/GoMono/Flags 5/FontBBox%s/ItalicAngle 0/Ascent %d/Descent %d/CapHeight 722/StemV 80/FontFile2 %d 0 R>>",
		goMonoBox, goMonoAscent, goMonoDescent, file)
	p.object(cid, "<</Type/Font/Subtype/CIDFontType2/BaseFont/GoMono/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/DW %d/CIDToGIDMap/Identity>>",
		descriptor, goMonoAdvance)
	p.object(f.object, "<</Type/Font/Subtype/Type0/BaseFont/GoMono/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", cid, unicode)
	return p.packed(unicode, "", f.toUnicode)
}

// toUnicode writes the map from glyphs to characters, ISO 32000-1, 9.10.3.
func (f *textFont) toUnicode(out io.Writer) error {
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n")
	// No more than a hundred stand together.
	for some := range slices.Chunk(slices.Sorted(maps.Keys(f.used)), 100) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(some))
		for _, g := range some {
			r := f.used[g]
			if g == 0 {
				r = '\ufffd'
			}
			fmt.Fprintf(&b, "<%04x> <", uint16(g))
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, "%04x", unit)
			}
			b.WriteString(">\n")
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	_, err := io.WriteString(out, b.String())
	return err
}
