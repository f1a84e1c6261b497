package raster

import (
	"fmt"
	"image/color"
	"strings"
	"testing"

	"platen/internal/impose"
)

// Annotations and the fields of forms are drawn as they print: ISO 32000-1, table
// 165, flags Hidden (2), Print (4) and NoView (32).
func TestAnnotationsPrint(t *testing.T) {
	annot := func(kind string, flags, x int) string {
		return fmt.Sprintf("<</Type/Annot%s/F %d/Rect[%d 10 %d 30]/AP<</N 3 0 R>>>>", kind, flags, x, x+20)
	}
	appearance := "<</Type/XObject/Subtype/Form/BBox[0 0 20 20]/Length 24>>stream\n1 0 0 rg 0 0 20 20 re f \nendstream"
	extra := "/Annots[" +
		annot("/Subtype/Square", 4, 10) + annot("/Subtype/Square", 0, 40) + annot("/Subtype/Square", 6, 70) +
		annot("/Subtype/Square", 36, 100) + annot("/Subtype/Widget/FT/Btn/T(a)", 4, 130) + "]"
	in := written(t, samplePDF(appearance, sample{200, 40, extra, "0 g"}))
	m := preview(t, in, impose.Work{Raster: impose.Raster{DPIX: 72, DPIY: 72, Type: "SRGB_8"}})
	for x, want := range map[int]bool{20: true, 50: false, 80: false, 110: true, 140: true} {
		if got := color.NRGBAModel.Convert(m.At(x, 20)).(color.NRGBA) == red; got != want {
			t.Errorf("the annotation at %d is drawn: %v, want %v", x, got, want)
		}
	}
}

// A field without an appearance is drawn where the document asks for that: it is
// what a person filled in.
func TestFieldWithoutAppearance(t *testing.T) {
	doc := string(samplePDF("", sample{200, 60, "/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/F 4/T(name)/V(FILLED)/DA(/Helv 24 Tf 0 g)/Rect[10 10 190 50]>>]", "0 g"}))
	doc = strings.Replace(doc, "/Type/Catalog", "/Type/Catalog/AcroForm<</NeedAppearances true/DA(/Helv 24 Tf 0 g)/DR<</Font<</Helv<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Fields[5 0 R]>>", 1)
	m := preview(t, written(t, []byte(doc)), impose.Work{Raster: impose.Raster{DPIX: 72, DPIY: 72, Type: "SRGB_8"}})
	if patch(m, color.Black).Dx() < 50 {
		t.Errorf("black is at %v only", patch(m, color.Black))
	}
}
