package ipp

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/ippserver"
	"platen/internal/ippwords"
	"platen/internal/stall"
)

const (
	// waitTime is how long Get-Notifications waits for something to happen: shorter than
	// what stands between, such as a proxy, waits for an answer.
	waitTime = 30 * time.Second
	// eventLife is how long an event waits to be fetched (ippget-event-life).
	eventLife = time.Hour
	// eventPage is how many events of the service are looked at at once.
	eventPage = 500
	// pollTime is how long a client is told to wait that does not want to be kept waiting.
	pollTime = 30
	// maxWaiting is how many requests of one person wait at once.
	maxWaiting = 16
)

// notifications is Get-Notifications (RFC 3996, 5): with notify-wait it is answered once
// there is something to tell.
func (c *call) notifications() error {
	if _, err := c.user(); err != nil {
		return err
	}
	op := c.x.Req.Operation
	subs, from, err := c.subscribed(op)
	if err != nil {
		return err
	}
	interval := pollTime
	wait := ippserver.Bool(op, "notify-wait")
	if wait {
		interval = 0 // it may ask again at once
	}
	list, err := c.collected(subs, from)
	if err == nil && len(list) == 0 && wait {
		list, err = c.awaited(subs, from)
	}
	if err != nil {
		return err
	}
	c.x.Resp.Groups[0].Add(goipp.MakeAttribute("notify-get-interval", goipp.TagInteger, goipp.Integer(interval)))
	c.x.Resp.Groups[0].Add(goipp.MakeAttribute("printer-up-time", goipp.TagInteger, goipp.Integer(upTime(c.h.cfg.Now()))))
	for _, attrs := range list {
		c.x.Answer(goipp.TagEventNotificationGroup, attrs)
	}
	return nil
}

// subscribed reads which subscriptions are asked for, and from which event on.
func (c *call) subscribed(op goipp.Attributes) ([]*subscription, []int, error) {
	ids, numbers := ippwords.First(op, "notify-subscription-ids"), ippwords.First(op, "notify-sequence-numbers")
	if len(ids) == 0 || len(ids) > maxSubsOne {
		return nil, nil, refuse(goipp.StatusErrorBadRequest, "Which subscriptions? notify-subscription-ids lists none, or too many.")
	}
	var subs []*subscription
	var from []int
	for i, v := range ids {
		n, _ := v.V.(goipp.Integer)
		s, err := c.mySubscription(int(n))
		if err != nil {
			return nil, nil, err
		}
		first := 1
		if i < len(numbers) {
			if n, ok := numbers[i].V.(goipp.Integer); ok {
				first = max(1, int(n))
			}
		}
		subs, from = append(subs, s), append(from, first)
	}
	return subs, from, nil
}

// collected returns what there is to tell now.
func (c *call) collected(subs []*subscription, from []int) ([]goipp.Attributes, error) {
	var list []goipp.Attributes
	for i, s := range subs {
		if err := c.look(s); err != nil {
			return nil, err
		}
		s.mu.Lock()
		for _, e := range s.kept {
			if e.number >= from[i] && (e.owner == "" || c.shows(e.owner)) {
				list = append(list, c.addressed(e))
			}
		}
		s.mu.Unlock()
	}
	return list, nil
}

// addressed is an event as this client is told it: with the printer's address that it
// uses itself. Another one of the same person may be a secret.
func (c *call) addressed(e keptEvent) goipp.Attributes {
	return append(slices.Clone(e.attrs), goipp.MakeAttribute("notify-printer-uri", goipp.TagURI, goipp.String(c.uri())))
}

