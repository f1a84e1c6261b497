// Package demo runs cloud, connector and a virtual printer in one process and
// pairs them through the real protocol over loopback. It is the only code that
// knows both halves.
package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/cloud/server"
	"platen/connector/control"
	"platen/connector/daemon"
	"platen/connector/spool"
	"platen/internal/secret"
	"platen/internal/vprinter"
)

// printerName is what the virtual printer is called.
const printerName = "virtual-printer"

// Options say how the demo is set up.
type Options struct {
	Dir    string // everything is kept here
	Listen string // address of the page; "" means a free port on loopback
	Logger *slog.Logger

	// RenderProgram is the program whose verb render is raster.ChildMain; without one
	// nothing is rendered.
	RenderProgram string
	// Ready is called once everything runs; the demo ends when it returns an
	// error or done.
	Ready func(ctx context.Context, d *Demo) (done Next, err error)
}

// Next says what the demo does after Ready.
type Next string

// What may come after Ready.
const (
	Stay Next = "stay" // until the context ends
	Exit Next = "exit"
)

// ErrBusy means that another demo has the folder.
var ErrBusy = errors.New("another demo runs in this folder")

// errDone ends the demo's errgroup without a failure.
var errDone = errors.New("demo is done")

// Demo is a running demo.
type Demo struct {
	opt     Options
	cloud   *server.Server
	printer *vprinter.Printer
	owner   cloud.User
	key     secret.Text // prints as the owner
}

// Run runs the demo until ctx ends or Ready asks for the end.
func Run(ctx context.Context, opt Options) error {
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	d := &Demo{opt: opt}
	lock, err := spool.Acquire(opt.Dir) // before anything else: two would take halves of the folder
	if errors.Is(err, spool.ErrLocked) {
		return ErrBusy
	}
	if err != nil {
		return fmt.Errorf("demo folder: %w", err)
	}
	defer func() { _ = lock.Release() }() // the process' end would do the same
	if err := os.MkdirAll(d.Printed(), 0o700); err != nil {
		return fmt.Errorf("demo folder: %w", err)
	}
	cfg := server.Default()
	cfg.StateDir = filepath.Join(opt.Dir, "cloud")
	cfg.Listen = opt.Listen
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	cfg.Push.Direct, cfg.Push.STARTTLS = "127.0.0.1:0", ""
	cfg.RenderProgram = opt.RenderProgram
	if d.cloud, err = server.Open(ctx, cfg, opt.Logger.With("half", "cloud")); err != nil {
		return err
	}
	g, running := errgroup.WithContext(ctx)
	g.Go(func() error {
		return d.cloud.Run(running, func(ctx context.Context) error { return d.connect(ctx, g) })
	})
	err = g.Wait()
	if errors.Is(err, errDone) || ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, d.cloud.Close())
}

// Printed returns the folder where the virtual printer leaves what it received.
func (d *Demo) Printed() string { return filepath.Join(d.opt.Dir, "printed") }

// BaseURL returns the address of the page.
func (d *Demo) BaseURL() string { return d.cloud.BaseURL() }

// SignInLink returns an address that signs the owner in, once.
func (d *Demo) SignInLink(ctx context.Context) (secret.Text, error) {
	return d.cloud.SignInLink(ctx, d.owner.ID)
}

// connect starts the printer and the connector beside the running cloud.
func (d *Demo) connect(ctx context.Context, g *errgroup.Group) error {
	if err := d.account(ctx); err != nil {
		return err
	}
	uri, err := d.startPrinter(ctx, g)
	if err != nil {
		return err
	}
	connector, err := d.pair(ctx, uri)
	if err != nil {
		return err
	}
	g.Go(func() error { return errors.Join(connector.Run(ctx), connector.Close()) })
	if err := d.awaitPrinter(ctx); err != nil {
		return err
	}
	if d.opt.Ready == nil {
		return nil
	}
	next, err := d.opt.Ready(ctx, d)
	if err == nil && next == Exit {
		err = errDone
	}
	return err
}

// account makes the demo's person, or finds the one of an earlier run.
func (d *Demo) account(ctx context.Context) error {
	users, err := d.cloud.Service().Users(ctx)
	if err != nil {
		return err
	}
	if len(users) > 0 {
		d.owner = users[0]
	} else if d.owner, err = d.cloud.Service().AddUser(ctx, "demo@localhost", "", true); err != nil {
		return err
	}
	d.key, _, err = d.cloud.OAuth().MakeKey(ctx, d.owner.ID, oauth.KeyWish{Label: "demo", Scopes: []oauth.Scope{oauth.ScopePrint}})
	return err
}

// startPrinter serves the virtual printer on a free port.
func (d *Demo) startPrinter(ctx context.Context, g *errgroup.Group) (string, error) {
	p, err := vprinter.New(vprinter.Options{Name: "Virtual Printer", Dir: d.Printed(), Color: true, Duplex: true})
	if err != nil {
		return "", err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	d.printer = p
	g.Go(func() error {
		if err := p.Serve(ctx, l); err != nil && ctx.Err() == nil {
			return fmt.Errorf("virtual printer: %w", err)
		}
		return nil
	})
	return vprinter.URI(l.Addr()), nil
}

// pair ties the connector to the cloud with a key, as an unattended installation
// does, and adds the printer by address.
func (d *Demo) pair(ctx context.Context, printerURI string) (*daemon.Daemon, error) {
	cfg := daemon.Default()
	cfg.StateDir = filepath.Join(d.opt.Dir, "connector")
	cfg.Socket = filepath.Join(cfg.StateDir, "platen.sock")
	cfg.CUPS = nil
	cfg.FullUserName = true
	cfg.RenderProgram = d.opt.RenderProgram
	key, made, err := d.cloud.OAuth().MakeKey(ctx, d.owner.ID, oauth.KeyWish{Label: "demo pairing", Scopes: []oauth.Scope{oauth.ScopeAdmin}})
	if err != nil {
		return nil, err
	}
	_, err = daemon.Pairing{Cloud: d.cloud.BaseURL(), StateDir: cfg.StateDir, Token: key, Replace: true}.Pair(ctx)
	if err = errors.Join(err, d.cloud.OAuth().RevokeKey(ctx, d.owner.ID, made.ID)); err != nil {
		return nil, fmt.Errorf("pair: %w", err)
	}
	c, err := daemon.Open(cfg, "demo", d.opt.Logger.With("half", "connector"))
	if err != nil {
		return nil, err
	}
	if _, err := c.AddDirect(ctx, control.Address{Name: printerName, URI: printerURI}); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// awaitPrinter waits until the cloud has the printer, online.
func (d *Demo) awaitPrinter(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	service, owner := d.cloud.Service(), cloud.Caller{User: &d.owner, Via: cloud.ViaToken}
	for {
		at, err := service.LastEvent(ctx)
		if err != nil {
			return err
		}
		printers, err := service.Search(ctx, owner, cloud.PrinterQuery{Connection: "ONLINE"})
		if err != nil {
			return err
		}
		if len(printers) > 0 {
			return nil
		}
		if err := service.AwaitEvents(ctx, at); err != nil {
			return fmt.Errorf("waiting for the connector to register the printer: %w", err)
		}
	}
}
