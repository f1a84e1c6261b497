package pubsub

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/backoff"
	"platen/internal/stream"
)

// Outlet carries what people are told. push.Server and component.Link satisfy it.
type Outlet interface {
	// Reaches reports whether an address may have somebody there.
	Reaches(jid string) bool
	// Send hands on a stanza to an address soon. It neither waits nor fails: what cannot be
	// taken is lost, and items can be asked for.
	Send(ctx context.Context, to, stanza string)
}

// Remote is an outlet that all replicas have in common: one of them hands on each event.
type Remote interface {
	Outlet
	// Ready returns when stanzas can be sent, or with ctx's error.
	Ready(ctx context.Context) error
}

// Follow tells who is reached by an outlet of this replica alone what happens from now on,
// until ctx ends, whose error it then returns.
func (s *Server) Follow(ctx context.Context, out Outlet) error {
	at, err := s.cfg.Log.LastEvent(ctx)
	if err != nil {
		return err
	}
	t := s.newTeller(out, true)
	return s.repeat(ctx, func() error {
		if err := s.cfg.Log.AwaitEvents(ctx, at); err != nil {
			return err
		}
		if err := backoff.Sleep(ctx, gather); err != nil {
			return err
		}
		events, err := s.cfg.Log.Events(ctx, at, eventPage)
		if err != nil || len(events) == 0 {
			return err
		}
		at = events[len(events)-1].Seq
		return t.tell(ctx, events)
	})
}

// Relay is Follow for an outlet that all replicas have: each event is claimed by one.
// What was claimed and not said when the replica died is lost.
func (s *Server) Relay(ctx context.Context, out Remote) error {
	t := s.newTeller(out, false)
	var at cloud.Seq
	return s.repeat(ctx, func() error {
		if err := out.Ready(ctx); err != nil {
			return err
		}
		last, err := s.cfg.Log.LastEvent(ctx)
		if err != nil {
			return err
		}
		events, err := s.cfg.Store.ClaimEvents(ctx, s.cfg.Now().Add(-tooOld), eventPage)
		switch {
		case err != nil:
			return err
		case len(events) > 0:
			if events[0].Seq != at+1 { // another replica said something meanwhile
				clear(t.said)
			}
			at = events[len(events)-1].Seq
			return t.tell(ctx, events)
		}
		if err := s.cfg.Log.AwaitEvents(ctx, last); err != nil {
			return err
		}
		return backoff.Sleep(ctx, gather)
	})
}

// repeat calls fn until ctx ends. Trouble is logged when it begins and when it is over.
func (s *Server) repeat(ctx context.Context, fn func() error) error {
	trouble := false
	for {
		err := fn()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if (err != nil) != trouble {
			trouble = err != nil
			if trouble {
				s.cfg.Logger.WarnContext(ctx, "subscribers are not told", "err", err)
			} else {
				s.cfg.Logger.InfoContext(ctx, "subscribers are told again")
			}
		}
		if err != nil {
			if err := backoff.Sleep(ctx, time.Second); err != nil {
				return err
			}
		}
	}
}

// teller tells by one outlet. It belongs to one goroutine.
type teller struct {
	*Server
	out   Outlet
	local bool              // personal eventing goes by it
	said  map[string]string // the words that were said last of a printer or job

	// What was read for the events that are told of, and when: one page of them is about
	// the same people again and again.
	read    time.Time
	callers map[cloud.UserID]cloud.Caller // nobody for who is gone
	readers map[string][]reader           // of nodes, or of all that begin so
}

func (s *Server) newTeller(out Outlet, local bool) *teller {
	return &teller{Server: s, out: out, local: local, said: map[string]string{}}
}

// anew forgets what was read.
func (t *teller) anew() {
	t.read, t.callers, t.readers = t.cfg.Now(), map[cloud.UserID]cloud.Caller{}, map[string][]reader{}
}

// change is what some events say of one thing.
type change struct {
	printer gcp.PrinterID
	job     gcp.JobID    // "" for the printer itself
	sender  cloud.UserID // of the job
	node    string       // of a program; then nothing else
	outage  cloud.EventKind
}

