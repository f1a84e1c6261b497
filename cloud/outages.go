package cloud

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"platen/gcp"
)

// OutageRules says from when on a connector or a printer that is down is told, and whom.
// The zero value tells nothing.
type OutageRules struct {
	Connector time.Duration // how long a connector must have been away; 0 for never
	Printer   time.Duration // how long a printer must have been stopped; 0 for never
	Owners    bool          // whoever owns it is told
	To        []string      // addresses that are told of all
	Teller    Teller        // nil: only the log of events tells
}

// Teller tells people of outages, as by mail. cloud/mail satisfies it.
type Teller interface {
	// Tell sends one message about some outages to an address. ErrNoSuchAddress says that
	// the address takes none; after any other error it is tried again.
	Tell(ctx context.Context, address string, about []OutageNote) error
}

// ErrNoSuchAddress is what a Teller returns for an address that takes no messages.
var ErrNoSuchAddress = errors.New("no such address")

// Outage is a connector, or a printer of one that is there, that is down.
type Outage struct {
	Robot   gcp.RobotID   // the connector; "" for a printer
	Printer gcp.PrinterID // "" for a connector
	Since   time.Time     // when it was noticed
	Told    time.Time     // when people were told; zero if they were not
}

// OutageNote is what people are told of an outage.
type OutageNote struct {
	Outage
	Name     string   // of the connector or the printer
	Place    string   // of the printer; "" if nobody said
	Why      string   // what the printer says; "" for nothing
	Printers []string // of the connector, by name
	Over     bool     // it is there again
	owner    UserID
}

// outageGrace is how long connectors have to come back after the service was started.
const outageGrace = 2 * time.Minute

// health is how a thing is that may be down.
type health int

const (
	healthGone    health = iota // it is not there any more, or meant to be down
	healthUp                    // it works
	healthDown                  // it does not
	healthUnknown               // nobody can tell
)

// key is what an outage is one of.
func (o *Outage) key() Outage { return Outage{Robot: o.Robot, Printer: o.Printer} }

// lookForOutages tells of what has been down for long enough, and of what is there again.
func (s *Service) lookForOutages(ctx context.Context) error {
	now := s.cfg.Now()
	if s.cfg.Outages.Connector <= 0 && s.cfg.Outages.Printer <= 0 || now.Sub(time.UnixMicro(s.started.Load())) < outageGrace {
		return nil
	}
	known, err := s.cfg.Store.Outages(ctx)
	if err != nil {
		return fmt.Errorf("read outages: %w", err)
	}
	things, err := s.examineThings(ctx, now)
	if err != nil {
		return fmt.Errorf("look for outages: %w", err)
	}
	var due []OutageNote
	for _, o := range known {
		t := things[o.key()]
		delete(things, o.key())
		switch {
		case t.health == healthUnknown:
		case t.health == healthDown:
			if t.note.Outage = o; o.Told.IsZero() && now.Sub(o.Since) >= s.cfg.Outages.patience(o) {
				due = append(due, t.note)
			}
		case t.health == healthUp && !o.Told.IsZero():
			t.note.Outage, t.note.Over = o, true
			due = append(due, t.note)
		default:
			if err := s.cfg.Store.RemoveOutage(ctx, o); err != nil {
				return fmt.Errorf("forget an outage: %w", err)
			}
		}
	}
	for key, t := range things {
		if t.health != healthDown || t.old {
			continue
		}
		key.Since = now
		if err := s.cfg.Store.PutOutage(ctx, key); err != nil {
			return fmt.Errorf("note an outage: %w", err)
		}
	}
	return s.tellOutages(ctx, due, now)
}

// patience is how long something must be down.
func (r OutageRules) patience(o Outage) time.Duration {
	if o.Printer != "" {
		return r.Printer
	}
	return r.Connector
}

// thing is a connector or printer that may be down.
type thing struct {
	health health
	note   OutageNote
	old    bool // it was given up long before anybody looked
}

// examineThings looks how all connectors and printers are.
func (s *Service) examineThings(ctx context.Context, now time.Time) (map[Outage]thing, error) {
	robots, err := s.cfg.Store.ListRobots(ctx, "")
	if err != nil {
		return nil, err
	}
	printers, err := s.cfg.Store.ListPrinters(ctx, PrinterFilter{Parts: PartsBrief})
	if err != nil {
		return nil, err
	}
	serves := map[gcp.RobotID][]string{}
	for _, p := range printers {
		if p.Robot != "" && !p.Paused {
			serves[p.Robot] = append(serves[p.Robot], p.ShownName())
		}
	}
	things := map[Outage]thing{}
	online := map[gcp.RobotID]bool{}
	for _, r := range robots {
		at := connection(r, now)
		online[r.ID] = at == gcp.ConnectionOnline
		if names := serves[r.ID]; s.cfg.Outages.Connector > 0 && len(names) > 0 {
			things[Outage{Robot: r.ID}] = robotThing(r, at, names)
		}
	}
	for _, p := range printers {
		if s.cfg.Outages.Printer > 0 && p.Robot != "" && !p.Paused {
			things[Outage{Printer: p.ID}] = printerThing(p, online[p.Robot])
		}
	}
	return things, nil
}

