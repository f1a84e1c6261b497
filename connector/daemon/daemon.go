package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"platen/connector"
	"platen/connector/control"
	"platen/connector/spool"
	"platen/cups"
	"platen/gcp/client"
	"platen/internal/raster"
	"platen/internal/secret"
	"platen/notify"
	"platen/printer"
)

// stopTimeout bounds how long the control socket may take to end.
const stopTimeout = 2 * time.Second

// Daemon is the connector with everything that it runs on. It owns the state
// folder from Open to Close.
type Daemon struct {
	cfg         Config
	version     string
	log         *slog.Logger
	started     time.Time
	credentials Credentials
	keeping     sync.Mutex // held while the refresh token changes, here and in the file

	refusals chan struct{} // the cloud refused the credentials
	reloads  chan struct{} // somebody asks for a look at everything

	lock      *spool.Lock
	dir       *spool.Dir
	life      *life
	streams   uint32                      // names the notification stream of this process
	pushed    atomic.Pointer[secret.Text] // the access token of its last login
	known     *printerFile
	rules     *ruleBook
	pins      *pinFile
	raster    *raster.Renderer // nil if nothing is rendered
	system    *cups.System
	client    *client.Client
	ways      *notify.Ladder
	channel   *notify.Channel
	connector *connector.Connector
	figures   *figures
	network   *announcing // nil if printers are not announced
}

// Open takes the state folder and builds the parts; nothing is sent yet. An
// error that is spool.ErrLocked means that a daemon runs already.
func Open(cfg Config, version string, log *slog.Logger) (*Daemon, error) {
	d := &Daemon{cfg: cfg, version: version, log: log, started: time.Now(), refusals: make(chan struct{}, 1), reloads: make(chan struct{}, 1), streams: rand.Uint32()}
	d.pushed.Store(&secret.Text{})
	d.figures = newFigures(d)
	if err := d.open(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *Daemon) open() (err error) {
	if d.lock, err = spool.Acquire(d.cfg.StateDir); err != nil {
		return err
	}
	if d.known, err = openPrinters(d.cfg.StateDir); err != nil {
		return err
	}
	var kept *keptRulesError
	if d.rules, err = openRules(d.cfg); errors.As(err, &kept) {
		d.log.Warn("printer rules", "err", err)
	} else if err != nil {
		return err
	}
	if d.pins, err = openPins(d.cfg.StateDir); err != nil {
		return err
	}
	d.credentials, err = ReadCredentials(d.cfg.StateDir)
	if err != nil && !errors.Is(err, ErrNotPaired) {
		return err
	}
	if d.raster, err = newRaster(d.cfg, d.log); err != nil {
		return err
	}
	d.sweepRaster()
	d.system, err = cups.New(cups.Config{
		Render: renders(d.raster), Raw: d.cfg.takesRaw, Servers: cupsServers(d.cfg.CUPS), Direct: d.known.Direct(),
		Credentials: d.credentials.login, Pins: d.pins, Log: d.log.With("component", "cups"),
		Idle: min(d.cfg.PollInterval.Std(), cups.IdleEvery),
	})
	return err
}

// cupsServers names all but the first server, so that their queues can be told apart.
func cupsServers(addresses []string) []cups.Server {
	list := make([]cups.Server, 0, len(addresses))
	for i, a := range addresses {
		s := cups.Server{Address: a}
		if i > 0 {
			s.Label = fmt.Sprintf("cups%d", i+1)
		}
		list = append(list, s)
	}
	return list
}

// LocalPrinters asks the print systems what they have, without the service.
func (d *Daemon) LocalPrinters(ctx context.Context) ([]printer.Printer, error) {
	return d.system.Printers(ctx)
}

// Run carries jobs until ctx ends. It starts whether or not the cloud and the
// printers are there. Without credentials it returns ErrNotPaired. When the ones
// that it has are refused, it takes over those of a new pairing.
func (d *Daemon) Run(ctx context.Context) error {
	for {
		if d.credentials.RefreshToken == "" {
			return ErrNotPaired
		}
		err := d.live(ctx)
		if !errors.Is(err, errPairedAgain) {
			return err
		}
		d.log.InfoContext(ctx, "paired again")
		if err := d.renew(); err != nil {
			return err
		}
	}
}

// live carries jobs with one set of credentials.
func (d *Daemon) live(ctx context.Context) error {
	if err := d.assemble(); err != nil {
		return err
	}
	listener, err := control.Listen(d.cfg.SocketPath())
	if err != nil {
		return err
	}
	scraped, err := d.listenMetrics(ctx)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := d.controlServer()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("control socket: %w", err)
		}
		return nil
	})
	if scraped != nil {
		g.Go(func() error { return d.serveMetrics(ctx, scraped) })
	}
	g.Go(func() error { return ended(ctx, "connector", d.connector.Run(ctx)) })
	g.Go(func() error { return ended(ctx, "notifications", d.channel.Run(ctx, d.connector)) })
	g.Go(func() error { return d.awaitPairing(ctx) })
	g.Go(func() error { d.network.run(ctx); return nil })
	g.Go(func() error { d.followReloads(ctx); return nil })
	g.Go(func() error { d.system.Watch(ctx, d.connector.Refresh); return nil })
	if d.raster != nil {
		g.Go(func() error { d.warm(ctx); return nil })
	}
	g.Go(func() error {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if err := server.Shutdown(stop); err != nil {
			return server.Close()
		}
		return nil
	})
	d.log.InfoContext(ctx, "started", "cloud", d.credentials.Cloud, "state", d.cfg.StateDir, "socket", d.cfg.SocketPath())
	err = g.Wait()
	d.log.InfoContext(ctx, "stopped")
	return err
}

