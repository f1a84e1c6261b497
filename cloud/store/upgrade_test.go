package store

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// jobOfSchema4 inserts a job as the program with schema 4 did.
const jobOfSchema4 = `INSERT INTO jobs (id, ord, printer, owner, state_type, queued_time, create_time, update_time,
	end_time, cancel_requested, cancel_ack, attempts, pages_printed, unconfirmed, deleted,
	document, document_size, document_digest, title, tags, state, message, trace, owner_email,
	printer_name, content_type, pages, ticket)
	VALUES (?, 1, 'p1', ?, 'DONE', 5, 5, 5, 9, 0, 0, 0, 0, 0, 0, ?, ?, 'sha256:x', 't', 'null', '{"type":"DONE"}', '', 'null', 'a@example.com',
	'P', 'application/pdf', 0, '{}')`

// writeSchema4 makes a database as released programs left it.
func writeSchema4(t *testing.T, path string) {
	t.Helper()
	ctx := t.Context()
	if err := ensureFile(path); err != nil {
		t.Fatal(err)
	}
	db, err := connect(path, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	p, err := migrator(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(ctx, 4); err != nil {
		t.Fatal(err)
	}
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(ctx, query, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO robots VALUES ('r1', 'alice', 'proxy', 'client', 1, 2, 1, 3)`)
	exec(`INSERT INTO printers VALUES ('p1', 'alice', 'r1', 'proxy', 'name', 'uuid', 0, '', '', 1, 2, 3, '{"local_settings":{}}', '', '')`)
	exec(`INSERT INTO events VALUES (1, 5, 'job.queued', 'p1', 'j1', 'r1', 'alice', 'QUEUED')`)
	exec(`UPDATE counters SET value = 1 WHERE name = 'event'`)
	exec(jobOfSchema4, "j1", "alice", "d1", 100)
	exec(jobOfSchema4, "j2", "alice", "d2", 20)
	exec(jobOfSchema4, "j3", "alice", "", 3) // its document was deleted
	exec(jobOfSchema4, "j4", "bob", "d4", 7)
}

// The rows of a service that was updated are there, with what the new program
// needs to know of them.
func TestUpgradeFromSchema4(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	writeSchema4(t, path)
	ctx := context.Background()
	var told bytes.Buffer
	if err := Migrate(ctx, path, slog.New(slog.NewTextHandler(&told, nil))); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"brought to a newer schema", "schema=4 ", "took="} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("the log does not say %q:\n%s", want, &told)
		}
	}
	told.Reset()
	if err := Migrate(ctx, path, slog.New(slog.NewTextHandler(&told, nil))); err != nil || told.Len() > 0 {
		t.Errorf("there was nothing to do, and the log says %v %s", err, &told)
	}
	d := openFile(t, path)
	j, of, err := d.Job(ctx, "j1")
	if err != nil || of.Owner != "alice" || j.State.Type != gcp.JobDone || j.Claim != "" || j.Restored != "" || !j.ExpireTime.IsZero() {
		t.Errorf("job %+v of %+v, %v", j, of, err)
	}
	due, err := d.DueJobs(ctx, time.Unix(1, 0), 10)
	if err != nil || len(due) != 4 {
		t.Errorf("due jobs %v, %v: the service looks at all old jobs once", due, err)
	}
	list, err := d.ListPrinters(ctx, cloud.PrinterFilter{})
	if err != nil || len(list) != 1 || !list[0].Hidden.IsZero() {
		t.Errorf("printers %+v, %v", list, err)
	}
	r, err := d.Robot(ctx, "r1")
	if err != nil || r.Run != "" || r.Installations != nil || !r.Connected {
		t.Errorf("robot %+v, %v", r, err)
	}
	events, err := d.Events(ctx, 0, 10)
	if err != nil || len(events) != 1 || events[0].By != "" {
		t.Errorf("events %+v, %v", events, err)
	}
	for owner, want := range map[string]int64{"alice": 120, "bob": 7} {
		var bytes int64
		if err := d.queryRow(ctx, selectStored, owner).Scan(&bytes); err != nil || bytes != want {
			t.Errorf("%s has stored %d bytes, %v, want %d", owner, bytes, err, want)
		}
	}
}

// Jobs from before are found by their words, and counted in their months.
func TestUpgradeIndexesJobs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	writeSchema4(t, path)
	d := openFile(t, path)
	for text, want := range map[string]int{"example": 4, "Ample.Com": 4, "nothing": 0} {
		page, err := d.BrowseJobs(t.Context(), cloud.JobBrowse{Text: text, Limit: 10})
		if err != nil || len(page.Jobs) != want {
			t.Errorf("%d jobs have %q, %v, want %d", len(page.Jobs), text, err, want)
		}
	}
	// They printed documents of which nobody counted the pages.
	sums, err := d.Sums(t.Context(), cloud.SumFilter{From: "1969-12-15", To: "1970-01-31", By: cloud.SumByPerson})
	if want := []cloud.Sum{{Owner: "alice", OwnerEmail: "a@example.com", Jobs: 3}, {Owner: "bob", OwnerEmail: "a@example.com", Jobs: 1}}; err != nil || !slices.Equal(sums, want) {
		t.Errorf("sums %+v, %v, want %+v", sums, err, want)
	}
}

// A newer program backs up an older one's database without changing it.
func TestSnapshotOfSchema4(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a database?")
	writeSchema4(t, path)
	into := filepath.Join(t.TempDir(), "a copy?")
	s, err := TakeSnapshot(t.Context(), path, into)
	if err != nil {
		t.Fatal(err)
	}
	docs, err := s.Documents(t.Context())
	want := []cloud.Document{{ID: "d1", Size: 100, Digest: "sha256:x"}, {ID: "d2", Size: 20, Digest: "sha256:x"}, {ID: "d4", Size: 7, Digest: "sha256:x"}}
	if err != nil || !slices.Equal(docs, want) {
		t.Errorf("documents %v, %v", docs, err)
	}
	if epoch, err := s.Epoch(t.Context()); err != nil || epoch != "" {
		t.Errorf("epoch %q, %v", epoch, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for _, name := range []string{path, into} {
		var version int
		db, err := connect(name, 1)
		if err == nil {
			err = db.QueryRowContext(t.Context(), `SELECT MAX(version_id) FROM goose_db_version`).Scan(&version)
		}
		if err := errors.Join(err, db.Close()); err != nil || version != 4 {
			t.Errorf("%s has schema %d, %v", name, version, err)
		}
	}
	if s, err := TakeSnapshot(t.Context(), filepath.Join(t.TempDir(), "none"), into+"2"); err == nil {
		t.Error("a database that is not there was copied", s.Close())
	}
}

// The account of stored bytes is what adding the documents up gives.
func storedBytesAgree(t *testing.T, d *DB) {
	t.Helper()
	var wrong int
	err := d.queryRow(context.Background(), `SELECT COUNT(*) FROM stored WHERE bytes <>
		(SELECT COALESCE(SUM(document_size), 0) FROM jobs WHERE jobs.owner = stored.owner AND document <> '')`).Scan(&wrong)
	if err != nil || wrong > 0 {
		t.Errorf("%d accounts of stored bytes are wrong, %v", wrong, err)
	}
}

// A program that changes the schema leaves the database of the program before, whole and
// once, and nothing of what it left earlier.
func TestDatabaseIsCopiedBeforeItsSchemaChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	ctx, log := t.Context(), slog.New(slog.DiscardHandler)
	keep := func() []string {
		t.Helper()
		if _, err := KeepBefore(ctx, path, log); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(path + ".*")
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	if got := keep(); len(got) > 0 {
		t.Errorf("of no database there is %v", got)
	}
	writeSchema4(t, path)
	if err := os.WriteFile(path+".schema-3", []byte("of an earlier update"), 0o600); err != nil {
		t.Fatal(err)
	}
	kept := path + ".schema-4"
	if got := keep(); !slices.Equal(got, []string{kept}) {
		t.Fatalf("kept %v, want %s", got, kept)
	}
	if err := Migrate(ctx, path, log); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(kept); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the copy is %v, %v", st, err)
	}
	if err := os.Remove(kept); err != nil {
		t.Fatal(err)
	}
	if got := keep(); len(got) > 0 {
		t.Errorf("of a database of this program there is %v", got)
	}
}

// The program before can go on with the copy.
func TestCopyIsOfTheOldSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	writeSchema4(t, path)
	log := slog.New(slog.DiscardHandler)
	kept, err := KeepBefore(t.Context(), path, log)
	if err := errors.Join(err, Migrate(t.Context(), path, log)); err != nil {
		t.Fatal(err)
	}
	db, err := connect(kept, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // it was read
	p, err := migrator(db)
	if err != nil {
		t.Fatal(err)
	}
	if have, err := p.GetDBVersion(t.Context()); err != nil || have != 4 {
		t.Errorf("the copy has schema %d, %v", have, err)
	}
	var jobs int
	if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM jobs").Scan(&jobs); err != nil || jobs != 4 {
		t.Errorf("%d jobs in the copy, %v", jobs, err)
	}
}
