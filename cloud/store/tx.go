package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"platen/cloud"
)

// Tx is a running transaction, for the length of one func given to DB.tx.
type Tx struct {
	stmts     *stmtCache
	lastEvent cloud.Seq // position of the last event written
}

// exec runs a statement. Its text must be constant: it is prepared once.
func (t *Tx) exec(query string, args ...any) (sql.Result, error) {
	s, err := t.stmts.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.Exec(args...)
}

// query runs a query with constant text; the caller closes the rows.
func (t *Tx) query(query string, args ...any) (*sql.Rows, error) {
	s, err := t.stmts.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.Query(args...)
}

// queryRow runs a query with constant text for one row.
func (t *Tx) queryRow(query string, args ...any) row {
	s, err := t.stmts.stmt(query)
	if err != nil {
		return row{err: err}
	}
	return row{row: s.QueryRow(args...)}
}

// query runs a reading query with constant text outside of a transaction.
func (d *DB) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := d.rStmts.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args...)
}

// queryAmong runs a reading query whose text is as long as the n values that it names; the
// text for one is constant.
func (d *DB) queryAmong(ctx context.Context, n int, query string, args ...any) (*sql.Rows, error) {
	if n == 1 {
		return d.query(ctx, query, args...)
	}
	return d.r.QueryContext(ctx, query, args...)
}

// queryRow runs a reading query with constant text for one row.
func (d *DB) queryRow(ctx context.Context, query string, args ...any) row {
	s, err := d.rStmts.stmt(query)
	if err != nil {
		return row{err: err}
	}
	return row{row: s.QueryRowContext(ctx, args...)}
}

// row is a *sql.Row whose statement may have failed to prepare.
type row struct {
	row *sql.Row
	err error
}

// Scan reads the row; sql.ErrNoRows if there is none.
func (r row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	return r.row.Scan(dest...)
}

// scanner is a row or rows.
type scanner interface{ Scan(dest ...any) error }

// stmtCache prepares each statement once.
type stmtCache struct {
	db preparer
	m  sync.Map // query text to *sql.Stmt
}

// preparer is a *sql.DB or one *sql.Conn of it.
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

func (c *stmtCache) stmt(query string) (*sql.Stmt, error) {
	if s, ok := c.m.Load(query); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := c.db.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("prepare: %w", err)
	}
	if old, loaded := c.m.LoadOrStore(query, s); loaded {
		return old.(*sql.Stmt), s.Close()
	}
	return s, nil
}

func (c *stmtCache) close() {
	c.m.Range(func(_, s any) bool {
		_ = s.(*sql.Stmt).Close() // the connections are about to close anyway
		return true
	})
}
