//go:build unix

package server

import (
	"os"
	"path/filepath"
)

// ConfigFile returns where the settings are looked for: the folder that a service
// manager names (systemd.exec(5), "CONFIGURATION_DIRECTORY"), the system's folder for
// root, else the user's (XDG Base Directory Specification).
func ConfigFile() string {
	if dir := os.Getenv("CONFIGURATION_DIRECTORY"); dir != "" {
		return filepath.Join(dir, "platen-cloud.toml")
	}
	if os.Geteuid() == 0 {
		return "/etc/platen-cloud/platen-cloud.toml"
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "platen-cloud.toml"
	}
	return filepath.Join(dir, "platen-cloud", "platen-cloud.toml")
}

func defaultStateDir() string {
	if dir := os.Getenv("STATE_DIRECTORY"); dir != "" { // a service manager's
		return dir
	}
	if os.Geteuid() == 0 {
		return "/var/lib/platen-cloud"
	}
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "platen-cloud")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "platen-cloud-state"
	}
	return filepath.Join(home, ".local", "state", "platen-cloud")
}
