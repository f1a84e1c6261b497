package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"platen/connector"
	"platen/connector/control"
	"platen/connector/spool"
	"platen/cups"
	"platen/internal/cli"
	"platen/internal/metrics"
	"platen/printer"
)

// clockSlack is how far the clocks of this machine and the cloud may be apart.
const clockSlack = 2 * time.Minute

// examineClock compares this machine's clock with the cloud's, which names its time in each
// answer (RFC 9110, 6.6.1). The certificate is not looked at, or a wrong clock would hide
// itself; nothing is sent, and nothing of the answer is used but its time.
func examineClock(ctx context.Context, cfg Config, c Credentials) cli.Finding {
	const check, advice = "clock", "set it (timedatectl set-ntp true); a board without a battery gets it from the network: the connector waits, and goes on by itself"
	now := time.Now()
	if built := cli.BuildTime(); now.Before(built) {
		return cli.Found(check, "", fmt.Errorf("it says %s, which is before this program was built (%s): it is wrong by %s",
			now.Format(time.DateOnly), built.Format(time.DateOnly), apart(built.Sub(now))), advice)
	}
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	theirs, err := timeOf(ctx, cfg, c.Cloud)
	if err != nil {
		return cli.Finding{Check: check, OK: true, Detail: "the cloud does not say what time it is; here it is " + now.Format(time.RFC1123)}
	}
	off := time.Since(theirs).Round(time.Second)
	if off.Abs() <= clockSlack {
		return cli.Finding{Check: check, OK: true, Detail: "agrees with the cloud's"}
	}
	side := "ahead of"
	if off < 0 {
		side = "behind"
	}
	return cli.Found(check, "", fmt.Errorf("it is %s %s the cloud's: here it is %s, there %s",
		apart(off.Abs()), side, now.UTC().Format(time.DateTime), theirs.UTC().Format(time.DateTime)), advice)
}

// apart says how long something is in the unit that a person would take.
func apart(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*365*day:
		return fmt.Sprintf("%d years", d/(365*day))
	case d >= 2*day:
		return fmt.Sprintf("%d days", d/day)
	}
	return d.Round(time.Second).String()
}

// timeOf asks a server what time it is.
func timeOf(ctx context.Context, cfg Config, address string) (time.Time, error) {
	proxy, err := httpProxy(cfg.HTTPProxy)
	if err != nil {
		return time.Time{}, err
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // see examineClock
	if proxy != nil {
		transport.Proxy = http.ProxyURL(proxy)
	}
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address+"/", nil)
	if err != nil {
		return time.Time{}, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return time.Time{}, err
	}
	if err := resp.Body.Close(); err != nil {
		return time.Time{}, err
	}
	return http.ParseTime(resp.Header.Get("Date"))
}

// examineDisk looks whether the spool has room for jobs.
func examineDisk(cfg Config) cli.Finding {
	free, err := spool.Free(cfg.StateDir)
	words := fmt.Sprintf("%d MiB free for documents", free>>20)
	if err == nil && free <= cfg.SpareDiskMiB<<20 {
		err = fmt.Errorf("the disk is full: only %d MiB are free, and %d must stay so (spare_disk_mib)", free>>20, cfg.SpareDiskMiB)
	}
	return cli.Judged("disk", words, err, "make room on the disk of "+cfg.StateDir+": until then jobs wait in the cloud")
}

// examineWriting looks whether this user may write the state, as the daemon must.
func examineWriting(cfg Config) cli.Finding {
	f, err := os.CreateTemp(cfg.StateDir, ".doctor-*")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	return cli.Judged("permission", "the state folder can be written", err, "the folder must belong to the user that runs platen")
}

// examineMetrics looks whether the port for Prometheus can be had, while no daemon has it.
func examineMetrics(ctx context.Context, cfg Config) cli.Finding {
	const check = "metrics"
	_, err := control.Dial(cfg.SocketPath()).Status(ctx)
	if cfg.MetricsListen == "" || !errors.Is(err, control.ErrNotRunning) {
		return cli.Finding{Check: check, OK: true, Detail: "at " + metricsPlaces(cfg)}
	}
	l, err := metrics.Listen(ctx, cfg.MetricsListen)
	if err == nil {
		err = l.Close()
	}
	return cli.Judged(check, cfg.MetricsListen+" is free", err, "choose another address: metrics_listen")
}

// metricsPlaces says where the metrics are.
func metricsPlaces(cfg Config) string {
	places := "the socket " + cfg.SocketPath()
	if cfg.MetricsListen != "" {
		places += " and " + cfg.MetricsListen
	}
	return places
}

// examineQueues looks whether the printers that are shared are still there.
func examineQueues(ctx context.Context, cfg Config, c Credentials) []cli.Finding {
	known, err := openPrinters(cfg.StateDir)
	if err != nil {
		return nil // examinePrinters says it
	}
	pins, err := openPins(cfg.StateDir)
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	system, err := cups.New(cups.Config{
		Servers: cupsServers(cfg.CUPS), Direct: known.Direct(), Credentials: c.login, Pins: onlyRead{pins}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil
	}
	defer system.Close()
	here, err := system.Printers(ctx)
	if err != nil {
		return nil // likewise: a print system that does not answer says nothing of its queues
	}
	var list []cli.Finding
	for _, id := range known.Identities() {
		if id.Removed || hasPrinter(here, id) {
			continue
		}
		list = append(list, cli.Found("queue "+string(id.Name), "", fmt.Errorf("%s is shared, and no print system has it", id.Name),
			"was it renamed or deleted? add it again (lpadmin, or platen printer add), or take it out of the cloud: platen printer remove "+string(id.Name)))
	}
	return list
}

// explainCUPS is the advice about a CUPS server that does not answer.
func explainCUPS(address string, err error) string {
	otherwise := "is cupsd running, and may this user talk to it? the setting cups lists the servers"
	if !strings.HasPrefix(address, "/") {
		return cli.Advice(err, otherwise)
	}
	_, missing := os.Stat(address)
	switch {
	case errors.Is(missing, fs.ErrNotExist):
		return "there is no socket " + address + ": is CUPS installed and started (systemctl status cups)? the setting cups lists the servers, cups = [] means none"
	case errors.Is(err, fs.ErrPermission):
		return "this user may not open " + address + ": put the user of the service into the group of " + filepath.Base(address) + " (often lp)"
	}
	return cli.Advice(err, otherwise)
}

// examineVersion compares the version of the daemon that runs with this program's.
func examineVersion(s control.Status, mine string) error {
	if s.Version == mine || s.Version == "" || mine == "" {
		return nil
	}
	return fmt.Errorf("it is of version %s, and this program of %s: an upgrade waits for a restart", s.Version, mine)
}

// proxyOf says which proxy is asked for an address; "" for none.
func proxyOf(cfg Config, address string) string {
	proxy, err := httpProxy(cfg.HTTPProxy)
	if proxy == nil && err == nil {
		if u, wrong := url.Parse(address); wrong == nil {
			proxy, err = http.ProxyFromEnvironment(&http.Request{URL: u})
		}
	}
	if err != nil || proxy == nil {
		return ""
	}
	return proxy.Host
}

// hasPrinter reports whether an identity is one of the printers that are here.
func hasPrinter(here []printer.Printer, id connector.Identity) bool {
	return slices.ContainsFunc(here, func(p printer.Printer) bool {
		return p.Name == id.Name || id.UUID != "" && p.UUID == id.UUID
	})
}
