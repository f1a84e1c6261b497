package web

import (
	"encoding/json"
	"fmt"
	"net/http"

	"platen/cloud"
	"platen/gcp"
)

// step is a hop of a job as its page shows it.
type step struct {
	Name        string
	After, Took string // "" if that is not known
	Connector   bool   // it happened there
}

// steps lists the hops of a job in the order in which they happened.
func (s *site) steps(trace gcp.Trace) []step {
	var steps []step
	for _, t := range cloud.Timeline(trace) {
		if name, ok := s.pages.words[fmt.Sprintf("hop.%d", t.Hop)]; ok {
			steps = append(steps, step{name, milliseconds(t.AfterMS), milliseconds(t.TookMS), t.By == gcp.SideConnector})
		}
	}
	return steps
}

func milliseconds(ms *float64) string {
	if ms == nil {
		return ""
	}
	return fmt.Sprintf("%.1f ms", *ms)
}

// exportTrace gives what happened to a job as a file.
func (s *site) exportTrace(v *visit) error {
	j, err := s.cfg.Service.Job(v.ctx, v.caller, gcp.JobID(v.r.PathValue("id")))
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(j.TraceReport(), "", "  ")
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="trace.json"`)
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(append(text, '\n')) // the reader may be gone
	return nil
}
