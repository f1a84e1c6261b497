package service

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// tellEvery is how often systemd is told how the service is, unless it wants to know
// more often.
const tellEvery = 10 * time.Second

// Life tells systemd what becomes of a service (sd_notify(3)), and has it read its
// settings again on SIGHUP. Without systemd only the signal is left.
type Life struct {
	// Status says in a sentence how the service is. An error means that it does not
	// answer: after WatchdogSec, systemd starts it again. It is called from one
	// goroutine, with a deadline.
	Status func(context.Context) (string, error)
	// Reload reads the settings again; nil leaves SIGHUP alone.
	Reload func(context.Context) error
	Log    *slog.Logger
}

// Run tells that the service is ready, and from then on how it is, until ctx ends.
func (l Life) Run(ctx context.Context) {
	hangUp := make(chan os.Signal, 1)
	if l.Reload != nil {
		signal.Notify(hangUp, reloadSignal)
		defer signal.Stop(hangUp)
	}
	every, watched := tellEvery, false
	if limit, err := daemon.SdWatchdogEnabled(false); err == nil && limit > 0 {
		every, watched = min(every, limit/3), true
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	l.tell(daemon.SdNotifyReady)
	l.report(ctx, every, watched)
	for {
		select {
		case <-ctx.Done():
			l.tell(daemon.SdNotifyStopping)
			return
		case <-tick.C:
			l.report(ctx, every, watched)
		case <-hangUp:
			l.reload(ctx)
			l.report(ctx, every, watched)
		}
	}
}

// report tells how the service is, and that it lives.
func (l Life) report(ctx context.Context, limit time.Duration, watched bool) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	words, err := l.Status(ctx)
	if err != nil {
		if context.Cause(ctx) != context.Canceled { //nolint:errorlint // it is returned as it is
			l.Log.WarnContext(ctx, "the service does not answer", "err", err)
		}
		return
	}
	lines := []string{"STATUS=" + strings.ReplaceAll(words, "\n", " ")}
	if watched {
		lines = append(lines, daemon.SdNotifyWatchdog)
	}
	l.tell(strings.Join(lines, "\n"))
}

func (l Life) reload(ctx context.Context) {
	l.tell(fmt.Sprintf("%s\nMONOTONIC_USEC=%d", daemon.SdNotifyReloading, monotonic().Microseconds()))
	if err := l.Reload(ctx); err != nil {
		l.Log.ErrorContext(ctx, "the settings were not read again: the old ones stay", "err", err)
	} else {
		l.Log.InfoContext(ctx, "the settings were read again")
	}
	l.tell(daemon.SdNotifyReady)
}

func (l Life) tell(state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		l.Log.Warn("systemd was not told", "err", err)
	}
}
