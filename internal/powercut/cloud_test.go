package powercut

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"platen/cloud"
	"platen/cloud/store"
	"platen/gcp"
)

// promise is something that the service told somebody about a job.
type promise struct {
	at   int // when the answer was out
	job  gcp.JobID
	rank int
}

// rank orders the states of a job: what is told must not be taken back.
func rank(s gcp.JobStateType) int {
	switch s {
	case gcp.JobDone, gcp.JobAborted:
		return 2
	case gcp.JobInProgress, gcp.JobStopped:
		return 1
	}
	return 0
}

// promises reads what the service answered: every job in every answer, with its
// state.
func promises(t *testing.T, r record, address string) []promise {
	t.Helper()
	var all []promise
	for _, s := range r.streams(func(name string) bool { return strings.HasPrefix(name, "TCP:["+address+"->") }) {
		for _, w := range s.answers() {
			var a struct {
				Success bool      `json:"success"`
				Job     *gcp.Job  `json:"job"`
				Jobs    []gcp.Job `json:"jobs"`
			}
			if !bytes.Contains(w.body, []byte(`"success"`)) || json.Unmarshal(w.body, &a) != nil || !a.Success {
				continue
			}
			if a.Job != nil {
				a.Jobs = append(a.Jobs, *a.Job)
			}
			for _, j := range a.Jobs {
				if j.ID != "" {
					all = append(all, promise{w.at, j.ID, rank(j.SemanticState.State.Type)})
				}
			}
		}
	}
	return all
}

// Whatever moment the power fails at: the database is whole, every job that the
// service told of is there, no earlier than it was told, with its whole document.
func testCloud(t *testing.T, h *history, logs, address string) {
	h.read(t, logs)
	told := promises(t, h.record, address)
	extra := map[int]bool{}
	jobs := map[gcp.JobID]bool{}
	for _, p := range told {
		extra[p.at] = true
		jobs[p.job] = true
	}
	if len(jobs) < 30 {
		t.Fatalf("the service told of %d jobs, want 30: the record is not whole", len(jobs))
	}
	dir := scratch(t)
	seen := map[string]map[gcp.JobID]cloud.Job{}
	wrong := 0
	play(t, h, extra, func(c cut) {
		if wrong > 5 {
			return
		}
		key := digest(c.left, func(path string) bool { return strings.HasPrefix(filepath.Base(path), "cloud.db") })
		state, ok := seen[key]
		if !ok {
			database := map[string][]byte{}
			for path, b := range c.left {
				if strings.HasPrefix(filepath.Base(path), "cloud.db") {
					database[path] = b
				}
			}
			lay(t, dir, h.root, database)
			state = openDatabase(t, c, filepath.Join(dir, "cloud.db"), jobs)
			seen[key] = state
		}
		if !kept(t, c, h.root, told, state) {
			wrong++
		}
	})
	t.Logf("%d jobs, %d answers about them, %d different databases", len(jobs), len(told), len(seen))
}

// kept checks one cut.
func kept(t *testing.T, c cut, root string, told []promise, state map[gcp.JobID]cloud.Job) bool {
	t.Helper()
	good := true
	for _, p := range told {
		if p.at > c.at {
			continue
		}
		j, ok := state[p.job]
		switch {
		case !ok:
			t.Errorf("%v: job %s was accepted and is gone", c, p.job)
			return false
		case rank(j.State.Type) < p.rank:
			t.Errorf("%v: job %s is %s again", c, p.job, j.State.Type)
			return false
		}
	}
	for id, j := range state {
		if rank(j.State.Type) == 2 || j.Document.ID == "" {
			continue
		}
		got, err := sum(bytes.NewReader(c.left[filepath.Join(root, "documents", j.Document.ID)]))
		if err != nil || got != j.Document.Digest {
			t.Errorf("%v: the document of job %s is not whole (%v)", c, id, err)
			good = false
		}
	}
	return good
}

// openDatabase opens what is left, as the service does, and returns the jobs.
func openDatabase(t *testing.T, c cut, path string, ids map[gcp.JobID]bool) map[gcp.JobID]cloud.Job {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, path)
	if err != nil {
		t.Fatalf("%v: %v", c, err)
	}
	state := map[gcp.JobID]cloud.Job{}
	for id := range ids {
		j, _, err := db.Job(ctx, id)
		if errors.Is(err, cloud.ErrNotFound) {
			continue
		}
		if err != nil {
			t.Fatalf("%v: job %s: %v", c, id, err)
		}
		state[id] = j
	}
	if err := db.Close(); err != nil {
		t.Fatalf("%v: %v", c, err)
	}
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	var verdict string
	if err := errors.Join(raw.QueryRow("PRAGMA integrity_check").Scan(&verdict), raw.Close()); err != nil || verdict != "ok" {
		t.Fatalf("%v: integrity check: %v: %s", c, err, verdict)
	}
	return state
}