func robotThing(r Robot, at gcp.ConnectionStatus, printers []string) thing {
	t := thing{health: healthDown, note: OutageNote{Name: r.shownName(), Printers: printers, owner: r.Owner}}
	if r.Proxy == claimedProxy { // a printer that is its own connector
		t.note.Name, t.note.Printers = printers[0], nil
	}
	switch at {
	case gcp.ConnectionOnline:
		t.health = healthUp
	case gcp.ConnectionOffline:
	case gcp.ConnectionDormant:
		t.old = true
	case gcp.ConnectionUnknown:
		t.health = healthUnknown // it was never there
	}
	return t
}

// shownName is what people call the connector.
func (r *Robot) shownName() string {
	return cmp.Or(r.Label, r.holder().Host, string(r.Proxy))
}

func printerThing(p Printer, online bool) thing {
	why, stopped := p.stopped()
	t := thing{health: healthUp, note: OutageNote{Name: p.ShownName(), Place: p.Place(), Why: why, owner: p.Owner}}
	switch {
	case !online: // its connector is down, which is told
		t.health = healthUnknown
	case stopped:
		t.health = healthDown
	}
	return t
}

// stopped reports whether the printer said last that it does not print, and why.
func (p *Printer) stopped() (why string, yes bool) {
	var state gcp.CDS
	if len(p.SemanticState) == 0 || json.Unmarshal(p.SemanticState, &state) != nil || state.Printer == nil {
		return "", false
	}
	var words []string
	if v := state.Printer.VendorState; v != nil {
		for _, item := range v.Item {
			text := item.Description
			if len(item.DescriptionLocalized) > 0 {
				text = item.DescriptionLocalized[0].Value
			}
			if text != "" && item.State != gcp.VendorInfo && !slices.Contains(words, text) {
				words = append(words, text)
			}
		}
	}
	return strings.Join(words, "; "), state.Printer.State == gcp.PrinterStopped
}

// tellOutages tells everybody who is to know, and writes down that it did. Whoever was
// told is not told again because somebody else could not be.
func (s *Service) tellOutages(ctx context.Context, due []OutageNote, now time.Time) error {
	if len(due) == 0 {
		return nil
	}
	slices.SortFunc(due, func(a, b OutageNote) int {
		return cmp.Or(cmp.Compare(a.Printer, b.Printer), cmp.Compare(a.Robot, b.Robot))
	})
	if err := s.sendOutages(ctx, due); err != nil {
		return fmt.Errorf("tell of %s: %w", plural(int64(len(due)), "outage"), err)
	}
	clear(s.outagesTold)
	for _, n := range due {
		if err := s.noteTold(ctx, n, now); err != nil {
			return fmt.Errorf("note that people were told: %w", err)
		}
	}
	return nil
}

func (s *Service) noteTold(ctx context.Context, n OutageNote, now time.Time) error {
	event := Event{Time: now, Kind: EventOutage, Robot: n.Robot, Printer: n.Printer, User: n.owner, Note: n.Name + " is down"}
	if n.Over {
		s.log.InfoContext(ctx, "outage is over", "name", n.Name, "robot", string(n.Robot), "printer", string(n.Printer))
		event.Kind, event.Note = EventOutageOver, n.Name+" is there again"
		return s.cfg.Store.RemoveOutage(ctx, n.Outage, event)
	}
	s.log.WarnContext(ctx, "outage", "name", n.Name, "robot", string(n.Robot), "printer", string(n.Printer), "since", n.Since)
	n.Told = now
	return s.cfg.Store.PutOutage(ctx, n.Outage, event)
}

// told names a message that somebody got although another one was not sent yet.
type told struct {
	address string
	outage  Outage
	over    bool
}

func (s *Service) sendOutages(ctx context.Context, due []OutageNote) error {
	if s.cfg.Outages.Teller == nil {
		return nil
	}
	letters := map[string][]OutageNote{}
	for _, n := range due {
		addresses, err := s.tellWhom(ctx, n.owner)
		if err != nil {
			return err
		}
		for _, a := range addresses {
			if !s.outagesTold[told{a, n.key(), n.Over}] {
				letters[a] = append(letters[a], n)
			}
		}
	}
	for _, address := range slices.Sorted(maps.Keys(letters)) {
		err := s.cfg.Outages.Teller.Tell(ctx, address, letters[address])
		switch {
		case errors.Is(err, ErrNoSuchAddress):
			s.log.WarnContext(ctx, "an address takes no mail", "address", address, "err", err)
		case err != nil:
			return err
		}
		for _, n := range letters[address] {
			s.outagesTold[told{address, n.key(), n.Over}] = true
		}
	}
	return nil
}

// tellWhom returns the addresses of those who are told of what somebody owns: the owner,
// or where that is a program's account or a disabled one, the administrators.
func (s *Service) tellWhom(ctx context.Context, owner UserID) ([]string, error) {
	addresses := slices.Clone(s.cfg.Outages.To)
	if s.cfg.Outages.Owners {
		people, err := s.responsible(ctx, owner)
		if err != nil {
			return nil, err
		}
		for _, u := range people {
			addresses = append(addresses, u.Email)
		}
	}
	slices.Sort(addresses)
	return slices.Compact(addresses), nil
}

func (s *Service) responsible(ctx context.Context, owner UserID) ([]User, error) {
	u, err := s.cfg.Store.User(ctx, owner)
	switch {
	case err != nil && !errors.Is(err, ErrNotFound):
		return nil, err
	case err == nil && !u.Disabled && !u.Service:
		return []User{u}, nil
	}
	return s.cfg.Store.Administrators(ctx)
}
