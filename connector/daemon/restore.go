package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"platen/connector/spool"
	"platen/internal/disk"
	"platen/internal/private"
)

// ErrNotEmpty means that there is something in the way of a restore.
var ErrNotEmpty = errors.New("there is state already")

// Restoring puts a backup into its place.
type Restoring struct {
	Backup   Backup
	StateDir string
	Settings string // file for the settings; "" leaves them as they are
	Force    bool   // what is in the way is moved aside
}

// aside is what the folder for what was in the way begins with.
const aside = "before-restore-"

// Restore puts the files into their places, and returns where it moved what was
// there; "" if nothing was. The error is spool.ErrLocked while a daemon runs and
// ErrNotEmpty if something is in the way. Nothing is ever deleted. Where root restores,
// what is in the state folder belongs to the folder's owner.
func (r Restoring) Restore() (moved string, err error) {
	lock, err := spool.Acquire(r.StateDir)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	old, err := r.inTheWay()
	if err != nil {
		return "", err
	}
	settings, err := r.settingsDiffer()
	if err != nil {
		return "", err
	}
	if !r.Force && len(old) > 0 {
		return "", fmt.Errorf("%w in %s: %s", ErrNotEmpty, r.StateDir, strings.Join(old, ", "))
	}
	if !r.Force && settings {
		return "", fmt.Errorf("%w: the settings in %s are others than in the backup", ErrNotEmpty, r.Settings)
	}
	stamp := aside + time.Now().UTC().Format("20060102T150405.000Z")
	if len(old) > 0 {
		moved = filepath.Join(r.StateDir, stamp)
		if err := moveAll(r.StateDir, moved, old); err != nil {
			return moved, err
		}
		if err := giveTo(r.StateDir, moved); err != nil {
			return moved, err
		}
	}
	return moved, errors.Join(r.put(settings, stamp), giveTo(r.StateDir, filepath.Join(r.StateDir, "lock")))
}

// inTheWay lists what is in the state folder.
func (r Restoring) inTheWay() ([]string, error) {
	entries, err := os.ReadDir(r.StateDir)
	if err != nil {
		return nil, fmt.Errorf("look into the state folder: %w", err)
	}
	var old []string
	for _, e := range entries {
		if e.Name() != "lock" && !strings.HasPrefix(e.Name(), aside) && e.Name() != "lost+found" {
			old = append(old, e.Name())
		}
	}
	return old, nil
}

// settingsDiffer reports whether there are settings that are not the backup's.
func (r Restoring) settingsDiffer() (bool, error) {
	if r.Settings == "" || r.Backup.Files[settingsFile] == nil {
		return false, nil
	}
	now, err := readBounded(r.Settings, maxBackupFile)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return !bytes.Equal(now, r.Backup.Files[settingsFile]), err
}

func moveAll(from, to string, names []string) error {
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	for _, n := range names {
		if err := os.Rename(filepath.Join(from, n), filepath.Join(to, n)); err != nil {
			return fmt.Errorf("move aside: %w", err)
		}
	}
	return nil
}

// put writes the files, the credentials last: without them nothing runs.
func (r Restoring) put(settingsDiffer bool, stamp string) error {
	for _, name := range []string{settingsFile, printersFile, pinsFile, credentialsFile} {
		data, ok := r.Backup.Files[name]
		path := filepath.Join(r.StateDir, name)
		if name == settingsFile {
			path, ok = r.Settings, ok && r.Settings != ""
		}
		if !ok {
			continue
		}
		if name == settingsFile && settingsDiffer {
			if err := os.Rename(path, path+"."+stamp); err != nil {
				return fmt.Errorf("move aside: %w", err)
			}
		}
		if err := r.putOne(name, path, data); err != nil {
			return fmt.Errorf("restore %s: %w", name, err)
		}
	}
	return nil
}

func (r Restoring) putOne(name, path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	if name == credentialsFile {
		var err error
		if data, err = private.Seal(data); err != nil {
			return err
		}
	}
	if err := disk.Replace(disk.OS{}, path, data); err != nil {
		return err
	}
	if name == settingsFile && !r.Backup.secretSettings() {
		return os.Chmod(path, 0o644)
	}
	return giveTo(r.StateDir, path)
}

// secretSettings reports whether the settings are for the service's eyes alone: the
// address of an HTTP proxy may hold a password.
func (b Backup) secretSettings() bool {
	cfg, _, err := b.Settings()
	return err != nil || !cfg.HTTPProxy.Empty()
}
