package server

import (
	"context"
	"errors"
	"fmt"

	"platen/cloud/store"
	"platen/internal/filelock"
)

// migrate brings the database to this program's schema. One of an older schema is copied
// before, and changed while nobody else uses it: a service of the program before would go on
// with a schema that it does not know.
func (s *Server) migrate(ctx context.Context, database string) error {
	old, err := store.SchemaToChange(ctx, database)
	if err != nil {
		return err
	}
	if old == 0 {
		return store.Migrate(ctx, database, s.log)
	}
	if err := filelock.Try(s.lock, filelock.Exclusive); errors.Is(err, filelock.ErrHeld) {
		return fmt.Errorf("the database has the older schema %d, and a platen-cloud uses it: stop the service, then start it with this program", old)
	} else if err != nil {
		return fmt.Errorf("lock the state folder: %w", err)
	}
	kept, err := store.KeepBefore(ctx, database, s.log)
	if err != nil {
		return err
	}
	if err := giveTo(s.cfg.StateDir, kept); err != nil {
		return fmt.Errorf("copy of the database: %w", err)
	}
	if err := store.Migrate(ctx, database, s.log); err != nil {
		return err
	}
	return filelock.Try(s.lock, filelock.Shared)
}
