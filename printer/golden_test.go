package printer_test

import (
	"bytes"
	"encoding/json"
	cmdline "flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/printer"
)

var update = cmdline.Bool("update", false, "write the golden files anew")

// shot is one captured printer.
type shot struct {
	name  string
	attrs goipp.Attributes
	src   printer.Source
}

// shots reads all captured printers, or skips.
func shots(t testing.TB) []shot {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder(), "*.ipp"))
	if err != nil || len(files) == 0 {
		t.Skipf("no captured printers in %s: set PLATEN_PRINTERS", folder())
	}
	var out []shot
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".ipp")
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var m goipp.Message
		if err := m.DecodeBytesEx(b, goipp.DecoderOptions{EnableWorkarounds: true}); err != nil {
			t.Fatalf("decoding %s: %v", f, err)
		}
		src := printer.SourceDirect
		if strings.HasPrefix(name, "cups") {
			src = printer.SourceCUPS
		}
		n := 0
		for _, g := range m.Groups {
			if g.Tag != goipp.TagPrinterGroup {
				continue
			}
			s := shot{name, g.Attrs, src}
			if n++; name == "cups-get-printers" {
				s.name += "-" + strconv.Itoa(n)
			}
			out = append(out, s)
		}
	}
	return out
}

// The golden files were read line by line against what the printers say; a change
// of one is a change of what people see.
func TestGolden(t *testing.T) {
	for _, s := range shots(t) {
		t.Run(s.name, func(t *testing.T) {
			p, err := printer.FromIPP(s.attrs, printer.Origin{Source: s.src, URI: "ipp://host/ipp/print"})
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			e.SetIndent("", " ")
			if err := e.Encode(p.CDD); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "golden", s.name+".json")
			if *update {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got := b.String(); got != string(want) {
				t.Errorf("the CDD is not that of %s (go test -update writes it anew); it differs in\n%s", file, firstDifference(got, string(want)))
			}
		})
	}
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return "line " + strconv.Itoa(i+1) + ": " + g[i] + "\nwant: " + w[i]
		}
	}
	return "the number of lines"
}
