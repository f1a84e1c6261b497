package announce

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/internal/mdns"
)

const (
	// askEvery is how often the cloud is asked about a printer of which nothing is new:
	// what the cloud itself makes of documents may change.
	askEvery = 6 * time.Hour
	// refusedFor is how long a printer that the cloud would not speak of is left alone.
	refusedFor = 10 * time.Minute
	// maxPrinters bounds what one connector announces: every question on the network is
	// answered with all of them.
	maxPrinters = 200
)

// Printer is a printer to be announced.
type Printer struct {
	ID       gcp.PrinterID
	Name     string // for people
	Location string // likewise; may be empty
	Told     string // another one when the service was told something new of the printer
}

// Responder says on the network which services there are; a mdns.Responder does.
type Responder interface {
	// Announce replaces the services that there are, and never blocks.
	Announce(services []mdns.Service)
	// States returns what became of them, and why nothing can be announced.
	States() ([]mdns.State, error)
	// Run announces until ctx ends, and withdraws everything.
	Run(ctx context.Context)
}

// Config is what an Announcer is built from.
type Config struct {
	Cloud     string       // the cloud's address, such as https://print.example.com
	Client    *http.Client // how it is reached; it must follow no redirections
	Responder Responder
	Log       *slog.Logger
}

// Announcer announces printers while its Run runs. Its other methods may be called from any
// goroutine.
type Announcer struct {
	Config
	wake chan struct{} // the printers changed

	mu      sync.Mutex // guards what follows
	offered []Printer
	known   map[gcp.PrinterID]*answer
	trouble error // of the cloud, or of its address
}

// answer is what the front door said of a printer, and when it is asked again.
type answer struct {
	of      Printer
	service mdns.Service // without ID if there is none yet
	err     error        // why it has no newer one
	due     time.Time
}

// New builds an Announcer and does nothing else.
func New(cfg Config) *Announcer {
	return &Announcer{Config: cfg, wake: make(chan struct{}, 1), known: map[gcp.PrinterID]*answer{}, trouble: Check(cfg.Cloud)}
}

// Offer says which printers are to be announced from now on. It never blocks.
func (a *Announcer) Offer(printers []Printer) {
	printers = slices.Clone(printers)
	slices.SortFunc(printers, func(p, q Printer) int { return cmp.Compare(p.ID, q.ID) })
	a.mu.Lock()
	same := slices.Equal(a.offered, printers)
	a.offered = printers
	a.mu.Unlock()
	if same {
		return
	}
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// Run announces until ctx ends. With an address that cannot be announced it does nothing.
func (a *Announcer) Run(ctx context.Context) {
	if err := Check(a.Cloud); err != nil {
		a.Log.WarnContext(ctx, "printers are not announced", slog.Any("err", err))
		return
	}
	var wg sync.WaitGroup
	wg.Go(func() { a.Responder.Run(ctx) })
	defer wg.Wait()
	retry := backoff.Backoff{Min: 30 * time.Second, Max: 30 * time.Minute}
	var quietUntil time.Time // the cloud is away
	for {
		if time.Now().Before(quietUntil) {
			a.tell()
		} else if err := a.ask(ctx); err != nil {
			quietUntil = time.Now().Add(retry.Next())
		} else {
			retry.Reset()
		}
		next := a.next()
		if next.Before(quietUntil) {
			next = quietUntil
		}
		timer := time.NewTimer(time.Until(next))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-a.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// ask asks the cloud about the printers that are due, one after the other, and tells the
// network after each. An error means that the cloud is away.
func (a *Announcer) ask(ctx context.Context) error {
	a.tell()
	for {
		p, ok := a.due()
		if !ok {
			return nil
		}
		service, err := a.fetch(ctx, p)
		if ctx.Err() != nil {
			return nil
		}
		away := a.take(ctx, p, service, err)
		a.tell()
		if away {
			return err
		}
	}
}

// due returns a printer that the cloud is to be asked about.
func (a *Announcer) due() (Printer, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, p := range a.first() {
		k := a.known[p.ID]
		if k == nil || k.of.Told != p.Told || !time.Now().Before(k.due) {
			return p, true
		}
	}
	return Printer{}, false
}

// first are the printers that are announced, of too many.
func (a *Announcer) first() []Printer { return a.offered[:min(len(a.offered), maxPrinters)] }

// take keeps what the cloud said, and reports whether it is away. What it said before stays
// until it says something else.
func (a *Announcer) take(ctx context.Context, p Printer, s mdns.Service, err error) (away bool) {
	away = err != nil && !refused(err)
	a.mu.Lock()
	defer a.mu.Unlock()
	before := a.trouble
	a.trouble = nil
	if away {
		a.trouble = fmt.Errorf("the cloud does not say what to announce: %w", err)
		if before == nil {
			a.Log.WarnContext(ctx, "the cloud does not say what to announce", slog.Any("err", err))
		}
		return true
	}
	k := a.known[p.ID]
	if k == nil {
		k = &answer{}
		a.known[p.ID] = k
	}
	k.of, k.err = p, err
	if err != nil {
		k.due = time.Now().Add(refusedFor)
		return false
	}
	k.service = s
	k.due = time.Now().Add(askEvery + rand.N(askEvery/6))
	return false
}

// next is when the cloud is asked again.
func (a *Announcer) next() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := time.Now().Add(askEvery)
	for _, p := range a.first() {
		if k := a.known[p.ID]; k != nil && k.due.Before(next) {
			next = k.due
		}
	}
	return next
}

// tell tells the network of the printers of which the cloud spoke, and forgets the others.
func (a *Announcer) tell() {
	a.mu.Lock()
	defer a.mu.Unlock()
	var services []mdns.Service
	keep := map[gcp.PrinterID]*answer{}
	for _, p := range a.first() {
		k := a.known[p.ID]
		if k == nil {
			continue
		}
		keep[p.ID] = k
		if k.service.ID != "" {
			services = append(services, dress(k.service, p))
		}
	}
	a.known = keep
	a.Responder.Announce(services)
}
