package e2e

import (
	"fmt"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"platen/internal/lab"
)

// Yesterday's backup of the cloud comes back: what was printed since is not
// printed again, what had not ended is told of by the connector, no printer
// changes its id, and jobs go on.
func TestYesterdaysBackup(t *testing.T) {
	cups := lab.CUPS(t, lab.CUPSOptions{})
	cups.AddRaw("raw", "")
	s := lab.NewSite(t, lab.SiteOptions{Bin: lab.Build(t), CUPS: []string{cups.Socket}, ConnectConfig: "reconnect_max = \"1s\""})
	s.Start()
	printer := s.Printer("raw")
	docs := map[string][]byte{}
	send := func(label string, n int) (ids []string) {
		for i := range n {
			title := fmt.Sprintf("%s-%d", label, i)
			doc := document(title, 4<<10)
			docs[title] = doc
			ids = append(ids, submit(t, s, printer, title, doc))
		}
		return ids
	}
	done := func(ids []string) {
		t.Helper()
		for _, id := range ids {
			if j := s.Await(id, 2*time.Minute, lab.Job.Ended); j.State() != "DONE" {
				t.Errorf("%s ended %+v", j.Title, j)
			}
		}
	}
	old := send("before", 3)
	done(old)
	s.StopConnector()
	waiting := send("waiting", 5)
	file := filepath.Join(t.TempDir(), "cloud.tar")
	s.Cloud("backup", file) // while it runs
	s.StartConnector()
	done(waiting)
	since := send("since", 5)
	done(since)
	s.KillCloud()
	s.Cloud("restore", file, "--force")
	s.StartCloud()

	// The connector, which never stopped, says how the waiting ones ended.
	done(waiting)
	done(old)
	for _, id := range since {
		if a, err := s.Call("job", url.Values{"jobid": {id}}); err != nil || a.Success {
			t.Errorf("the restored cloud knows a job from after the backup: %v, %+v", err, a)
		}
	}
	if got := s.Printer("raw"); got != printer {
		t.Errorf("the printer is %s, was %s", got, printer)
	}
	done(send("new", 3))
	out := received(t, cups)
	for title, doc := range docs {
		if n, broken := count(out, doc); n != 1 || broken != 0 {
			t.Errorf("%s was printed %d times, %d in part", title, n, broken)
		}
	}
}
