package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/pressly/goose/v3"
)

// migrations are numbered and only ever added to: a released one never changes.
//
//go:embed migrations/*.sql
var migrations embed.FS

// Migrate brings the database file to the newest schema that this program knows, as
// Open does, and tells log of each step: where there are many jobs one takes minutes.
func Migrate(ctx context.Context, path string, log *slog.Logger) error {
	if err := ensureFile(path); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	db, err := connect(path, 1)
	if err != nil {
		return err
	}
	return errors.Join(migrate(ctx, db, log), db.Close())
}

// migrate takes the missing steps, each whole or not at all.
func migrate(ctx context.Context, db *sql.DB, log *slog.Logger) error {
	p, err := migrator(db)
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if have > want {
		return fmt.Errorf("the database has schema %d, this program knows %d: run a newer program", have, want)
	}
	if have == 0 { // a new one, which takes no time
		log = slog.New(slog.DiscardHandler)
	}
	for have < want {
		log.InfoContext(ctx, "the database is brought to a newer schema, which takes minutes where there are many jobs",
			"schema", have, "newest", want)
		step, err := p.UpByOne(ctx)
		if err != nil {
			return fmt.Errorf("migrate database from schema %d: %w", have, err)
		}
		have = step.Source.Version
		log.InfoContext(ctx, "the database has a newer schema", "schema", have, "newest", want, "took", step.Duration.Round(time.Millisecond))
	}
	return nil
}

// migrator knows the steps of a database.
func migrator(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}
