package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite" // the database driver "sqlite"
)

// readers is how many connections may read at once. SQLite reads are processor
// work, so more than a few only wait for each other.
const readers = 4

// ErrClosed is returned for calls after Close.
var ErrClosed = errors.New("store: closed")

// DB is the store. Its methods may be called from any goroutine.
type DB struct {
	w, r   *sql.DB   // the file, for one writing connection and several reading ones
	conn   *sql.Conn // the writing connection: the writer's alone
	wStmts stmtCache // of conn
	rStmts stmtCache // of r

	queue   chan *write
	closing chan struct{}
	done    chan struct{} // closed when the writer has ended
	looked  chan struct{} // closed when nobody looks for events of other processes any more
	once    sync.Once

	events   eventSignal
	awaiting atomic.Int64 // calls of AwaitEvents
	observer atomic.Pointer[func(took time.Duration, writes int)]
}

// Open opens the database file, making and migrating it as needed. It refuses a
// file that a newer program has migrated further.
func Open(ctx context.Context, path string) (*DB, error) {
	if err := ensureFile(path); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	w, err := connect(path, 1)
	if err != nil {
		return nil, err
	}
	if err := migrate(ctx, w, slog.New(slog.DiscardHandler)); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	r, err := connect(path, readers)
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	d := &DB{
		w: w, r: r,
		queue:   make(chan *write, maxBatch),
		closing: make(chan struct{}),
		done:    make(chan struct{}),
		looked:  make(chan struct{}),
	}
	if err := d.prepare(ctx); err != nil {
		return nil, errors.Join(err, r.Close(), w.Close())
	}
	go d.writeLoop()
	go d.lookLoop()
	return d, nil
}

// prepare takes the writing connection and reads where the log of events ends.
func (d *DB) prepare(ctx context.Context) error {
	conn, err := d.w.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	d.conn = conn
	d.wStmts.db, d.rStmts.db = conn, d.r
	last, err := d.LastEvent(ctx)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	d.events.announce(last)
	return nil
}

// Close commits what is queued and closes the files.
func (d *DB) Close() error {
	var err error
	d.once.Do(func() {
		close(d.closing)
		<-d.done
		<-d.looked
		d.wStmts.close()
		d.rStmts.close()
		err = errors.Join(d.r.Close(), d.conn.Close(), d.w.Close())
	})
	return err
}

// ensureFile makes the file with permissions for its owner alone: it holds
// hashes of passwords and tokens. SQLite gives its companions the same mode.
func ensureFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// connect opens a pool of n connections. synchronous(FULL) makes each commit
// survive a power cut; _txlock=immediate takes the write lock at BEGIN, so that
// a transaction never fails half way because another process wrote meanwhile.
func connect(path string, n int) (*sql.DB, error) {
	q := url.Values{
		"_txlock": {"immediate"},
		"_pragma": {
			"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)",
			"foreign_keys(1)", "cache_size(-16000)", "temp_store(MEMORY)",
		},
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}
