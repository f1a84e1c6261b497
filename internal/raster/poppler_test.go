package raster

import (
	"log/slog"
	"path/filepath"
	"testing"

	"platen/gcp"
	"platen/internal/impose"
)

// Where there is no compiler pdftoppm draws, and the result is the same file format.
func TestWithoutCompiler(t *testing.T) {
	r, err := New(Config{NoWASM: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	in := drawings(t)["turned, crop"]
	for _, kind := range []gcp.PWGType{"SRGB_8", "SGRAY_8"} {
		out := filepath.Join(t.TempDir(), "out")
		w := impose.Work{To: impose.PWG, Raster: impose.Raster{DPIX: 100, DPIY: 100, Type: kind}}
		result, err := r.Render(t.Context(), in, impose.PDF, w, out)
		if err != nil || result.Sides != 1 {
			t.Fatalf("%+v, %v", result, err)
		}
		compare(t, readRaster(t, out)[0], poppler(t, in, 100), meanTolerance)
	}
	report, err := r.Check(t.Context())
	if err != nil || report.Compiled || report.Reason == "" || report.PDFToPPM == "" {
		t.Errorf("the report is %+v, %v", report, err)
	}
}
