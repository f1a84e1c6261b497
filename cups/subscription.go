package cups

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/OpenPrinting/goipp"
)

const (
	lease      = time.Hour // of a subscription; it outlives a crash by no more
	renewAfter = lease / 2
	// refusedFor is how long a server that gives no subscription is not asked for one
	// again: CUPS keeps MaxSubscriptions, 100 by default, and others may end theirs.
	refusedFor = 30 * time.Second
)

// The names of our subscriptions, for who lists a server's (notify-user-data, RFC
// 3995, 5.3.5), and for ourselves after a crash.
const (
	jobEvents   = "platen"
	queueEvents = "platen-queues"
)

// subscription is one for events of all queues of a server (RFC 3995, RFC 3996).
type subscription struct {
	v      *server
	name   string // jobEvents or queueEvents
	events []string
	id     int // notify-subscription-id, 0 for none
	next   int // notify-sequence-number
	renew  time.Time

	refusal error // the server gives none
	again   time.Time
}

// keep makes the subscription if there is none (RFC 3995, 11.1.2), or its lease
// longer. A server that refuses one is not asked again for a while: see refused.
func (s *subscription) keep(ctx context.Context) error {
	switch {
	case s.id == 0 && time.Now().Before(s.again):
		return s.refusal
	case s.id == 0:
		err := s.v.sweep(ctx)
		if err == nil {
			err = s.begin(ctx)
		}
		if refused(err) == nil {
			s.refusal = nil
			return err
		}
		if s.refusal == nil {
			s.v.log.WarnContext(ctx, "the server tells no events: it is asked again and again instead", "server", s.v.peer.target, "err", err)
		}
		s.refusal, s.again = err, time.Now().Add(refusedFor)
		return err
	case time.Now().After(s.renew):
		s.renewLease(ctx)
	}
	return nil
}

func (s *subscription) begin(ctx context.Context) error {
	events := goipp.Attribute{Name: "notify-events"}
	for _, e := range s.events {
		events.Values.Add(goipp.TagKeyword, goipp.String(e))
	}
	r := newRequest(goipp.OpCreatePrinterSubscriptions, "/").uri("ipp://localhost/").user(s.v.user)
	r.sub = goipp.Attributes{
		events,
		goipp.MakeAttribute("notify-pull-method", goipp.TagKeyword, goipp.String("ippget")),
		leased(),
		goipp.MakeAttribute("notify-user-data", goipp.TagString, goipp.Binary(s.name)),
	}
	m, err := s.v.peer.ask(ctx, r, networkLimit)
	if err != nil {
		return fmt.Errorf("%s: %w", r.op, err)
	}
	if s.id = number(m.Subscription, "notify-subscription-id", 0); s.id == 0 {
		return errors.New("the server gave the subscription no number")
	}
	s.next, s.renew = 1, time.Now().Add(renewAfter)
	return nil
}

func leased() goipp.Attribute {
	return goipp.MakeAttribute("notify-lease-duration", goipp.TagInteger, goipp.Integer(lease/time.Second))
}

func (s *subscription) renewLease(ctx context.Context) {
	s.renew = time.Now().Add(renewAfter)
	r := newRequest(goipp.OpRenewSubscription, "/").uri("ipp://localhost/").integer("notify-subscription-id", s.id).user(s.v.user)
	r.sub = goipp.Attributes{leased()}
	if _, err := s.v.peer.ask(ctx, r, networkLimit); err != nil { // then it ends, and is made anew
		s.v.log.DebugContext(ctx, "cannot renew the subscription", "err", err)
	}
}

// hear fetches the events since the last time (RFC 3996, 5). A gap in their numbers
// means that the server kept only the newest.
func (s *subscription) hear(ctx context.Context) (events []goipp.Attributes, gap bool, err error) {
	r := newRequest(goipp.OpGetNotifications, "/").uri("ipp://localhost/").user(s.v.user).
		integer("notify-subscription-ids", s.id).integer("notify-sequence-numbers", s.next)
	m, err := s.v.peer.ask(ctx, r, networkLimit)
	if err != nil {
		return nil, false, err
	}
	for _, g := range m.Groups {
		if g.Tag != goipp.TagEventNotificationGroup {
			continue
		}
		n := number(g.Attrs, "notify-sequence-number", s.next)
		gap = gap || n > s.next
		s.next = max(s.next, n+1)
		events = append(events, slices.Clone(g.Attrs))
	}
	return events, gap, nil
}

// end cancels the subscription: no events are kept for nobody.
func (s *subscription) end(ctx context.Context) {
	if s.id == 0 {
		return
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer stop()
	s.v.cancelSubscription(ctx, s.id)
}
