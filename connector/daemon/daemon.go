package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"platen/connector"
	"platen/connector/control"
	"platen/connector/spool"
	"platen/cups"
	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/secret"
	"platen/notify"
	"platen/notify/xmpp"
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

	lock      *spool.Lock
	dir       *spool.Dir
	known     *printerFile
	pins      *pinFile
	system    *cups.System
	client    *client.Client
	channel   *notify.Channel
	connector *connector.Connector
}

// Open takes the state folder and builds the parts; nothing is sent yet. An
// error that is spool.ErrLocked means that a daemon runs already.
func Open(cfg Config, version string, log *slog.Logger) (*Daemon, error) {
	d := &Daemon{cfg: cfg, version: version, log: log, started: time.Now()}
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
	if d.pins, err = openPins(d.cfg.StateDir); err != nil {
		return err
	}
	d.credentials, err = ReadCredentials(d.cfg.StateDir)
	if err != nil && !errors.Is(err, ErrNotPaired) {
		return err
	}
	d.system, err = cups.New(cups.Config{
		Servers: cupsServers(d.cfg.CUPS), Direct: d.known.Direct(),
		Credentials: d.credentials.login, Pins: d.pins, Log: d.log.With("component", "cups"),
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
// printers are there. Without credentials it returns ErrNotPaired.
func (d *Daemon) Run(ctx context.Context) error {
	if d.credentials.RefreshToken == "" {
		return ErrNotPaired
	}
	if err := d.assemble(); err != nil {
		return err
	}
	listener, err := control.Listen(d.cfg.SocketPath())
	if err != nil {
		return err
	}
	server := control.NewServer(d)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return fmt.Errorf("control socket: %w", err)
		}
		return nil
	})
	g.Go(func() error { return ended(ctx, "connector", d.connector.Run(ctx)) })
	g.Go(func() error { return ended(ctx, "notifications", d.channel.Run(ctx, d.connector)) })
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
	roots, err := rootCAs(d.cfg.CAFile, c.Push.CA)
	if err != nil {
		return err
	}
	d.client, err = client.New(client.Config{
		BaseURL: c.Cloud + "/cloudprint", ClientID: c.ClientID, RefreshToken: secret.New(c.RefreshToken),
		Proxy: c.Proxy, RootCAs: roots, UserAgent: "platen/" + d.version, OnRefreshToken: d.keepRefreshToken,
	})
	if err != nil {
		return err
	}
	d.dir, err = spool.Open(filepath.Join(d.cfg.StateDir, "spool"), spool.Options{
		Reserve: reserve(d.cfg.SpareDiskMiB), Remember: d.cfg.RememberEnded.Std(), Logger: d.log.With("component", "spool"),
	})
	if err != nil {
		return err
	}
	user, _, _ := strings.Cut(c.JID, "@")
	carrier, err := xmpp.New(xmpp.Options{
		Host: c.Push.Host, DirectPort: c.Push.DirectPort, STARTTLSPort: c.Push.STARTTLSPort,
		Domain: c.Push.Domain, Service: c.Push.Service, User: gcp.RobotID(user), Resource: c.Proxy, RootCAs: roots,
		Token: d.pushToken, PingInterval: d.cfg.PingInterval.Std(), PingTimeout: d.cfg.PingTimeout.Std(),
		Logger: d.log.With("component", "xmpp"),
	})
	if err != nil {
		return err
	}
	carrier.SetPingInterval(d.known.Ping())
	owners := settings{d.client, carrier, d.known, d.log.With("component", "settings")}
	d.connector, err = connector.New(connector.Config{
		Cloud: d.client, Registry: registry{d.client, owners}, PrintSystem: d.system, Spool: d.dir, Identities: d.known,
		Logger: d.log.With("component", "connector"), Options: d.cfg.options(),
	})
	if err != nil {
		return err
	}
	d.channel = notify.New(notify.Options{Carrier: carrier, Max: d.cfg.ReconnectMax.Std(), Logger: d.log.With("component", "notify")})
	return nil
}

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
		Share:    func(p printer.Printer) bool { return c.shared(string(p.Name)) },
		UserName: user, PrinterPoll: c.PollInterval.Std(), Downloads: c.Downloads, Ahead: c.DownloadAhead,
		StepAside: c.DocumentWait.Std(), DocumentGiveUp: c.DocumentGiveUp.Std(),
	}
}

func (d *Daemon) keepRefreshToken(t secret.Text) {
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
	if d.lock != nil {
		errs = append(errs, d.lock.Release())
	}
	return errors.Join(errs...)
}
