//go:build unix

package daemon

import (
	"os"
	"path/filepath"
	"runtime"
)

// localCUPS is where this machine's own CUPS listens.
func localCUPS() []string {
	if runtime.GOOS == "darwin" {
		return []string{"/private/var/run/cupsd"}
	}
	return []string{"/run/cups/cups.sock"}
}

// ConfigFile returns where the settings are looked for: the folder that a service
// manager names (systemd.exec(5), "CONFIGURATION_DIRECTORY"), the system's folder for
// root, else the user's (XDG Base Directory Specification).
func ConfigFile() string {
	if dir := os.Getenv("CONFIGURATION_DIRECTORY"); dir != "" {
		return filepath.Join(dir, "platen.toml")
	}
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
	if dir := os.Getenv("STATE_DIRECTORY"); dir != "" { // a service manager's
		return dir
	}
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
	if dir := os.Getenv("RUNTIME_DIRECTORY"); dir != "" { // a service manager's
		return filepath.Join(dir, "platen.sock")
	}
	if os.Geteuid() == 0 {
		return "/run/platen/platen.sock"
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return filepath.Join(dir, "platen.sock")
	}
	return filepath.Join(c.StateDir, "platen.sock")
}