// tell tells of some events: of each thing once, as it is now.
func (t *teller) tell(ctx context.Context, events []cloud.Event) error {
	t.anew()
	var errs []error
	var order, printers []change
	seen := map[change]bool{}
	add := func(c change) {
		switch {
		case seen[c]:
			return
		case c.job != "" || c.node != "":
			order = append(order, c)
		default:
			printers = append(printers, c)
		}
		seen[c] = true
	}
	for _, e := range events {
		if t.cfg.Now().Sub(e.Time) > tooOld {
			continue
		}
		switch e.Kind {
		case cloud.EventPrinterAdded, cloud.EventPrinterChanged, cloud.EventPrinterResumed, cloud.EventPrinterDeleted:
			add(change{printer: e.Printer})
		case cloud.EventRobotPresence, cloud.EventOutage, cloud.EventOutageOver:
			concerned, err := t.concerned(ctx, e)
			errs = append(errs, err) // what else there is on the page is told all the same
			outage := e.Kind
			if e.Kind == cloud.EventRobotPresence {
				outage = ""
			}
			for _, id := range concerned {
				add(change{printer: id, outage: outage})
			}
		case cloud.EventJobQueued, cloud.EventJobState, cloud.EventJobCancel:
			add(change{printer: e.Printer, job: e.Job, sender: e.User})
		case cloud.EventNodePublished:
			add(change{node: e.Note})
		default:
		}
	}
	for _, c := range slices.Concat(order, printers) { // a connector's many printers last
		errs = append(errs, t.about(ctx, c))
	}
	return errors.Join(errs...)
}

// concerned returns the printers that an event of a printer or of a connector is about.
func (t *teller) concerned(ctx context.Context, e cloud.Event) ([]gcp.PrinterID, error) {
	if e.Printer != "" {
		return []gcp.PrinterID{e.Printer}, nil
	}
	return t.cfg.Cloud.PrintersOf(ctx, e.Robot)
}

func (t *teller) about(ctx context.Context, c change) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	switch {
	case c.node != "":
		return t.aboutNode(ctx, c.node)
	case c.job != "":
		return t.aboutJob(ctx, c)
	}
	return t.aboutPrinter(ctx, c)
}

// reader is a subscription with whose it is.
type reader struct {
	Subscription
	caller cloud.Caller
}

// readersOf returns who is told of a node, or of all nodes whose names begin so, and is
// reached by the outlet. Everybody counts as the account was a moment ago.
func (t *teller) readersOf(ctx context.Context, node, prefix string) ([]reader, error) {
	if t.cfg.Now().Sub(t.read) >= accountsFor {
		t.anew()
	}
	if readers, known := t.readers[node+prefix]; known {
		return readers, nil
	}
	list, err := t.cfg.Store.Subscribers(ctx, node, prefix, t.cfg.Now())
	if err != nil {
		return nil, err
	}
	readers, err := t.reached(ctx, list)
	if err == nil {
		t.readers[node+prefix] = readers
	}
	return readers, err
}

// reached returns those of some subscriptions that the outlet reaches, with who they are.
func (t *teller) reached(ctx context.Context, list []Subscription) ([]reader, error) {
	var near []Subscription
	var owners []cloud.UserID
	for _, sub := range list {
		if t.out.Reaches(sub.JID) {
			near, owners = append(near, sub), append(owners, sub.Owner)
		}
	}
	if err := t.know(ctx, owners); err != nil {
		return nil, err
	}
	var readers []reader
	for _, sub := range near {
		if c := t.callers[sub.Owner]; c.User != nil && t.stillTheirs(sub.JID, c.User.Email) {
			readers = append(readers, reader{sub, c})
		}
	}
	return readers, nil
}

