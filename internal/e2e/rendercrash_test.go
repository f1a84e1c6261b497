package e2e

import (
	"testing"
	"time"

	"platen/internal/lab"
)

// A connector that dies around the drawing of a document draws it again: it is
// printed once.
func TestConnectorKilledWhileRendering(t *testing.T) {
	eve := lab.IPPEve(t, lab.EveOptions{Name: "pwg alone", Formats: []string{"image/pwg-raster"}})
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t, "faults")})
	s.Start()
	s.Platen("printer", "add", eve.URI, "--name", "pwg")
	printer := s.Printer("pwg")
	faults := []string{"connector.translated", "connector.rendered", "connector.created", "connector.created-journaled"}
	for i, fault := range faults {
		s.StopConnector()
		s.LaunchConnector("PLATEN_FAULT=" + fault + ":1")
		a, err := s.SubmitFields(map[string]string{"printerid": printer, "title": fault, "contentType": "application/pdf"}, pages(i+1))
		if err != nil || !a.Success {
			t.Fatalf("submit: %v, %+v", err, a)
		}
		if !lab.Eventually(time.Minute, s.ConnectorEnded) {
			s.Logs()
			t.Fatalf("the connector never came to %s", fault)
		}
		s.StartConnector()
		if j := s.Await(a.Job.ID, time.Minute, lab.Job.Ended); j.State() != "DONE" {
			s.Logs()
			t.Errorf("killed at %s: the job ended %s %q", fault, j.State(), j.Message)
		}
	}
	printed := map[int]int{} // by the number of pages, which differs from job to job
	for _, doc := range eve.Documents() {
		printed[pwgPages(doc)]++
	}
	for i, fault := range faults {
		if n := printed[i+1]; n != 1 {
			t.Errorf("the job of %s was printed %d times", fault, n)
		}
	}
	if len(printed) != len(faults) {
		t.Errorf("documents of so many pages came out: %v", printed)
	}
}
