package daemon

import "context"

// Reload has the daemon look at its printers again now. It does not wait for that.
func (d *Daemon) Reload(context.Context) error {
	select {
	case d.reloads <- struct{}{}:
	default: // it will
	}
	return nil
}

func (d *Daemon) followReloads(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.reloads:
			d.connector.Refresh()
		}
	}
}
