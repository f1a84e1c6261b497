package cups_test

import (
	"os"
	"path/filepath"
	"testing"

	"platen/gcp"
	"platen/internal/lab"
	"platen/printer"
)

// CUPS hears of a printer's supplies with its first job; the queue then has them, and
// their levels.
func TestMarkersAppearWithTheFirstJob(t *testing.T) {
	c := lab.CUPS(t, lab.CUPSOptions{})
	backend := `#!/bin/sh
[ $# -eq 0 ] && { echo 'direct inky "Inky" "Inky"'; exit 0; }
echo 'ATTR: marker-names=Black,Cyan marker-types=toner,toner marker-colors=#000000,#00FFFF marker-levels=80,1' >&2
cat "${6:--}" >/dev/null
`
	if err := os.WriteFile(filepath.Join(c.Dir, "bin", "backend", "inky"), []byte(backend), 0o755); err != nil {
		t.Fatal(err)
	}
	c.Run("lpadmin", "-p", "inky", "-E", "-v", "inky:/x", "-P", filepath.Join(c.Dir, "etc", "lab.ppd"))
	s := onCUPS(t, c)
	find := func() printer.Printer {
		list, err := s.Printers(t.Context())
		if err != nil || len(list) != 1 {
			t.Fatalf("%v, %v", list, err)
		}
		return list[0]
	}
	if p := find(); p.CDD.Printer.Marker != nil || p.State.Printer.MarkerState != nil {
		t.Errorf("before the first job: %+v", p.CDD.Printer.Marker)
	}
	doc := pdf(1000)
	wantState(t, finish(t, s, begin(t, s, newJob("inky", doc), doc)), gcp.StateOf(gcp.JobDone))
	var p printer.Printer
	eventually(t, "the markers to appear", func() bool { p = find(); return len(p.CDD.Printer.Marker) == 2 })
	m := p.State.Printer.MarkerState
	if m == nil || len(m.Item) != 2 || *m.Item[0].LevelPercent != 80 || m.Item[0].State != gcp.UnitOK || m.Item[1].State != gcp.UnitExhausted {
		t.Errorf("levels %+v", m)
	}
}