// died returns how the process before ended, once, and begins to note this one.
func (d *Daemon) died() connector.Death {
	if d.life != nil {
		return connector.DeathNone
	}
	l, death, err := beginLife(d.cfg.StateDir, thisMachine())
	if err != nil {
		d.log.Warn("how this process ends will not be known to the next", "err", err)
	}
	d.life = l
	return death
}

// ended forgets an error that only says that ctx ended.
func ended(ctx context.Context, what string, err error) error {
	if err == nil || ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// assemble builds what needs credentials.
func (d *Daemon) assemble() error {
	c := d.credentials
	var err error
	d.client, err = network{d.cfg.CAFile, c.authorities(), d.cfg.HTTPProxy}.dial(client.Config{
		BaseURL: c.Cloud + "/cloudprint", ClientID: c.ClientID, RefreshToken: secret.New(c.RefreshToken),
		Proxy: c.Proxy, UserAgent: "platen/" + d.version, OnRefreshToken: d.keepRefreshToken,
	})
	if err != nil {
		return err
	}
	d.dir, err = spool.Open(d.spoolFolder(), spool.Options{
		Reserve: reserve(d.cfg.SpareDiskMiB), Remember: d.cfg.RememberEnded.Std(), Logger: d.log.With("component", "spool"),
	})
	if err != nil {
		return err
	}
	death := d.died()
	var pings pingers
	if d.ways, pings, err = d.ladder(); err != nil {
		return err
	}
	pings.SetPingInterval(d.known.Ping())
	owners := settings{d.client, pings, d.known, d.log.With("component", "settings")}
	runs, err := openRuns(d.cfg.StateDir)
	if err != nil {
		return err
	}
	options := d.cfg.options()
	options.Share = func(p printer.Printer) bool { return d.cfg.offers(*d.rules.now.Load(), p) }
	options.Rule = d.rules.of
	options.Host, options.Version = hostName(), d.version
	options.Place = place(d.cfg.StateDir, thisMachine())
	var viewed func([]connector.PrinterStatus)
	if d.network, err = d.newAnnouncing(); err != nil {
		return err
	} else if d.network != nil {
		viewed = d.network.viewed
	}
	d.connector, err = connector.New(connector.Config{
		Cloud: d.client, Registry: registry{d.client, owners, d.network}, PrintSystem: d.system, Spool: d.dir, Identities: d.known,
		Runs: runs, Renderer: d.rendererOf(), Death: death, Logger: d.log.With("component", "connector"), Options: options,
		Ended: d.figures.ended, Viewed: viewed,
	})
	if err != nil {
		return err
	}
	d.channel = notify.New(notify.Options{Carrier: d.ways, Max: d.cfg.ReconnectMax.Std(), Logger: d.log.With("component", "notify")})
	return nil
}

// spoolFolder holds jobs and documents.
func (d *Daemon) spoolFolder() string { return filepath.Join(d.cfg.StateDir, "spool") }

// reserve returns the bytes that must stay free; for spool.Options 0 means its default.
func reserve(mib int64) int64 {
	if mib == 0 {
		return -1
	}
	return mib << 20
}

// options turns the settings into the connector's.
func (c Config) options() connector.Options {
	user := connector.UserShort
	if c.FullUserName {
		user = connector.UserFull
	}
	return connector.Options{
		UserName: user, PrinterPoll: c.PollInterval.Std(), Downloads: c.Downloads, Renders: c.Renders, Ahead: c.DownloadAhead,
		StepAside: c.DocumentWait.Std(), DocumentGiveUp: c.DocumentGiveUp.Std(),
	}
}

func (d *Daemon) keepRefreshToken(t secret.Text) {
	d.keeping.Lock()
	defer d.keeping.Unlock()
	d.credentials.RefreshToken = t.Reveal()
	if err := d.credentials.Write(d.cfg.StateDir); err != nil {
		d.log.Error("the new refresh token could not be kept", "err", err)
	}
}

// Close gives everything back, the state folder last.
func (d *Daemon) Close() error {
	var errs []error
	if d.client != nil {
		d.client.Close()
	}
	if d.system != nil {
		d.system.Close()
	}
	if d.dir != nil {
		errs = append(errs, d.dir.Close())
	}
	if d.life != nil {
		errs = append(errs, d.life.end())
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Release())
	}
	return errors.Join(errs...)
}
