package daemon

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// localCUPS is empty: there is no CUPS on Windows. A server elsewhere can be named.
func localCUPS() []string { return nil }

// ConfigFile returns where the settings are looked for: beside the state, for whomever.
func ConfigFile() string { return filepath.Join(defaultStateDir(), "platen.toml") }

// defaultStateDir is the same for the service and for the administrators who look after
// it: there is one connector on a machine.
func defaultStateDir() string {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		dir = `C:\ProgramData`
	}
	return filepath.Join(dir, "Platen")
}

// SocketPath returns where the daemon listens for the command line: a named pipe.
func (c Config) SocketPath() string {
	if c.Socket != "" {
		return c.Socket
	}
	if strings.EqualFold(filepath.Clean(c.StateDir), defaultStateDir()) {
		return `\\.\pipe\platen`
	}
	dir, err := filepath.Abs(c.StateDir)
	if err != nil {
		dir = c.StateDir
	}
	sum := sha256.Sum256([]byte(strings.ToLower(dir)))
	return `\\.\pipe\platen-` + hex.EncodeToString(sum[:8])
}
