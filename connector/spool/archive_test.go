package spool_test

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"platen/connector"
	"platen/connector/spool"
	"platen/gcp"
)

// endAll brings jobs to their end, a hundred at a time.
func endAll(tb testing.TB, d *spool.Dir, from, to int) {
	tb.Helper()
	for ; from < to; from += 100 {
		var offers []connector.Offer
		for i := from; i < min(from+100, to); i++ {
			offers = append(offers, connector.Offer{Job: gcp.Job{ID: jobNo(i)}, Claim: gcp.ClaimID(fmt.Sprintf("%032x", i))})
		}
		if _, err := d.Claim("lp", offers, nil); err != nil {
			tb.Fatal(err)
		}
		var wg sync.WaitGroup // they share their flushes
		for i, o := range offers {
			wg.Go(func() {
				end := connector.Status{State: gcp.StateOf(gcp.JobDone), Pages: from + i}
				e := connector.Event{Kind: connector.EventEnded, ID: o.Job.ID, At: time.Now().UnixMicro(), Status: &end}
				if err := errors.Join(d.Write(e), d.Forget(o.Job.ID)); err != nil {
					tb.Error(err)
				}
			})
		}
		wg.Wait()
	}
}

func jobNo(i int) gcp.JobID { return gcp.JobID(fmt.Sprintf("%032x", 1_000_000+i)) }

// Ends that left the journal are known with their claim, over restarts, and later
// ones take the place of earlier ones.
func TestArchive(t *testing.T) {
	path := t.TempDir()
	o := spool.Options{Reserve: -1, CompactAt: 10 << 10}
	d := openWith(t, path, o)
	endAll(t, d, 0, 300)
	for range 2 {
		for _, i := range []int{0, 17, 299} {
			c, err := d.Recall(jobNo(i))
			if err != nil || c.Outcome != connector.ClaimEnded || c.Record.End.Pages != i || c.Record.Claim != gcp.ClaimID(fmt.Sprintf("%032x", i)) {
				t.Errorf("job %d: %+v, %v", i, c, err)
			}
		}
		if c, err := d.Recall("other"); err != nil || c.Outcome != connector.ClaimFresh {
			t.Errorf("a job never seen: %+v, %v", c, err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		d = openWith(t, path, o)
	}
	fi, err := os.Stat(filepath.Join(path, "journal"))
	if err != nil || fi.Size() > 1000 {
		t.Errorf("the journal still has %d bytes, %v", fi.Size(), err)
	}
}

// Whatever is lost of the memory is told: a file that is gone, cut or changed.
func TestArchiveDamage(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, file string){
		"none": func(*testing.T, string) {},
		"gone": func(t *testing.T, file string) {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		},
		"cut": func(t *testing.T, file string) {
			if err := os.Truncate(file, 1000); err != nil {
				t.Fatal(err)
			}
		},
		"changed": func(t *testing.T, file string) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			b = bytes.Replace(b, []byte(`"DONE"`), []byte(`"DON3"`), 1)
			if err := os.WriteFile(file, b, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"longer": func(t *testing.T, file string) { // an append that no journal acknowledged
			f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, err = f.WriteString("00000000 {")
			if err = errors.Join(err, f.Close()); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir()
			d := open(t, path)
			since := d.Since()
			endAll(t, d, 0, 50)
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if err := open(t, path).Close(); err != nil { // archives them
				t.Fatal(err)
			}
			files, err := filepath.Glob(filepath.Join(path, "ends", "*"))
			if err != nil || len(files) != 1 {
				t.Fatalf("files %v, %v", files, err)
			}
			harm(t, files[0])
			d = open(t, path)
			whole := name == "none" || name == "longer"
			if same := d.Since().Equal(since); same != whole {
				t.Errorf("memory since %v, was %v", d.Since(), since)
			}
			endAll(t, d, 50, 60)
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			d = open(t, path)
			if c, err := d.Recall(jobNo(55)); err != nil || c.Outcome != connector.ClaimEnded || c.Record.End.Pages != 55 {
				t.Errorf("an end from after the damage: %+v, %v", c, err)
			}
		})
	}
}

// BenchmarkEnds shows what an end costs in memory and on disk, and how long a start
// takes with many.
func BenchmarkEnds(b *testing.B) {
	path := b.TempDir()
	d, err := spool.Open(path, spool.Options{Reserve: -1})
	if err != nil {
		b.Fatal(err)
	}
	const n = 100_000
	endAll(b, d, 0, n)
	if err := d.Close(); err != nil {
		b.Fatal(err)
	}
	d = nil
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for b.Loop() {
		if d, err = spool.Open(path, spool.Options{Reserve: -1}); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/n, "heap-B/end")
	files, err := filepath.Glob(filepath.Join(path, "ends", "*"))
	if err != nil {
		b.Fatal(err)
	}
	var size int64
	for _, f := range files {
		if fi, err := os.Stat(f); err == nil {
			size += fi.Size()
		}
	}
	b.ReportMetric(float64(size)/n, "disk-B/end")
	runtime.KeepAlive(d)
}

// The claim is in the line that says that the job is ours, and stays.
func TestClaimIsKept(t *testing.T) {
	path := t.TempDir()
	claim(t, open(t, path), "j")
	for range 2 { // from what Claim wrote, and from what Open made of it
		d := open(t, path)
		if got := d.Unfinished()[0].Claim; got != "claim of j" {
			t.Errorf("claim %q", got)
		}
		if c, err := d.Recall("j"); err != nil || c.Outcome != connector.ClaimHeld || c.Record.Claim != "claim of j" {
			t.Errorf("recalled %+v, %v", c, err)
		}
	}
}

// A memory begins with a new journal, or again with a damaged one; until then it
// reaches back, over restarts. That of an older program reaches back, too.
func TestSince(t *testing.T) {
	path := t.TempDir()
	now := time.Unix(1_767_225_600, 0)
	o := spool.Options{Reserve: -1, Now: func() time.Time { return now }}
	at := func() time.Time {
		t.Helper()
		return openWith(t, path, o).Since()
	}
	if got := at(); !got.Equal(now) {
		t.Errorf("a new journal knows since %v", got)
	}
	began := now
	now = now.Add(time.Hour)
	if got := at(); !got.Equal(began) {
		t.Errorf("after a restart: since %v", got)
	}
	d := openWith(t, path, o)
	claim(t, d, "a")
	claim(t, d, "b")
	journal := filepath.Join(path, "journal")
	b, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(journal, bytes.Replace(b, []byte(`"id":"a"`), []byte(`"id":"x"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := at(); !got.Equal(now) {
			t.Errorf("a damaged journal knows since %v", got)
		}
	}
	old := t.TempDir()
	js := []byte(`{"platen-journal":1}`)
	line := fmt.Sprintf("%08x %s\n", crc32.Checksum(js, crc32.MakeTable(crc32.Castagnoli)), js)
	if err := os.WriteFile(filepath.Join(old, "journal"), []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := open(t, old).Since(); !got.IsZero() {
		t.Errorf("a journal from before knows since %v", got)
	}
}
