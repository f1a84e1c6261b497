package store

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"platen/cloud"
	"platen/gcp"
)

// crashVariable tells the test program to be the one that is killed: its value
// is the database to write to.
const crashVariable = "PLATEN_TEST_CRASH_DB"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashVariable); path != "" {
		writeForEver(path)
	}
	os.Exit(m.Run())
}

// writeForEver adds jobs from several goroutines and says which are acknowledged.
func writeForEver(path string) {
	db, err := Open(context.Background(), path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for n := 0; ; n++ {
				id := gcp.JobID(fmt.Sprintf("%d-%d-%d", os.Getpid(), g, n))
				e := cloud.Event{Kind: cloud.EventJobQueued, Job: id}
				if _, err := db.AddJob(context.Background(), cloud.Job{ID: id}, cloud.Admission{}, e); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				fmt.Println(id) // one write: whole lines only
			}
		})
	}
	wg.Wait()
}

// A job that was acknowledged is there after the program was killed, with its
// event; and each event's job is there.
func TestKillLosesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	acknowledged := map[gcp.JobID]bool{}
	for range 3 {
		for _, id := range killedWriter(t, path, 150) {
			acknowledged[id] = true
		}
	}
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // read only
	events, err := db.Events(t.Context(), 0, 100000)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range events {
		if e.Seq != cloud.Seq(i+1) {
			t.Fatalf("event %d has position %d", i, e.Seq)
		}
		if _, _, err := db.Job(t.Context(), e.Job); err != nil {
			t.Errorf("event of job %s, which is gone: %v", e.Job, err)
		}
		delete(acknowledged, e.Job)
	}
	if len(acknowledged) > 0 {
		t.Errorf("%d acknowledged jobs were lost", len(acknowledged))
	}
}

// killedWriter runs a writer, kills it in the middle after n lines, and returns
// what it had acknowledged.
func killedWriter(t *testing.T, path string, n int) []gcp.JobID {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashVariable+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var ids []gcp.JobID
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		ids = append(ids, gcp.JobID(lines.Text()))
		if len(ids) == n {
			if err := cmd.Process.Kill(); err != nil { // SIGKILL
				t.Error(err)
			}
		}
	}
	_ = cmd.Wait() // killed, as it should be
	if len(ids) < n {
		t.Fatalf("the writer ended after %d jobs", len(ids))
	}
	return ids
}
