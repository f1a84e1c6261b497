package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"platen/connector/control"
	"platen/cups"
	"platen/gcp/client"
	"platen/internal/cli"
	"platen/internal/secret"
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
		list = append(list, examineCloud(ctx, cfg, credentials), examinePush(ctx, cfg, credentials))
	}
	return append(append(list, examinePrinters(ctx, cfg, credentials)...), examineDaemon(ctx, cfg))
}

func examineState(cfg Config) cli.Finding {
	info, err := os.Stat(cfg.StateDir)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("%s can be read by others (mode %o)", cfg.StateDir, info.Mode().Perm())
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
	return cli.Found("cloud", fmt.Sprintf("%s knows %d printers of this connector", c.Cloud, n), err,
		"is the cloud up, and its address right? if the pairing was revoked: platen pair "+c.Cloud+" --replace")
}

func countPrinters(ctx context.Context, cfg Config, c Credentials) (int, error) {
	roots, err := rootCAs(cfg.CAFile, c.Push.CA)
	if err != nil {
		return 0, err
	}
	cl, err := client.New(client.Config{
		BaseURL: c.Cloud + "/cloudprint", ClientID: c.ClientID, RefreshToken: secret.New(c.RefreshToken),
		Proxy: c.Proxy, RootCAs: roots, Retries: -1,
	})
	if err != nil {
		return 0, err
	}
	defer cl.Close()
	printers, err := cl.List(ctx, "")
	return len(printers), err
}

// examinePush opens the stream's port and checks its certificate; logging in is
// left to the daemon, whose stream it would end.
func examinePush(ctx context.Context, cfg Config, c Credentials) cli.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	roots, err := rootCAs(cfg.CAFile, c.Push.CA)
	if err != nil {
		return cli.Found("push", "", err, "")
	}
	advice := "is the port open on the way there, and the certificate valid for that name?"
	if c.Push.DirectPort == 0 {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", c.pushAddress(c.Push.STARTTLSPort))
		if err == nil {
			err = conn.Close()
		}
		return cli.Found("push", c.pushAddress(c.Push.STARTTLSPort)+" answers", err, advice)
	}
	dialer := tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: c.Push.Host, MinVersion: tls.VersionTLS12}}
	conn, err := dialer.DialContext(ctx, "tcp", c.pushAddress(c.Push.DirectPort))
	if err == nil {
		err = conn.Close()
	}
	return cli.Found("push", c.pushAddress(c.Push.DirectPort)+" answers with a valid certificate", err, advice)
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
		list = append(list, cli.Found("CUPS at "+server.Address, fmt.Sprintf("%d queues", n), err,
			"is cupsd running, and may this user talk to it? the setting cups lists the servers"))
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

func examineDaemon(ctx context.Context, cfg Config) cli.Finding {
	ctx, cancel := context.WithTimeout(ctx, examineTimeout)
	defer cancel()
	s, err := control.Dial(cfg.SocketPath()).Status(ctx)
	if errors.Is(err, control.ErrNotRunning) {
		return cli.Found("daemon", "", err, "start it: platen run")
	}
	if err == nil && !s.Cloud.Connected {
		err = fmt.Errorf("running, but notifications do not flow: %s", s.Cloud.LastError)
	}
	return cli.Found("daemon", fmt.Sprintf("running as process %d, notifications flow", s.PID), err,
		"'platen status' says more; the push check above shows whether the port can be reached")
}
