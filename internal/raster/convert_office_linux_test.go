package raster

import (
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"platen/internal/impose"
)

// Not every filter asks the settings: that of RTF puts in whatever picture a field
// names, and LibreOffice looks at the content for what a document is.
func TestOfficeReadsNothingElse(t *testing.T) {
	needOffice(t)
	rules, _, err := newRules()
	if err != nil {
		t.Fatal(err)
	}
	if rules < 0 {
		t.Skip("the kernel has no Landlock")
	}
	_ = unix.Close(rules)
	picture := filepath.Join(t.TempDir(), "secret.png")
	if err := os.WriteFile(picture, pngOf(t, flag(image.NewRGBA(flagSize))), 0o600); err != nil {
		t.Fatal(err)
	}
	in := written(t, []byte(`{\rtf1 Begin {\field{\*\fldinst INCLUDEPICTURE "file://`+picture+`" \\d}{\fldrslt x}}\par}`))
	for _, format := range []string{"application/rtf", "application/msword"} {
		out, _ := mustMake(t, in, format, impose.Work{To: impose.PDF})
		if got := texts(t, out); !strings.Contains(got, "Begin") {
			t.Errorf("%s: read back as %q", format, got)
		}
		if at := patch(pictures(t, out)[0], red); !at.Empty() {
			t.Errorf("%s: the linked picture is there, red at %v", format, at)
		}
	}
}
