package daemon

import (
	"context"
	"errors"
	"log/slog"

	"platen/connector/spool"
	"platen/internal/backoff"
)

// OpenPaired is Open for a service that may start before somebody pairs it: it waits
// until that has happened, and says once what it waits for. The folder is free meanwhile.
// Credentials that cannot be read are an error: pairing would not mend them.
func OpenPaired(ctx context.Context, cfg Config, version string, log *slog.Logger) (*Daemon, error) {
	said := ""
	wait := func(what string, err error) error {
		if said != what {
			log.WarnContext(ctx, "not ready", "waits", what, "err", err)
			said = what
		}
		return backoff.Sleep(ctx, pairingPoll)
	}
	again := false
	for {
		_, err := ReadCredentials(cfg.StateDir)
		if errors.Is(err, ErrNotPaired) {
			if err := wait("to be paired", err); err != nil {
				return nil, err
			}
			continue
		}
		if err != nil && again {
			return nil, err
		}
		if err != nil { // root pairs, and hands them over only after they are there
			again = true
			if err := wait("for its credentials", err); err != nil {
				return nil, err
			}
			continue
		}
		d, err := Open(cfg, version, log)
		if !errors.Is(err, spool.ErrLocked) {
			return d, err
		}
		if err := wait("for who has the state folder", err); err != nil {
			return nil, err
		}
	}
}