// know looks up those accounts that are not known yet. Who is gone is nobody, and the
// subscriptions are gone, too.
func (t *teller) know(ctx context.Context, ids []cloud.UserID) error {
	var missing []cloud.UserID
	for _, id := range ids {
		if _, known := t.callers[id]; !known {
			t.callers[id] = cloud.Caller{}
			missing = append(missing, id)
		}
	}
	users, err := t.cfg.Users.UsersAmong(ctx, missing)
	if err != nil {
		t.anew()
		return err
	}
	for _, u := range users {
		t.callers[u.ID] = t.callerOf(u)
	}
	return nil
}

// callersOf returns who some readers are.
func callersOf(readers []reader) []cloud.Caller {
	callers := make([]cloud.Caller, len(readers))
	for i, m := range readers {
		callers[i] = m.caller
	}
	return callers
}

// stillTheirs reports whether an address is a person's: a domain may be trusted no more.
func (t *teller) stillTheirs(at, email string) bool {
	j := parseJID(at)
	if j.bare() == parseJID(EscapeLocal(email)+"@"+t.cfg.Domain).bare() {
		return true
	}
	for _, d := range t.cfg.Trusted {
		if j.domain == d && j.local+"@"+j.domain == email && isASCII(at) {
			return true
		}
	}
	return false
}

// sayer finds out once for all readers of a thing whether it is in other words than it
// was said to be last.
type sayer struct{ judged, fresh bool }

func (y *sayer) news(t *teller, it item) bool {
	if y.judged {
		return y.fresh
	}
	y.judged, y.fresh = true, t.said[it.id] != it.words
	if len(t.said) >= maxSaid {
		clear(t.said)
	}
	t.said[it.id] = it.words
	return y.fresh
}

// aboutPrinter tells of a printer. Who may not see it any more is told that, once.
func (t *teller) aboutPrinter(ctx context.Context, c change) error {
	readers, err := t.readersOf(ctx, PrinterNode(c.printer), "")
	if err != nil {
		return err
	}
	people, err := t.readersOf(ctx, "", peoplePrefix)
	if err != nil {
		return err
	}
	readers = slices.Concat(readers, people)
	views, err := t.cfg.Cloud.PrinterFor(ctx, c.printer, callersOf(readers))
	if err != nil {
		return err
	}
	var said sayer
	for i, m := range readers {
		if views[i] == nil {
			if m.Node == PrinterNode(c.printer) {
				t.end(ctx, m.Subscription)
			}
			continue
		}
		it := t.ofPrinter(m.caller, views[i], m.Node)
		fresh := said.news(t, it)
		switch {
		case m.Kind == Items:
			t.out.Send(ctx, m.JID, message(t.cfg.Service, m.JID, m.Node, it, spoken(it, c.outage, fresh)))
		case fresh:
			t.out.Send(ctx, m.JID, t.shown(m.caller, views[i], m.JID))
		}
	}
	return nil
}

// spoken is what people read of an item; "" if nothing is new to them.
func spoken(it item, outage cloud.EventKind, fresh bool) string {
	switch {
	case outage == cloud.EventOutage:
		return it.title + " is down: " + it.words
	case outage == cloud.EventOutageOver:
		return it.title + " is there again: " + it.words
	case fresh:
		return it.title + ": " + it.words
	}
	return ""
}

// end ends a subscription to what somebody may not see any more (XEP-0060, 8.8.4 and
// RFC 6121, 3.2).
func (t *teller) end(ctx context.Context, sub Subscription) {
	if t.cfg.Store.RemoveSubscription(ctx, sub) != nil {
		return // it ended otherwise; or it is tried again with the next change
	}
	if sub.Kind == Presence {
		id := printerOf(sub.Node)
		t.out.Send(ctx, sub.JID, t.signed(id, sub.JID, "unavailable", "", ""))
		t.out.Send(ctx, sub.JID, t.signed(id, sub.JID, "unsubscribed", "", ""))
		return
	}
	t.out.Send(ctx, sub.JID, `<message type="headline"`+stream.Attr("from", t.cfg.Service)+stream.Attr("to", sub.JID)+`><pubsub xmlns="`+nsPubSub+
		`"><subscription`+stream.Attr("node", sub.Node)+stream.Attr("jid", sub.JID)+` subscription="none"/></pubsub></message>`)
}

