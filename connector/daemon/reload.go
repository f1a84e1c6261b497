package daemon

import "context"

// Reload has the daemon read the printer rules and look at its printers again now. It
// does not wait for what that changes. Rules that are wrong change nothing, and are
// the error.
func (d *Daemon) Reload(context.Context) error {
	err := d.rules.load()
	select {
	case d.reloads <- struct{}{}:
	default: // it will
	}
	return err
}

func (d *Daemon) followReloads(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.reloads:
			d.connector.Reconsider()
		}
	}
}
