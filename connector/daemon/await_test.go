package daemon

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// Who has no credentials waits for them; who cannot read those that are there says so.
func TestOpenPairedWaitsToBePairedAlone(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	synctest.Test(t, func(t *testing.T) {
		cfg := Default()
		cfg.StateDir = t.TempDir()
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		if _, err := OpenPaired(ctx, cfg, "1.0.0", log); ctx.Err() == nil {
			t.Errorf("without credentials: %v after %v", err, time.Since(began))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		cfg := Default()
		cfg.StateDir = t.TempDir()
		write(t, cfg.StateDir, map[string]string{filepath.Base(credentialsPath(cfg.StateDir)): "no credentials"})
		began := time.Now()
		_, err := OpenPaired(t.Context(), cfg, "1.0.0", log)
		if _, want := ReadCredentials(cfg.StateDir); err == nil || err.Error() != want.Error() {
			t.Errorf("it says %v, want %v", err, want)
		}
		if took := time.Since(began); took > 2*pairingPoll {
			t.Errorf("after %v", took)
		}
	})
}
