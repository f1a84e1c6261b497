package daemon

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"platen/gcp"
	"platen/internal/disk"
	"platen/internal/private"
	"platen/internal/secret"
)

// Credentials are what pairing gave this installation. They live in one file
// with mode 0600, on Windows sealed for this machine, and are never printed.
type Credentials struct {
	Cloud        string           `json:"cloud"` // base address of the service, without /cloudprint
	Proxy        gcp.ProxyID      `json:"proxy"`
	ClientID     string           `json:"client_id"`
	RefreshToken string           `json:"refresh_token"` // the robot's
	JID          string           `json:"jid"`
	Owner        string           `json:"owner"` // address of the person who paired
	Push         gcp.PushEndpoint `json:"push"`
	CA           string           `json:"ca,omitempty"` // PEM of the cloud's own authority, pinned by its fingerprint

	// Former are the refresh tokens that other clouds gave, by base address: with
	// one this connector proves there that it is the one that comes back.
	Former map[string]string `json:"former,omitempty"`

	Printers map[string]PrinterLogin `json:"printers,omitempty"` // by origin, such as ipp://printer.local, or a CUPS server's address
}

// PrinterLogin is a user name and password for a CUPS server or a printer.
type PrinterLogin struct {
	User     string `json:"user"`
	Password string `json:"password"`
}

// authorities are those that pairing gave, for calls and streams alike.
func (c Credentials) authorities() string { return c.CA + c.Push.CA }

// ErrNotPaired means that this installation has no credentials yet.
var ErrNotPaired = errors.New("not paired with a cloud yet")

func credentialsPath(stateDir string) string { return filepath.Join(stateDir, credentialsFile) }

// ReadCredentials reads the credentials of a state folder, or returns ErrNotPaired.
func ReadCredentials(stateDir string) (Credentials, error) {
	var c Credentials
	data, err := os.ReadFile(credentialsPath(stateDir))
	if errors.Is(err, fs.ErrNotExist) {
		return c, ErrNotPaired
	}
	if err != nil {
		return c, fmt.Errorf("read credentials: %w", err)
	}
	if data, err = private.Open(data); err != nil {
		return c, fmt.Errorf("read credentials: %w", err)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("read credentials: %w", err)
	}
	if c.RefreshToken == "" {
		return c, ErrNotPaired
	}
	return c, nil
}

// login returns the user and password kept for a print system's address. They go
// to no other scheme, host or port than the one they were kept for.
func (c Credentials) login(address string) (string, secret.Text) {
	want := origin(address)
	for _, kept := range slices.Sorted(maps.Keys(c.Printers)) {
		if origin(kept) == want {
			l := c.Printers[kept]
			return l.User, secret.New(l.Password)
		}
	}
	return "", secret.Text{}
}

// origin returns scheme, host and port of an address (RFC 6454, 4), or the
// address itself where it is a socket's path or host:port.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme == "" {
		return address
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"ipp": "631", "ipps": "631", "http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// Write stores the credentials, whole or not at all.
func (c Credentials) Write(stateDir string) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	if data, err = private.Seal(append(data, '\n')); err != nil {
		return fmt.Errorf("write credentials: %w", err)
	}
	if err := private.Folder(stateDir); err != nil {
		return fmt.Errorf("write credentials: %w", err)
	}
	if err := disk.Replace(disk.OS{}, credentialsPath(stateDir), data); err != nil {
		return fmt.Errorf("write credentials: %w", err)
	}
	return giveTo(stateDir, credentialsPath(stateDir)) // root pairs for the service's user
}
