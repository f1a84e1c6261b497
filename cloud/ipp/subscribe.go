package ipp

import (
	"errors"
	"slices"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/internal/ippserver"
	"platen/internal/ippwords"
)

// Bounds of subscriptions.
const (
	maxSubs      = 20_000 // at once
	maxSubsOne   = 100    // of one person
	maxLease     = 24 * time.Hour
	defaultLease = time.Hour
	maxUserData  = 63 // bytes (RFC 3995, 5.3.6)
)

// The events that can be subscribed to (RFC 3995, 5.3.3.4).
const (
	eventPrinterState  = "printer-state-changed"
	eventPrinterConfig = "printer-config-changed"
	eventJobCreated    = "job-created"
	eventJobCompleted  = "job-completed"
	eventJobState      = "job-state-changed"
	eventJobProgress   = "job-progress"
)

func notifyEvents() []string {
	return []string{eventJobCompleted, eventJobCreated, eventJobProgress, eventJobState, eventPrinterConfig, eventPrinterState}
}

// subscribe is Create-Printer-Subscriptions (RFC 3995, 11.1.2).
func (c *call) subscribe() error { return c.addSubscriptions("", 0) }

// subscribeJob is Create-Job-Subscriptions (RFC 3995, 11.1.1).
func (c *call) subscribeJob() error {
	n := ippserver.Integer(c.x.Req.Operation, "notify-job-id", ippserver.JobID(c.x.Req))
	j, err := c.jobNumbered(n)
	switch {
	case err != nil:
		return err
	case j.coming != nil || j.view.State.Type.Ended():
		return refuse(goipp.StatusErrorNotPossible, "The job has ended, or has not begun.")
	}
	return c.addSubscriptions(j.view.ID, n)
}

// addSubscriptions makes a subscription of each group of the request, and answers for
// each in its place.
func (c *call) addSubscriptions(job gcp.JobID, number int) error {
	if _, err := c.user(); err != nil {
		return err
	}
	last, err := c.h.cfg.Service.LastEvent(c.ctx)
	if err != nil {
		return err
	}
	groups := slices.DeleteFunc(slices.Clone(c.x.Req.Groups), func(g goipp.Group) bool { return g.Tag != goipp.TagSubscriptionGroup })
	if len(groups) > maxSubsOne {
		return errSubs
	}
	made, asked := 0, len(groups)
	for _, g := range groups {
		s, err := c.subscriptionOf(g.Attrs)
		var l ippserver.List
		if err == nil {
			s.job, s.number, s.last = job, number, last
			err = c.h.subs.add(s, c.h.cfg.Now())
		}
		if r, ok := errors.AsType[*refusal](err); ok {
			l.Enums("notify-status-code", int(r.status))
		} else {
			made++
			l.Integers("notify-subscription-id", s.id)
			l.Integers("notify-lease-duration", int(s.lease/time.Second))
		}
		c.x.Answer(goipp.TagSubscriptionGroup, goipp.Attributes(l))
	}
	switch {
	case asked == 0:
		return refuse(goipp.StatusErrorBadRequest, "There are no subscription attributes.")
	case made == 0:
		c.x.Resp.Code = goipp.Code(goipp.StatusErrorIgnoredAllSubscriptions)
	case made < asked:
		c.x.Resp.Code = goipp.Code(goipp.StatusOkIgnoredSubscriptions)
	}
	return nil
}

// subscriptionOf reads one group. Events are fetched here, and sent nowhere.
func (c *call) subscriptionOf(g goipp.Attributes) (*subscription, error) {
	if ippserver.Text(g, "notify-recipient-uri") != "" || ippserver.Text(g, "notify-pull-method") != "ippget" {
		return nil, refuse(goipp.StatusErrorAttributesOrValues, "Events are fetched here: notify-pull-method is ippget.")
	}
	s := &subscription{printer: c.place.printer, owner: c.caller.User.ID, lease: defaultLease}
	for _, e := range ippserver.Texts(g, "notify-events") {
		if slices.Contains(notifyEvents(), e) && !slices.Contains(s.events, e) {
			s.events = append(s.events, e)
		}
	}
	if ippwords.First(g, "notify-events") == nil {
		s.events = []string{eventJobCompleted}
	}
	if len(s.events) == 0 {
		return nil, refuse(goipp.StatusErrorAttributesOrValues, "None of these events is known here.")
	}
	if v := ippwords.First(g, "notify-user-data"); len(v) > 0 {
		data, ok := v[0].V.(goipp.Binary)
		if !ok || len(data) > maxUserData {
			return nil, refuse(goipp.StatusErrorRequestValue, "notify-user-data is too long.")
		}
		s.data = data
	}
	s.lease = leaseOf(g)
	s.until = c.h.cfg.Now().Add(s.lease)
	return s, nil
}

