package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"platen/connector"
	"platen/connector/rules"
	"platen/internal/config"
	"platen/internal/disk"
	"platen/printer"
)

// maxRulesFile bounds a file of rules, in bytes.
const maxRulesFile = 1 << 20

// ruleBook holds the printer rules in force. Their text is kept in rules.toml of the
// state folder, for a start with a file that cannot be read.
type ruleBook struct {
	path string // of the administrator's file
	copy string
	now  atomic.Pointer[rules.File]
}

// openRules reads the rules. With a file that is wrong the last ones that were right
// stay in force, and the error is a *keptRulesError; without those it is another one.
func openRules(cfg Config) (*ruleBook, error) {
	b := &ruleBook{path: cfg.RulesPath(), copy: filepath.Join(cfg.StateDir, rulesFile)}
	b.now.Store(&rules.File{})
	err := b.load()
	if err == nil {
		return b, nil
	}
	text, missing := readRules(b.copy)
	if missing != nil || text == nil {
		return b, err
	}
	kept, wrong := rules.Parse(b.copy, text)
	if wrong != nil {
		return b, errors.Join(err, wrong)
	}
	b.now.Store(&kept)
	return b, &keptRulesError{err}
}

// keptRulesError says that a file of rules is wrong, and that the ones before it stay
// in force.
type keptRulesError struct{ Err error }

// Error says what is wrong.
func (e *keptRulesError) Error() string {
	return "the printer rules before stay in force: " + e.Err.Error()
}

// Unwrap returns what is wrong.
func (e *keptRulesError) Unwrap() error { return e.Err }

// load puts what the file says into force; a file that is missing says nothing. With
// an error nothing changes.
func (b *ruleBook) load() error {
	text, err := readRules(b.path)
	if err != nil {
		return err
	}
	f, err := rules.Parse(b.path, text)
	if err != nil {
		return err
	}
	if old, err := readRules(b.copy); err != nil || !bytes.Equal(old, text) {
		if err := disk.Replace(disk.OS{}, b.copy, text); err != nil {
			return fmt.Errorf("keep the printer rules: %w", err)
		}
	}
	b.now.Store(&f)
	return nil
}

// readRulesFile reads the rules in a file; one that is missing has none.
func readRulesFile(path string) (rules.File, error) {
	text, err := readRules(path)
	if err != nil {
		return rules.File{}, err
	}
	return rules.Parse(path, text)
}

// readRules returns what is in a file of rules, nil if there is none.
func readRules(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the printer rules: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	text, err := io.ReadAll(io.LimitReader(f, maxRulesFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the printer rules: %w", err)
	}
	if len(text) > maxRulesFile {
		return nil, fmt.Errorf("%s is larger than 1 MiB", path)
	}
	return text, nil
}

// of is connector.Options.Rule.
func (b *ruleBook) of(p printer.Printer) connector.Rule { return b.now.Load().Of(p) }

// offers reports whether a printer is to be shared: as the rules say, else the settings.
func (c Config) offers(f rules.File, p printer.Printer) bool {
	switch f.Offer(p.Name) {
	case rules.OfferYes:
		return true
	case rules.OfferNo:
		return false
	}
	return c.shared(p)
}

// CheckRulesText refuses rules that cannot be, as InstallRules does.
func CheckRulesText(name string, text []byte) error {
	if len(text) > maxRulesFile {
		return &wrongRules{&config.Wrong{Key: "rules", Value: "a larger file", Want: "at most 1 MiB"}}
	}
	if _, err := rules.Parse(name, text); err != nil {
		return &wrongRules{err}
	}
	return nil
}

// InstallRules puts rules into the file that the settings name, after a check; name is
// what errors about the rules call them. The daemon takes them up when it is told to
// reload, or starts. An error with the method BadRequest is the rules'.
func InstallRules(cfg Config, name string, text []byte) error {
	if err := CheckRulesText(name, text); err != nil {
		return err
	}
	path := cfg.RulesPath()
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // what an administrator keeps elsewhere stays there
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("install the printer rules: %w", err)
	}
	if old, err := readRules(path); err == nil && old != nil && bytes.Equal(old, text) {
		return nil
	}
	if err := disk.Replace(disk.OS{}, path, text); err != nil {
		return fmt.Errorf("install the printer rules: %w", err)
	}
	// The daemon may run as another user; rules hold no secret.
	return os.Chmod(path, 0o644)
}
