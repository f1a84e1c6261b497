package cups

import (
	"context"
	"strings"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/printer"
)

// How long the device behind a raw queue may take to say what it can do, and when it
// is asked again: one that did not answer, and one that did.
const (
	deviceTimeout = 5 * time.Second
	deviceRetry   = time.Minute
	deviceRefresh = refreshAfter
)

// device is what the printer behind a raw queue said of itself.
type device struct {
	asked time.Time // zero for queues that have none that could be asked
	attrs goipp.Attributes
}

// due reports whether the device is to be asked (again).
func (d device) due() bool {
	wait := deviceRefresh
	if d.attrs == nil {
		wait = deviceRetry
	}
	return !d.asked.IsZero() && time.Since(d.asked) > wait
}

// deviceBehind asks the printer of a raw queue what it can do: CUPS does not know,
// and passes on what it gets. What was known stays while it does not answer. Another
// address is another device.
func (v *server) deviceBehind(ctx context.Context, p printer.Printer, before *knownQueue) device {
	if p.Kind != printer.KindRaw || !strings.HasPrefix(p.DeviceURI, "ipp://") && !strings.HasPrefix(p.DeviceURI, "ipps://") {
		return device{}
	}
	known := device{}
	if before != nil && before.p.DeviceURI == p.DeviceURI {
		known = before.device
	}
	now := device{asked: time.Now(), attrs: known.attrs}
	ctx, cancel := context.WithTimeout(ctx, deviceTimeout)
	defer cancel()
	d, err := newDirect(Direct{URI: p.DeviceURI}, Config{User: v.user, Pins: anyKey{}, Log: v.log})
	if err == nil {
		defer d.peer.close()
		var attrs goipp.Attributes
		if attrs, err = d.attributes(ctx, "all", "media-col-database"); err == nil {
			now.attrs = attrs
		}
	}
	if err != nil {
		v.log.DebugContext(ctx, "the device of a raw queue does not say what it can do", "queue", string(p.Name), "err", err)
	}
	return now
}
