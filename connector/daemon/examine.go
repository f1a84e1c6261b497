package daemon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"platen/connector/control"
	"platen/cups"
	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/cli"
	"platen/internal/secret"
	"platen/notify/xmpp"
)

// examineTimeout bounds each check of Examine.
const examineTimeout = 10 * time.Second

// Examine checks the settings, the cloud, the notification stream and the print
// systems, and says what to do about what is wrong. It changes nothing.
func Examine(ctx context.Context, cfg Config) []cli.Finding {
	list := []cli.Finding{{Check: "settings", OK: true, Detail: "read"}, examineState(cfg)}
	credentials, err := ReadCredentials(cfg.StateDir)
	list = append(list, cli.Found("pairing", "paired with "+credentials.Cloud+" for "+credentials.Owner, err,
		"pair it: platen pair https://ADDRESS-OF-THE-CLOUD"))
	if err == nil {
		list = append(list, examineClock(ctx, cfg, credentials), examineCloud(ctx, cfg, credentials), examinePush(ctx, cfg, credentials))
	}
	list = append(list, examinePrinters(ctx, cfg, credentials)...)
	list = append(list, examineQueues(ctx, cfg, credentials)...)
	if _, err := os.Stat(cfg.StateDir); !errors.Is(err, fs.ErrNotExist) { // else it would be made, for what is compiled
		list = append(list, examineWriting(cfg), examineDisk(cfg), examineRenderer(ctx, cfg))
	}
	if cfg.Render {
		list = append(list, examineOffice(ctx))
	}
	list = append(list, examineAnnouncing(ctx, cfg, credentials)...)
	return append(list, examineMetrics(ctx, cfg), examineDaemon(ctx, cfg))
}

func examineState(cfg Config) cli.Finding {
	info, err := os.Stat(cfg.StateDir)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("%s can be read by others (mode %o)", cfg.StateDir, info.Mode().Perm())
	}
	if errors.Is(err, fs.ErrNotExist) {
		return cli.Found("state folder", "", fmt.Errorf("%s is not there: no connector was set up in it yet", cfg.StateDir),
			"platen pair https://ADDRESS-OF-THE-CLOUD makes it; if the connector has another one, name it: --state-dir FOLDER")
	}
	return cli.Found("state folder", cfg.StateDir, err, "make it with mode 0700, owned by the user that runs platen")
}

func examineCloud(ctx context.Context, cfg Config, c Credentials) cli.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	n, err := countPrinters(ctx, cfg, c)
	if refused(err) {
		err = errors.New(c.refusal())
	}
	works := fmt.Sprintf("%s knows %d printers of this connector", c.Cloud, n)
	if proxy := proxyOf(cfg, c.Cloud); proxy != "" {
		works += ", by way of the proxy " + proxy
	}
	if clock := cli.ClockWrong(err, time.Now()); clock != "" {
		err = fmt.Errorf("%s: %w", clock, err)
	}
	return cli.Judged("cloud", works, err, "is the cloud up, and its address right? if the pairing was revoked: platen pair "+c.Cloud+" --replace")
}

func countPrinters(ctx context.Context, cfg Config, c Credentials) (int, error) {
	cl, err := network{cfg.CAFile, c.authorities(), cfg.HTTPProxy}.dial(client.Config{
		BaseURL: c.Cloud + "/cloudprint", ClientID: c.ClientID, RefreshToken: secret.New(c.RefreshToken), Proxy: c.Proxy, Retries: -1,
	})
	if err != nil {
		return 0, err
	}
	defer cl.Close()
	printers, err := cl.List(ctx, "")
	return len(printers), err
}

// examinePush opens the stream's port and checks its certificate, also by way of the
// HTTP proxy if there is one, else the WebSocket; logging in is left to the daemon, whose
// stream it would end.
func examinePush(ctx context.Context, cfg Config, c Credentials) cli.Finding {
	if !c.Push.XMPP() {
		return cli.Found("push", "the service has no streams: it is called for notifications", nil, "")
	}
	tcp, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	roots, err := rootCAs(cfg.CAFile, c.authorities())
	if err != nil {
		return cli.Found("push", "", err, "")
	}
	options := xmpp.Options{Host: c.Push.Host, DirectPort: c.Push.DirectPort, STARTTLSPort: c.Push.STARTTLSPort, Domain: c.Push.Domain, RootCAs: roots}
	way, err := xmpp.Probe(tcp, options)
	if proxy, wrong := cfg.proxyFor(c.Push); err != nil && wrong == nil && proxy != nil {
		options.Proxy = proxy
		if through, wrong := xmpp.Probe(tcp, options); wrong == nil {
			way, err = through+" by way of the proxy "+proxy.Host, nil
		}
	}
	if web, wrong := cfg.overWebSocket(options, c.Cloud); err != nil && wrong == nil {
		if over, wrong := xmpp.Probe(ctx, web); wrong == nil {
			way, err = over, nil
		}
	}
	return cli.Found("push", cmp.Or(c.Push.Host, c.Push.Domain)+" answers: "+way, err, "is the port open on the way there, and the certificate valid for that name? "+
		"until then the connector hears of jobs by calls of "+c.Cloud+", see 'platen status'")
}

