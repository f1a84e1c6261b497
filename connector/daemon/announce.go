package daemon

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"platen/connector"
	"platen/connector/announce"
	"platen/connector/control"
	"platen/gcp"
	"platen/internal/cli"
	"platen/internal/mdns"
)

// announcing offers the connector's printers to the network; nil does nothing.
type announcing struct {
	*announce.Announcer
	cfg Config

	mu    sync.Mutex               // guards names
	names map[gcp.PrinterID]string // as the service shows them
}

// newAnnouncing returns nil if the settings want none.
func (d *Daemon) newAnnouncing() (*announcing, error) {
	if !d.cfg.Announce {
		return nil, nil
	}
	roots, err := rootCAs(d.cfg.CAFile, d.credentials.authorities())
	if err != nil {
		return nil, err
	}
	proxy, err := httpProxy(d.cfg.HTTPProxy)
	if err != nil {
		return nil, err
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	if proxy != nil {
		transport.Proxy = http.ProxyURL(proxy)
	}
	log := d.log.With("component", "announce")
	return &announcing{
		Announcer: announce.New(announce.Config{
			Cloud: d.credentials.Cloud, Responder: mdns.New(log), Log: log,
			Client: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		}),
		cfg: d.cfg, names: map[gcp.PrinterID]string{},
	}, nil
}

// listed learns how the service shows its printers.
func (a *announcing) listed(printers []gcp.Printer) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.names)
	for _, p := range printers {
		a.names[p.ID] = cmp.Or(p.DisplayName, p.DefaultDisplayName)
	}
}

// viewed offers what is registered and there.
func (a *announcing) viewed(view []connector.PrinterStatus) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []announce.Printer
	for _, p := range view {
		if p.ID == "" || p.Removed || p.Missing || matches(a.cfg.AnnounceExcept, string(p.Name)) {
			continue
		}
		list = append(list, announce.Printer{
			ID: p.ID, Name: cmp.Or(a.names[p.ID], p.Info, string(p.Name)), Location: p.Place, Told: p.Told,
		})
	}
	a.Offer(list)
}

// run announces until ctx ends.
func (a *announcing) run(ctx context.Context) {
	if a != nil {
		a.Run(ctx)
	}
}

// announced is what the command line shows; nil where nothing is announced.
func (a *announcing) announced() *control.Announced {
	if a == nil {
		return nil
	}
	s := a.Status()
	out := &control.Announced{Printers: []control.AnnouncedPrinter{}}
	for _, p := range s.Printers {
		out.Printers = append(out.Printers, control.AnnouncedPrinter(p))
	}
	if s.Trouble != nil {
		out.LastError = s.Trouble.Error()
	}
	return out
}

// judgeAnnounced says what is wrong with what a running daemon announces.
func judgeAnnounced(a control.Announced) cli.Finding {
	const check = "announcing"
	if a.LastError != "" {
		return cli.Found(check, "", errors.New(a.LastError), "printers are announced where the cloud has an https address that other machines reach, on a network that carries multicast (UDP, port 5353)")
	}
	there := 0
	for _, p := range a.Printers {
		if p.Announced {
			there++
		}
	}
	for _, p := range a.Printers {
		if !p.Announced && p.Why != "" {
			return cli.Found(check, "", fmt.Errorf("%d of %d printers are announced; %s is not: %s", there, len(a.Printers), p.Name, p.Why), "'platen status --json' names each")
		}
	}
	return cli.Finding{Check: check, OK: true, Detail: fmt.Sprintf("%d of %d printers, for everybody on this network to see", there, len(a.Printers))}
}

// examineAnnouncing looks whether this machine can announce printers, if the settings want
// it, and what the running daemon says of it.
func examineAnnouncing(ctx context.Context, cfg Config, c Credentials) []cli.Finding {
	if !cfg.Announce {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	s, err := control.Dial(cfg.SocketPath()).Status(ctx)
	if err == nil && s.Announced != nil {
		return []cli.Finding{judgeAnnounced(*s.Announced)}
	}
	if err == nil {
		return []cli.Finding{cli.Found("announcing", "", errors.New("the running daemon does not announce printers, as the settings want"), "restart it: systemctl restart platen")}
	}
	could := control.Announced{}
	if err := announce.Check(c.Cloud); err != nil {
		could.LastError = err.Error()
	}
	return []cli.Finding{judgeAnnounced(could)}
}