// leaseOf reads how long a subscription is to last; 0, which is for ever, is as long as
// can be (RFC 3995, 5.3.8).
func leaseOf(g goipp.Attributes) time.Duration {
	n := ippserver.Integer(g, "notify-lease-duration", int(defaultLease/time.Second))
	if n <= 0 || n > int(maxLease/time.Second) {
		return maxLease
	}
	return time.Duration(n) * time.Second
}

// mySubscription returns the subscription that a request names, if it is the caller's.
func (c *call) mySubscription(id int) (*subscription, error) {
	s := c.h.subs.find(id, c.place.printer, c.caller.User.ID, c.h.cfg.Now())
	if s == nil {
		return nil, refuse(goipp.StatusErrorNotFound, "There is no such subscription.")
	}
	return s, nil
}

func (c *call) named() (*subscription, error) {
	return c.mySubscription(ippserver.Integer(c.x.Req.Operation, "notify-subscription-id", 0))
}

// getSubscription is Get-Subscription-Attributes (RFC 3995, 11.2.4).
func (c *call) getSubscription() error {
	s, err := c.named()
	if err != nil {
		return err
	}
	c.x.Answer(goipp.TagSubscriptionGroup, ippserver.Pick(c.x.Req, c.describeSubscription(s), ""))
	return nil
}

// getSubscriptions is Get-Subscriptions (RFC 3995, 11.2.5): the caller's own.
func (c *call) getSubscriptions() error {
	if _, err := c.user(); err != nil {
		return err
	}
	number := ippserver.Integer(c.x.Req.Operation, "notify-job-id", 0)
	left := ippserver.Integer(c.x.Req.Operation, "limit", maxSubsOne)
	for _, s := range c.h.subs.of(c.place.printer, c.caller.User.ID, c.h.cfg.Now()) {
		if s.number != number {
			continue
		}
		if left--; left < 0 {
			break
		}
		c.x.Answer(goipp.TagSubscriptionGroup, ippserver.Pick(c.x.Req, c.describeSubscription(s), "notify-subscription-id"))
	}
	return nil
}

func (c *call) describeSubscription(s *subscription) goipp.Attributes {
	s.mu.Lock()
	defer s.mu.Unlock()
	var l ippserver.List
	l.Integers("notify-subscription-id", s.id)
	l.Strings("notify-printer-uri", goipp.TagURI, c.uri())
	if s.number > 0 {
		l.Integers("notify-job-id", s.number)
	}
	l.Strings("notify-events", goipp.TagKeyword, s.events...)
	l.Strings("notify-pull-method", goipp.TagKeyword, "ippget")
	l.Integers("notify-lease-duration", int(s.lease/time.Second))
	l.Integers("notify-lease-expiration-time", upTime(s.until))
	l.Integers("notify-sequence-number", s.next)
	l.Strings("notify-subscriber-user-name", goipp.TagName, ippserver.Cut(c.caller.User.Email, 255))
	l.Integers("notify-printer-up-time", upTime(c.h.cfg.Now()))
	l.Strings("notify-charset", goipp.TagCharset, "utf-8")
	l.Strings("notify-natural-language", goipp.TagLanguage, "en")
	if s.data != nil {
		l.Add("notify-user-data", goipp.TagString, s.data)
	}
	return goipp.Attributes(l)
}

// renew is Renew-Subscription (RFC 3995, 11.2.6).
func (c *call) renew() error {
	s, err := c.named()
	if err != nil {
		return err
	}
	lease := defaultLease
	for _, g := range c.x.Req.Groups {
		if g.Tag == goipp.TagSubscriptionGroup {
			lease = leaseOf(g.Attrs)
		}
	}
	s.mu.Lock()
	s.lease, s.until = lease, c.h.cfg.Now().Add(lease)
	s.mu.Unlock()
	var l ippserver.List
	l.Integers("notify-lease-duration", int(lease/time.Second))
	c.x.Answer(goipp.TagSubscriptionGroup, goipp.Attributes(l))
	return nil
}

// unsubscribe is Cancel-Subscription (RFC 3995, 11.2.7).
func (c *call) unsubscribe() error {
	s, err := c.named()
	if err == nil {
		c.h.subs.remove(s)
	}
	return err
}

// errSubs is the answer to somebody who has too many.
var errSubs = refuse(goipp.StatusErrorTooManySubscriptions, "")
