package daemon

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"time"

	"platen/connector"
	"platen/internal/config"
	"platen/internal/secret"
	"platen/printer"
)

// Config are the settings of the connector. Every option is spelled once, here.
type Config struct {
	StateDir string `toml:"state_dir"` // credentials, spool, journal; 0700
	Socket   string `toml:"socket"`    // socket of the command line; "" means platen.sock in the runtime folder
	CAFile   string `toml:"ca_file"`   // PEM of a further authority, for HTTP and XMPP
	LogLevel string `toml:"log_level"` // debug, info, warn or error

	MetricsListen string `toml:"metrics_listen"` // loopback address, or unix: and a path, where Prometheus asks; the command line's socket answers it always

	HTTPProxy secret.Text `toml:"http_proxy"` // proxy on the way to the cloud, for HTTP and XMPP; "" means that of the environment

	CUPS         []string        `toml:"cups"`          // CUPS servers: socket paths, host:port or http(s) addresses; empty for none
	Include      []string        `toml:"include"`       // queue names to share, with * and ?, of whatever kind; empty means all plain queues
	Exclude      []string        `toml:"exclude"`       // queue names not to share, with * and ?
	Rules        string          `toml:"rules"`         // file of printer rules; "" means printers.toml in the folder of the settings
	Raw          []string        `toml:"raw"`           // printers that also take documents in their own language, byte for byte; names with * and ?
	FullUserName bool            `toml:"full_username"` // jobs belong to joe@example.com instead of joe
	PollInterval config.Duration `toml:"poll_interval"` // how often the local print systems are looked at

	Announce       bool     `toml:"announce"`        // say on this network (DNS-SD) that the shared printers are at the cloud: everybody there sees their names and places
	AnnounceExcept []string `toml:"announce_except"` // queue names not to announce, with * and ?

	PingInterval config.Duration `toml:"ping_interval"` // how often the notification stream is tried
	PingTimeout  config.Duration `toml:"ping_timeout"`  // how long its answer may take
	ReconnectMax config.Duration `toml:"reconnect_max"` // longest wait between two tries
	ClimbAfter   config.Duration `toml:"climb_after"`   // until better ways to the notifications are tried again; longer each time, up to an hour

	Render          bool            `toml:"render"`            // make documents into what a printer takes
	Renders         int             `toml:"renders"`           // documents made ready at the same time
	RenderMemoryMiB int64           `toml:"render_memory_mib"` // memory that making one document ready may take
	RenderTimeout   config.Duration `toml:"render_timeout"`    // how long making one document ready may take; many pages get up to twice as much

	Downloads      int             `toml:"downloads"`        // documents downloaded at the same time
	DownloadAhead  int             `toml:"download_ahead"`   // documents a printer may have waiting on disk
	SpareDiskMiB   int64           `toml:"spare_disk_mib"`   // disk that a new job must leave free
	RememberEnded  config.Duration `toml:"remember_ended"`   // how long ids of ended jobs are kept
	DocumentWait   config.Duration `toml:"document_wait"`    // when a document that cannot be had steps aside
	DocumentGiveUp config.Duration `toml:"document_give_up"` // when the job of a document that cannot be had is ended

	// RenderProgram is the program whose verb render is raster.ChildMain: this one.
	// Without it nothing is rendered.
	RenderProgram string `toml:"-"`
}

// Default returns the settings of an installation that was told nothing.
func Default() Config {
	return Config{
		StateDir:        defaultStateDir(),
		LogLevel:        "info",
		CUPS:            localCUPS(),
		PollInterval:    config.Duration(time.Minute),
		PingInterval:    config.Duration(time.Minute),
		PingTimeout:     config.Duration(20 * time.Second),
		ReconnectMax:    config.Duration(5 * time.Minute),
		ClimbAfter:      config.Duration(5 * time.Second),
		Render:          true,
		Renders:         max(1, runtime.NumCPU()/2),
		RenderMemoryMiB: 512,
		RenderTimeout:   config.Duration(5 * time.Minute),

		Downloads:      16,
		DownloadAhead:  8,
		SpareDiskMiB:   256,
		RememberEnded:  config.Duration(connector.MemoryReach),
		DocumentWait:   config.Duration(10 * time.Minute),
		DocumentGiveUp: config.Duration(24 * time.Hour),
	}
}