// examinePrinters asks the CUPS servers and the printers that were added by
// address, with the passwords and keys that the daemon uses.
func examinePrinters(ctx context.Context, cfg Config, c Credentials) []cli.Finding {
	pins, err := openPins(cfg.StateDir)
	if err != nil {
		return []cli.Finding{cli.Found("printers' keys", "", err, "pins.json in the state folder is damaged")}
	}
	ask := func(one cups.Config) (int, error) {
		one.Credentials, one.Pins, one.Log = c.login, onlyRead{pins}, slog.New(slog.DiscardHandler)
		return countQueues(ctx, one)
	}
	list := make([]cli.Finding, 0, len(cfg.CUPS)+1)
	for _, server := range cupsServers(cfg.CUPS) {
		n, err := ask(cups.Config{Servers: []cups.Server{server}})
		list = append(list, cli.Found("CUPS at "+server.Address, fmt.Sprintf("%d queues", n), err, explainCUPS(server.Address, err)))
	}
	known, err := openPrinters(cfg.StateDir)
	if err != nil {
		return append(list, cli.Found("known printers", "", err, "printers.json in the state folder is damaged"))
	}
	for _, direct := range known.Direct() {
		_, err := ask(cups.Config{Direct: []cups.Direct{direct}})
		list = append(list, cli.Found("printer "+string(direct.Name), "answers at "+direct.URI, err,
			"is it on, its address right, and its password in credentials.json?"))
	}
	return list
}

// onlyRead shows keys and keeps no new ones.
type onlyRead struct{ *pinFile }

// SetPin implements cups.PinStore.
func (onlyRead) SetPin(string, string) error { return nil }

func countQueues(ctx context.Context, cfg cups.Config) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	system, err := cups.New(cfg)
	if err != nil {
		return 0, err
	}
	defer system.Close()
	printers, err := system.Printers(ctx)
	return len(printers), err
}

// twinAdvice says what to do where an installation runs several times.
const twinAdvice = "'platen status' names them: stop the copy, or give it a name of its own there with 'platen pair --new'"

func examineDaemon(ctx context.Context, cfg Config) cli.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	s, err := control.Dial(cfg.SocketPath()).Status(ctx)
	if errors.Is(err, control.ErrNotRunning) {
		return cli.Found("daemon", "", err, "start it: platen run")
	}
	if err != nil {
		return cli.Found("daemon", "", err, "'platen status' says more")
	}
	if f := judgeDaemon(s); !f.OK {
		return f
	}
	if err := examineVersion(s, cli.Version()); err != nil {
		return cli.Found("daemon", "", err, "restart it: systemctl restart platen")
	}
	return judgeDaemon(s)
}

// judgeDaemon says what a running daemon's status means.
func judgeDaemon(s control.Status) cli.Finding {
	advice := "'platen status' says more; the push check above shows whether the port can be reached"
	var err error
	switch {
	case !s.Cloud.Connected:
		err = fmt.Errorf("running, but notifications do not flow: %s", s.Cloud.LastError)
	case s.Standing == gcp.StandingStandby:
		err, advice = errors.New("another installation with these credentials prints: this one stands by"), twinAdvice
	case len(s.Twins) > 1:
		err, advice = fmt.Errorf("%d installations use these credentials; of them this one prints", len(s.Twins)), twinAdvice
	}
	return cli.Found("daemon", fmt.Sprintf("running as process %d, notifications flow%s", s.PID, over(s.Cloud)), err, advice)
}

// over says which way the notifications come, if it is not the best one.
func over(c control.Cloud) string {
	for i, w := range c.Ways {
		if w.Current && i > 0 {
			return " over " + w.Name
		}
	}
	return ""
}
