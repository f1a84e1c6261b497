package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"platen/internal/config"
)

// Config are the settings of the connector. Every option is spelled once, here.
type Config struct {
	StateDir string `toml:"state_dir"` // credentials, spool, journal; 0700
	Socket   string `toml:"socket"`    // of the command line; "" means platen.sock in the runtime folder
	CAFile   string `toml:"ca_file"`   // PEM of a further authority, for HTTP and XMPP
	LogLevel string `toml:"log_level"` // debug, info, warn or error

	CUPS         []string        `toml:"cups"`          // servers: socket paths, host:port or http(s) addresses; empty for none
	Include      []string        `toml:"include"`       // queue names to share, with * and ?; empty means all
	Exclude      []string        `toml:"exclude"`       // queue names not to share, with * and ?
	FullUserName bool            `toml:"full_username"` // jobs belong to joe@example.com instead of joe
	PollInterval config.Duration `toml:"poll_interval"` // how often the local print systems are looked at

	PingInterval config.Duration `toml:"ping_interval"` // of the notification stream
	PingTimeout  config.Duration `toml:"ping_timeout"`
	ReconnectMax config.Duration `toml:"reconnect_max"` // longest wait between two tries

	Downloads      int             `toml:"downloads"`        // documents downloaded at the same time
	DownloadAhead  int             `toml:"download_ahead"`   // documents a printer may have waiting on disk
	SpareDiskMiB   int64           `toml:"spare_disk_mib"`   // disk that a new job must leave free
	RememberEnded  config.Duration `toml:"remember_ended"`   // how long ids of ended jobs are kept
	DocumentWait   config.Duration `toml:"document_wait"`    // when a document that cannot be had steps aside
	DocumentGiveUp config.Duration `toml:"document_give_up"` // when its job is ended
}

// Default returns the settings of an installation that was told nothing.
func Default() Config {
	return Config{
		StateDir:       defaultStateDir(),
		LogLevel:       "info",
		CUPS:           []string{"/run/cups/cups.sock"},
		PollInterval:   config.Duration(time.Minute),
		PingInterval:   config.Duration(time.Minute),
		PingTimeout:    config.Duration(20 * time.Second),
		ReconnectMax:   config.Duration(5 * time.Minute),
		Downloads:      16,
		DownloadAhead:  8,
		SpareDiskMiB:   256,
		RememberEnded:  config.Duration(90 * 24 * time.Hour),
		DocumentWait:   config.Duration(10 * time.Minute),
		DocumentGiveUp: config.Duration(24 * time.Hour),
	}
}

// ConfigFile returns where the settings are looked for: the system's folder for
// root, else the user's (XDG Base Directory Specification).
func ConfigFile() string {
	if os.Geteuid() == 0 {
		return "/etc/platen/platen.toml"
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "platen.toml"
	}
	return filepath.Join(dir, "platen", "platen.toml")
}

func defaultStateDir() string {
	if os.Geteuid() == 0 {
		return "/var/lib/platen"
	}
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "platen")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "platen-state"
	}
	return filepath.Join(home, ".local", "state", "platen")
}

// SocketPath returns where the daemon listens for the command line.
func (c Config) SocketPath() string {
	if c.Socket != "" {
		return c.Socket
	}
	if c.StateDir != defaultStateDir() {
		return filepath.Join(c.StateDir, "platen.sock")
	}
	if os.Geteuid() == 0 {
		return "/run/platen/platen.sock"
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "platen.sock")
	}
	return filepath.Join(c.StateDir, "platen.sock")
}

// Check refuses settings that cannot work.
func (c Config) Check() error {
	if c.StateDir == "" {
		return fmt.Errorf("state_dir must name a folder")
	}
	for _, d := range []struct {
		name  string
		value config.Duration
	}{
		{"poll_interval", c.PollInterval},
		{"ping_interval", c.PingInterval},
		{"ping_timeout", c.PingTimeout},
		{"reconnect_max", c.ReconnectMax},
		{"remember_ended", c.RememberEnded},
		{"document_wait", c.DocumentWait},
		{"document_give_up", c.DocumentGiveUp},
	} {
		if d.value <= 0 {
			return fmt.Errorf("%s must be more than 0", d.name)
		}
	}
	if c.Downloads < 1 || c.DownloadAhead < 1 || c.SpareDiskMiB < 0 {
		return fmt.Errorf("downloads and download_ahead must be at least 1, spare_disk_mib at least 0")
	}
	for _, patterns := range [][]string{c.Include, c.Exclude} {
		for _, p := range patterns {
			if _, err := filepath.Match(p, ""); err != nil {
				return fmt.Errorf("queue name pattern %q: %w", p, err)
			}
		}
	}
	return nil
}

// shared reports whether a queue of this name is to be shared.
func (c Config) shared(name string) bool {
	return (len(c.Include) == 0 || matches(c.Include, name)) && !matches(c.Exclude, name)
}

func matches(patterns []string, name string) bool {
	for _, p := range patterns {
		if ok, _ := filepath.Match(p, name); ok { // Check refused bad patterns
			return true
		}
	}
	return false
}