// RulesPath returns the file of printer rules, which may be missing.
func (c Config) RulesPath() string {
	if c.Rules != "" {
		return c.Rules
	}
	return RulesBeside(ConfigFile())
}

// RulesBeside returns the file of printer rules that goes with a settings file.
func RulesBeside(settings string) string {
	return filepath.Join(filepath.Dir(settings), "printers.toml")
}

// minRenderMiB is what a document of simple pages takes.
const minRenderMiB = 96

// Check refuses settings that cannot work.
func (c Config) Check() error {
	if c.StateDir == "" {
		return &config.Wrong{Key: "state_dir", Value: c.StateDir, Want: "a folder's path"}
	}
	if err := new(slog.Level).UnmarshalText([]byte(c.LogLevel)); err != nil {
		return &config.Wrong{Key: "log_level", Value: c.LogLevel, Want: "debug, info, warn or error"}
	}
	if _, err := httpProxy(c.HTTPProxy); err != nil {
		return err
	}
	if err := c.checkDurations(); err != nil {
		return err
	}
	for _, n := range []struct {
		key   string
		value int64
		least int64
	}{
		{"downloads", int64(c.Downloads), 1},
		{"download_ahead", int64(c.DownloadAhead), 1},
		{"spare_disk_mib", c.SpareDiskMiB, 0},
		{"renders", int64(c.Renders), 1},
		{"render_memory_mib", c.RenderMemoryMiB, minRenderMiB},
	} {
		if n.value < n.least {
			return &config.Wrong{Key: n.key, Value: n.value, Want: fmt.Sprintf("at least %d", n.least)}
		}
	}
	return errors.Join(c.checkMetrics(), c.checkPatterns())
}

func (c Config) checkDurations() error {
	for _, d := range []struct {
		key   string
		value config.Duration
	}{
		{"poll_interval", c.PollInterval},
		{"ping_interval", c.PingInterval},
		{"ping_timeout", c.PingTimeout},
		{"reconnect_max", c.ReconnectMax},
		{"climb_after", c.ClimbAfter},
		{"remember_ended", c.RememberEnded},
		{"document_wait", c.DocumentWait},
		{"document_give_up", c.DocumentGiveUp},
		{"render_timeout", c.RenderTimeout},
	} {
		if d.value <= 0 {
			return &config.Wrong{Key: d.key, Value: d.value, Want: `more than 0, such as "90s"`}
		}
	}
	if c.RememberEnded < config.Duration(connector.MemoryReach) {
		return &config.Wrong{
			Key: "remember_ended", Value: c.RememberEnded,
			Want: fmt.Sprintf("at least %q: the cloud may offer a job again for that long", connector.MemoryReach),
		}
	}
	return nil
}

func (c Config) checkPatterns() error {
	for _, l := range []struct {
		key      string
		patterns []string
	}{{"include", c.Include}, {"exclude", c.Exclude}, {"raw", c.Raw}, {"announce_except", c.AnnounceExcept}} {
		for _, p := range l.patterns {
			if _, err := filepath.Match(p, ""); err != nil {
				return &config.Wrong{Key: l.key, Value: []string{p}, Want: `names of queues, in which * stands for any letters and ? for one`}
			}
		}
	}
	return nil
}

// shared reports whether a printer is to be shared. Classes, raw, fax and
// discovered queues are only when include names them.
func (c Config) shared(p printer.Printer) bool {
	if len(c.Include) == 0 {
		return p.Kind == printer.KindPlain && !matches(c.Exclude, string(p.Name))
	}
	return matches(c.Include, string(p.Name)) && !matches(c.Exclude, string(p.Name))
}

// takesRaw reports whether a printer's owner allows documents in its own language.
func (c Config) takesRaw(n printer.Name) bool { return matches(c.Raw, string(n)) }

func matches(patterns []string, name string) bool {
	for _, p := range patterns {
		if ok, _ := filepath.Match(p, name); ok { // Check refused bad patterns
			return true
		}
	}
	return false
}