// aboutJob tells of a job: who looks after its printer, and its sender.
func (t *teller) aboutJob(ctx context.Context, c change) error {
	readers, err := t.readersOf(ctx, PrinterNode(c.printer), "")
	if err != nil {
		return err
	}
	own, err := t.senders(ctx, c.sender)
	if err != nil {
		return err
	}
	readers = slices.DeleteFunc(slices.Concat(readers, own), func(m reader) bool { return m.Kind != Items })
	views, err := t.cfg.Cloud.JobFor(ctx, c.job, callersOf(readers))
	if err != nil {
		return err
	}
	var said sayer
	for i, m := range readers {
		if views[i] == nil {
			continue
		}
		from := t.cfg.Service
		if m.Node == JobsNode {
			from = parseJID(m.JID).bare()
		}
		it := t.ofJob(m.caller, views[i], m.Node)
		t.out.Send(ctx, m.JID, message(from, m.JID, m.Node, it, spoken(it, "", said.news(t, it))))
	}
	return nil
}

// senders returns where somebody hears of the own jobs.
func (t *teller) senders(ctx context.Context, id cloud.UserID) ([]reader, error) {
	list, err := t.cfg.Store.SubscriptionsOf(ctx, id, t.cfg.Now())
	if err != nil {
		return nil, err
	}
	// No server lets us speak from a person's own address.
	list = slices.DeleteFunc(list, func(sub Subscription) bool {
		return !strings.HasPrefix(sub.Node, peoplePrefix) && (!t.local || sub.Node != JobsNode)
	})
	readers, err := t.reached(ctx, list)
	if err != nil || !t.local {
		return readers, err
	}
	if err := t.know(ctx, []cloud.UserID{id}); err != nil {
		return nil, err
	}
	caller := t.callers[id]
	if caller.User == nil {
		return readers, nil
	}
	told := map[string]bool{}
	for _, m := range readers {
		told[m.JID] = told[m.JID] || m.Node == JobsNode
	}
	for _, full := range t.eagerOnes(caller.User.Email) {
		if told[full] || told[parseJID(full).bare()] {
			continue // it has subscribed as well
		}
		readers = append(readers, reader{Subscription{JID: full, Kind: Items, Node: JobsNode, Owner: id}, caller})
	}
	return readers, nil
}

// aboutNode tells of what a program published.
func (t *teller) aboutNode(ctx context.Context, name string) error {
	n, err := t.cfg.Store.Node(ctx, name)
	if errors.Is(err, cloud.ErrNotFound) {
		return nil // it was removed meanwhile
	}
	if err != nil {
		return err
	}
	readers, err := t.readersOf(ctx, name, "")
	if err != nil {
		return err
	}
	it := item{id: n.Item.ID, payload: n.Item.Payload}
	body := n.headline()
	for _, m := range readers {
		if !mayRead(m.caller.User, n) {
			t.end(ctx, m.Subscription)
			continue
		}
		t.out.Send(ctx, m.JID, message(t.cfg.Service, m.JID, name, it, body))
	}
	return nil
}

// headline is what people read of the last item, where it is an Atom entry.
func (n Node) headline() string {
	p, err := stream.Parse([]byte(n.Item.Payload), "")
	if err != nil || !p.Is(nsAtom, "entry") {
		return ""
	}
	if title := p.Child(nsAtom, "title"); title != nil && title.Text != "" {
		return n.Title + ": " + title.Text
	}
	return ""
}

// message is a notification of XEP-0060, 7.1.2.1, with what people read.
func message(from, to, node string, it item, body string) string {
	text := `<message type="headline"` + stream.Attr("from", from) + stream.Attr("to", to) + `>`
	if body != "" {
		text += `<body>` + stream.Escape(body) + `</body>`
	}
	return text + `<event xmlns="` + nsEvent + `"><items` + stream.Attr("node", node) + `><item` + stream.Attr("id", it.id) + `>` +
		it.payload + `</item></items></event></message>`
}
