package daemon

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"platen/internal/config"
	"platen/internal/disk"
	"platen/internal/private"
)

// The files of a backup. Documents, the journal and the history of runs are never
// in one: they are true for one moment only, and printed again they would come
// out twice.
const (
	settingsFile    = "platen.toml"
	credentialsFile = "credentials.json"
	printersFile    = "printers.json"
	pinsFile        = "pins.json"
	rulesFile       = "rules.toml"
)

const (
	// backupVersion is the version that this program writes.
	backupVersion = 1
	// maxBackup bounds a backup, maxBackupFile each file in it: bytes.
	maxBackup     = 32 << 20
	maxBackupFile = 4 << 20
)

// Backup is settings, credentials and known printers of an installation. It is
// as secret as the credentials.
type Backup struct {
	Version int               `json:"platen-backup"`
	Made    time.Time         `json:"made"`
	Host    string            `json:"host"`
	Digest  string            `json:"digest"` // sha256 over names and contents of Files
	Files   map[string][]byte `json:"files"`
}

// errBackup means that a file is no backup, or not whole.
var errBackup = errors.New("not a whole backup of platen")

// MakeBackup reads the settings file, which may be missing, and a state folder,
// whose daemon may run: each file is replaced whole, and all are read again until
// none changed meanwhile.
func MakeBackup(settings, stateDir string) (Backup, error) {
	b := Backup{Version: backupVersion, Made: time.Now().UTC().Truncate(time.Second), Host: hostName()}
	var err error
	if b.Files, err = readState(settings, stateDir); err != nil {
		return b, err
	}
	for range 100 {
		again, err := readState(settings, stateDir)
		if err != nil {
			return b, err
		}
		if maps.EqualFunc(again, b.Files, bytes.Equal) {
			b.Digest = b.digest()
			return b, checkCredentials(b.Files[credentialsFile])
		}
		b.Files = again
	}
	return b, errors.New("the state folder does not hold still: try again")
}

func readState(settings, stateDir string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for name, path := range map[string]string{
		settingsFile:    settings,
		credentialsFile: filepath.Join(stateDir, credentialsFile),
		printersFile:    filepath.Join(stateDir, printersFile),
		pinsFile:        filepath.Join(stateDir, pinsFile),
	} {
		data, err := readBounded(path, maxBackupFile)
		if errors.Is(err, fs.ErrNotExist) || path == "" {
			continue
		}
		if err == nil && name == credentialsFile { // another machine is to open it
			data, err = private.Open(data)
		}
		if err != nil {
			return nil, err
		}
		files[name] = data
	}
	return files, nil
}

func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d MiB", path, limit>>20)
	}
	return data, err
}

// digest returns the sum over names and contents.
func (b Backup) digest() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(b.Files)) {
		_, _ = fmt.Fprintf(h, "%s %d\n", name, len(b.Files[name])) // a hash takes everything
		_, _ = h.Write(b.Files[name])
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// Write stores the backup at path with mode 0600, whole or not at all.
func (b Backup) Write(path string) error {
	data, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	if err := disk.Replace(disk.OS{}, path, append(data, '\n')); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	return nil
}

// ReadBackup reads and checks a backup.
func ReadBackup(path string) (Backup, error) {
	data, err := readBounded(path, maxBackup)
	if err != nil {
		return Backup{}, fmt.Errorf("read the backup: %w", err)
	}
	b, err := parseBackup(data)
	if err != nil {
		return b, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

// parseBackup reads a backup and refuses what this program would not have written.
func parseBackup(data []byte) (Backup, error) {
	var b Backup
	if err := json.Unmarshal(data, &b); err != nil || b.Version < 1 {
		return b, errBackup
	}
	if b.Version > backupVersion {
		return b, fmt.Errorf("the backup is of version %d, this program knows up to %d: use the newer program", b.Version, backupVersion)
	}
	for name, data := range b.Files {
		switch name {
		case settingsFile, credentialsFile, printersFile, pinsFile:
		default:
			return b, fmt.Errorf("%w: it holds a file %q", errBackup, name)
		}
		if len(data) > maxBackupFile {
			return b, fmt.Errorf("%w: %s is too large", errBackup, name)
		}
	}
	if b.Digest != b.digest() {
		return b, fmt.Errorf("%w: its digest does not match", errBackup)
	}
	return b, b.check()
}

// check reads the files as the daemon will.
func (b Backup) check() error {
	if err := checkCredentials(b.Files[credentialsFile]); err != nil {
		return err
	}
	if data, ok := b.Files[printersFile]; ok {
		var known stateFile
		if err := json.Unmarshal(data, &known); err != nil {
			return fmt.Errorf("%w: %s: %w", errBackup, printersFile, err)
		}
		if known.Version > stateVersion {
			return fmt.Errorf("%s is of version %d, this program knows up to %d: use the newer program", printersFile, known.Version, stateVersion)
		}
	}
	if data, ok := b.Files[pinsFile]; ok {
		var pins map[string]string
		if err := json.Unmarshal(data, &pins); err != nil {
			return fmt.Errorf("%w: %s: %w", errBackup, pinsFile, err)
		}
	}
	return nil
}

func checkCredentials(data []byte) error {
	if data == nil {
		return ErrNotPaired
	}
	var c Credentials
	if err := json.Unmarshal(data, &c); err != nil {
		return fmt.Errorf("%w: %s: %w", errBackup, credentialsFile, err)
	}
	if c.RefreshToken == "" || c.Proxy == "" || c.Cloud == "" {
		return ErrNotPaired
	}
	return nil
}

// Settings returns the settings in the backup, with the environment over them;
// false if it holds none.
func (b Backup) Settings() (cfg Config, ok bool, err error) {
	data, ok := b.Files[settingsFile]
	if !ok {
		return cfg, false, nil
	}
	cfg = Default()
	err = config.Load(config.File{Path: "the backup's " + settingsFile, Text: append([]byte{}, data...)}, "PLATEN", &cfg)
	return cfg, true, err
}