// awaited waits until there is something to tell, or for long enough.
func (c *call) awaited(subs []*subscription, from []int) ([]goipp.Attributes, error) {
	if !c.h.subs.wait(c.caller.User.ID, 1) {
		return nil, refuse(goipp.StatusErrorBusy, "Too many of your requests wait already.")
	}
	defer c.h.subs.wait(c.caller.User.ID, -1)
	if err := c.patient(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(c.ctx, waitTime)
	defer stop()
	go func() {
		select {
		case <-c.h.cfg.Stopping:
			stop()
		case <-ctx.Done():
		}
	}()
	for {
		err := c.h.cfg.Service.AwaitEvents(ctx, oldest(subs))
		switch {
		case ctx.Err() != nil:
			return nil, c.ctx.Err() // nothing happened, which is no error
		case err != nil:
			return nil, err
		}
		list, err := c.collected(subs, from)
		if err != nil || len(list) > 0 {
			return list, err
		}
		if slices.ContainsFunc(subs, func(s *subscription) bool { return s.over(c.h.cfg.Now()) }) {
			return nil, nil // it was cancelled meanwhile
		}
	}
}

// patient moves the deadlines of the connection past the wait.
func (c *call) patient() error {
	return stall.Deadlines(c.w, time.Time{}, time.Now().Add(waitTime+stallTime))
}

func oldest(subs []*subscription) cloud.Seq {
	var least cloud.Seq
	for i, s := range subs {
		s.mu.Lock()
		if i == 0 || s.last < least {
			least = s.last
		}
		s.mu.Unlock()
	}
	return least
}

// wait counts the requests of a person that wait.
func (l *subscriptions) wait(u cloud.UserID, n int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == nil {
		l.waiting = map[cloud.UserID]int{}
	}
	if l.waiting[u]+n > maxWaiting {
		return false
	}
	if l.waiting[u] += n; l.waiting[u] <= 0 {
		delete(l.waiting, u)
	}
	return true
}

// look keeps what happened since the subscription was looked at last, also if the client
// goes away meanwhile: it asks again.
func (c *call) look(s *subscription) error {
	s.looking.Lock()
	defer s.looking.Unlock()
	ctx, stop := c.ending()
	defer stop()
	lasting := *c
	lasting.ctx = ctx
	c = &lasting
	for {
		events, err := c.h.cfg.Service.Events(c.ctx, s.looked(), eventPage)
		if err != nil {
			return err
		}
		for _, e := range events {
			told, err := c.tell(s, e)
			if err != nil {
				return err // it is looked at again
			}
			s.keep(e, told)
		}
		if len(events) < eventPage {
			return nil
		}
	}
}

// told is what an event is for a subscription.
type told struct {
	name  string       // of the event as it was subscribed to
	owner cloud.UserID // of the job that it is of, "" for none
	attrs ippserver.List
}

// looked is up to where the subscription was looked at.
func (s *subscription) looked() cloud.Seq {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// keep notes that an event was looked at, and what it is for the subscription: nil for
// nothing.
func (s *subscription) keep(e cloud.Event, t *told) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = e.Seq
	if t == nil {
		return
	}
	s.next++
	var head ippserver.List
	head.Integers("notify-subscription-id", s.id)
	head.Strings("notify-subscribed-event", goipp.TagKeyword, t.name)
	head.Strings("notify-event", goipp.TagKeyword, t.name)
	head.Integers("notify-sequence-number", s.next)
	head.Strings("notify-charset", goipp.TagCharset, "utf-8")
	head.Strings("notify-natural-language", goipp.TagLanguage, "en")
	head.Integers("printer-up-time", upTime(e.Time))
	if s.data != nil {
		head.Add("notify-user-data", goipp.TagString, s.data)
	}
	s.kept = append(s.kept, keptEvent{s.next, t.owner, append(goipp.Attributes(head), t.attrs...)})
	if n := len(s.kept) - maxKept; n > 0 {
		s.kept = slices.Delete(s.kept, 0, n)
	}
}

// tell says what an event is for a subscription, nil for nothing: it is of something else,
// or its owner may not know. s.looking is held.
func (c *call) tell(s *subscription, e cloud.Event) (*told, error) {
	switch e.Kind {
	case cloud.EventJobQueued, cloud.EventJobState, cloud.EventJobCancel:
		if e.Printer == s.printer && (s.job == "" || s.job == e.Job) {
			return c.tellJob(s, e)
		}
	case cloud.EventPrinterChanged, cloud.EventPrinterResumed, cloud.EventRobotPresence:
		return c.tellPrinter(s, e)
	case cloud.EventPrinterAdded, cloud.EventPrinterSetting, cloud.EventPrinterDeleted, cloud.EventRobotRevoked, cloud.EventPersonRevoked,
		cloud.EventNodePublished, cloud.EventRobotCheck, cloud.EventOutage, cloud.EventOutageOver, cloud.EventAudit:
	}
	return nil, nil //nolint:nilnil // nothing is nothing wrong
}

func (c *call) tellJob(s *subscription, e cloud.Event) (*told, error) {
	view, err := c.h.cfg.Service.Job(c.ctx, c.caller, e.Job)
	if errors.Is(err, cloud.ErrNotFound) {
		return nil, nil //nolint:nilnil // it is somebody else's
	}
	if err != nil {
		return nil, err
	}
	numbers, err := c.h.cfg.Numbers.JobNumbers(c.ctx, view.Printer, e.Job)
	if err != nil {
		return nil, err
	}
	before, known := s.seen[e.Job]
	if s.seen == nil || len(s.seen) > maxListed {
		s.seen = map[gcp.JobID]gcp.JobStateType{}
	}
	s.seen[e.Job] = e.State
	var names []string
	switch {
	case e.State.Ended():
		names = []string{eventJobCompleted, eventJobState}
	case !known && e.Kind == cloud.EventJobQueued || !known && e.State == gcp.JobHeld:
		names = []string{eventJobCreated, eventJobState}
	case known && before == e.State:
		names = []string{eventJobProgress}
	default:
		names = []string{eventJobState, eventJobProgress}
	}
	i := slices.IndexFunc(names, func(n string) bool { return slices.Contains(s.events, n) })
	if i < 0 {
		return nil, nil //nolint:nilnil // nobody wants to know
	}
	p := phaseOf(&view.Job)
	t := &told{name: names[i], owner: view.Owner}
	t.attrs.Integers("notify-job-id", numbers[0])
	t.attrs.Integers("job-id", numbers[0])
	t.attrs.Enums("job-state", p.state)
	t.attrs.Strings("job-state-reasons", goipp.TagKeyword, p.reason)
	t.attrs.Integers("job-impressions-completed", view.PagesPrinted)
	t.attrs.Strings("notify-text", goipp.TagText, ippserver.Cut(jobWords(view.Title, p), 255))
	return t, nil
}

func jobWords(title string, p phase) string {
	words := map[int]string{
		jobPending: "waits", jobHeld: "is held", jobPrinting: "prints", jobStopped: "has stopped",
		jobCanceled: "was cancelled", jobAborted: "failed", jobCompleted: "is printed",
	}[p.state]
	text := "The job \"" + title + "\" " + words + "."
	if p.message != "" {
		text += " " + p.message
	}
	return text
}

func (c *call) tellPrinter(s *subscription, e cloud.Event) (*told, error) {
	if s.job != "" || e.Printer != s.printer && e.Kind != cloud.EventRobotPresence {
		return nil, nil //nolint:nilnil // it is of something else
	}
	t := &told{name: eventPrinterState}
	if !slices.Contains(s.events, t.name) {
		if t.name = eventPrinterConfig; !slices.Contains(s.events, t.name) || e.Kind != cloud.EventPrinterChanged {
			return nil, nil //nolint:nilnil // nobody wants to know
		}
	}
	f, err := c.front()
	if err != nil || f.Role == "" || e.Kind == cloud.EventRobotPresence && e.Robot != f.Robot {
		return nil, err
	}
	state := conditionOf(&f.PrinterView)
	t.attrs.Strings("printer-name", goipp.TagName, ippserver.Cut(f.ShownName(), maxShort))
	t.attrs.Enums("printer-state", state.state)
	t.attrs.Strings("printer-state-reasons", goipp.TagKeyword, state.reasons...)
	t.attrs.Flag("printer-is-accepting-jobs", true)
	t.attrs.Strings("notify-text", goipp.TagText, ippserver.Cut(cmp.Or(state.message, "The printer has changed."), 255))
	return t, nil
}
