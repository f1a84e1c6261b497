package cups

import (
	"context"
	"fmt"

	"github.com/OpenPrinting/goipp"
)

// sweep ends, once in a life, the subscriptions that an earlier life of this program
// left: a server keeps no more than so many. If they are another connector's, that
// one finds its own gone, makes it anew and asks for what it missed.
func (v *server) sweep(ctx context.Context) error {
	v.sweeping.Lock()
	defer v.sweeping.Unlock()
	if v.swept {
		return nil
	}
	r := newRequest(goipp.OpGetSubscriptions, "/").uri("ipp://localhost/").user(v.user).
		set("my-subscriptions", goipp.TagBoolean, goipp.Boolean(true)).
		wanting("notify-subscription-id", "notify-user-data")
	m, err := v.peer.ask(ctx, r, networkLimit)
	if err != nil && refused(err) == nil {
		return fmt.Errorf("%s: %w", r.op, err)
	}
	v.swept = true // a server that refuses to say has none to sweep
	if err != nil {
		return nil
	}
	for _, g := range m.Groups {
		if name := text(g.Attrs, "notify-user-data"); g.Tag == goipp.TagSubscriptionGroup && (name == jobEvents || name == queueEvents) {
			v.cancelSubscription(ctx, number(g.Attrs, "notify-subscription-id", 0))
		}
	}
	return nil
}

// cancelSubscription ends a subscription. One that stays ends with its lease.
func (v *server) cancelSubscription(ctx context.Context, id int) {
	r := newRequest(goipp.OpCancelSubscription, "/").uri("ipp://localhost/").integer("notify-subscription-id", id).user(v.user)
	if _, err := v.peer.ask(ctx, r, networkLimit); err != nil {
		v.log.DebugContext(ctx, "cannot end a subscription", "err", err)
	}
}
