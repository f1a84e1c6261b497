package server

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// ConfigFile returns where the settings are looked for: beside the state, for whomever.
func ConfigFile() string { return filepath.Join(defaultStateDir(), "platen-cloud.toml") }

func defaultStateDir() string {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, windows.KF_FLAG_DEFAULT)
	if err != nil {
		dir = `C:\ProgramData`
	}
	return filepath.Join(dir, "Platen Cloud")
}
