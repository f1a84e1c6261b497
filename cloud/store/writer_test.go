package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"platen/cloud"
)

func openTest(t testing.TB) *DB {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "cloud db?.sqlite"))
}

func openFile(t testing.TB, path string) *DB {
	t.Helper()
	db, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Many writes at once share commits, and one that fails or panics undoes only
// its own rows.
func TestGroupCommitKeepsWritesApart(t *testing.T) {
	db := openTest(t)
	errNo := errors.New("no")
	var wg sync.WaitGroup
	for i := range 300 {
		wg.Go(func() {
			err := db.tx(t.Context(), func(tx *Tx) error {
				if err := tx.addEvents([]cloud.Event{{Kind: "test", Job: "j"}}); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return errNo
				case 2:
					panic("programmer's error")
				}
				return nil
			})
			if good := i%3 == 0; good != (err == nil) {
				t.Errorf("write %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	events, err := db.Events(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) != 100 {
		t.Errorf("%d events kept, want 100", len(events))
	}
	for i, e := range events {
		if e.Seq != cloud.Seq(i+1) {
			t.Fatalf("event %d has position %d: a gap or a repeat", i, e.Seq)
		}
	}
}

func TestAwaitEventsWakesAfterCommit(t *testing.T) {
	db := openTest(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	woke := make(chan error, 1)
	go func() { woke <- db.AwaitEvents(ctx, 0) }()
	err := db.tx(ctx, func(tx *Tx) error { return tx.addEvents([]cloud.Event{{Kind: "test"}}) })
	if err != nil {
		t.Fatal(err)
	}
	if err := <-woke; err != nil {
		t.Fatal(err)
	}
	short, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	if err := db.AwaitEvents(short, 1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("AwaitEvents beyond the end: %v", err)
	}
}

// A command beside the service has the same file open: what it writes wakes those
// who wait in the service.
func TestAwaitEventsSeesOtherProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	here, there := openFile(t, path), openFile(t, path)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	woke := make(chan error, 1)
	go func() { woke <- here.AwaitEvents(ctx, 0) }()
	err := there.tx(ctx, func(tx *Tx) error { return tx.addEvents([]cloud.Event{{Kind: cloud.EventRobotRevoked}}) })
	if err != nil {
		t.Fatal(err)
	}
	if err := <-woke; err != nil {
		t.Fatal(err)
	}
	events, err := here.Events(ctx, 0, 10)
	if err != nil || len(events) != 1 || events[0].Kind != cloud.EventRobotRevoked {
		t.Errorf("events %v, %v, want the other one's", events, err)
	}
}

func TestCloseEndsCalls(t *testing.T) {
	db := openTest(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.tx(t.Context(), func(*Tx) error { return nil }); !errors.Is(err, ErrClosed) {
		t.Errorf("write after Close: %v", err)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "db")
	db, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	err = db.tx(t.Context(), func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)`)
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if db, err := Open(t.Context(), path); err == nil {
		t.Error("a newer schema was opened", fmt.Sprint(db.Close()))
	}
}
