package service

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	kardianos "github.com/kardianos/service"

	"platen/internal/cli"
	"platen/packaging"
)

// Where units are, systemd.unit(5): those of packages, and those of administrators.
var (
	packagedUnits = []string{"/usr/lib/systemd/system", "/lib/systemd/system"}
	ownUnits      = "/etc/systemd/system"
)

func (d Definition) unit() string { return d.Name + ".service" }

// portUnits are the units that open the ports for the service which it may not open.
func (d Definition) portUnits() map[int]string {
	return map[int]string{443: d.Name + ".socket", 80: d.Name + "-acme.socket"}
}

// unitState asks systemd what the service does.
func (d Definition) unitState() (State, error) {
	out, err := exec.Command("systemctl", "show", "--property=LoadState,ActiveState", d.unit()).Output() //nolint:gosec // a constant of the program
	if err != nil {
		return "", fmt.Errorf("ask systemd: %w", err)
	}
	properties := map[string]string{}
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		properties[key] = value
	}
	switch {
	case properties["LoadState"] == "not-found":
		return Missing, nil
	case properties["ActiveState"] == "failed":
		return Failed, nil
	case properties["ActiveState"] == "inactive":
		return Stopped, nil
	}
	return Running, nil // or about to be, or to end
}

// installUnits has systemd start the service with the system: by the package's unit, or
// by one of the same text that is written here.
func (d Definition) installUnits(s kardianos.Service) error {
	if !d.hasPackage() {
		if err := d.writeUnits(s); err != nil {
			return err
		}
	}
	if err := systemctl("daemon-reload"); err != nil {
		return err
	}
	if err := systemctl("enable", d.unit()); err != nil {
		return err
	}
	return d.openPorts()
}

// hasPackage reports whether this program and its unit came with a package.
func (d Definition) hasPackage() bool {
	path, err := executable()
	if err != nil || path != "/usr/bin/"+d.Name {
		return false
	}
	for _, dir := range packagedUnits {
		if _, err := os.Stat(filepath.Join(dir, d.unit())); err == nil {
			return true
		}
	}
	return false
}

// hidden are folders that the service cannot look into, see ProtectHome and PrivateTmp
// in the unit.
var hidden = []string{"/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/"}

func (d Definition) writeUnits(s kardianos.Service) error {
	path, err := executable()
	if err != nil {
		return err
	}
	for _, dir := range hidden {
		if strings.HasPrefix(path, dir) {
			return cli.Hint(fmt.Errorf("the service may not look into %s, where this program is", dir), "install it first: install %s /usr/local/bin/", path)
		}
	}
	// The library writes no unit over another.
	if err := os.Remove(filepath.Join(ownUnits, d.unit())); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, unit := range d.portUnits() {
		text, err := packaging.Files.ReadFile("systemd/" + unit)
		if errors.Is(err, fs.ErrNotExist) {
			continue // this program has no such port
		}
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(ownUnits, unit), text, 0o644); err != nil { //nolint:gosec // units are read by everybody
			return err
		}
	}
	if err := s.Install(); err != nil {
		return fmt.Errorf("write the unit: %w", err)
	}
	return nil
}

// openPorts opens the ports that the service may not open itself, and closes those that
// it does not want any more. A socket cannot be opened while its service runs.
func (d Definition) openPorts() error {
	for port, unit := range d.portUnits() {
		if _, err := packaging.Files.ReadFile("systemd/" + unit); err != nil {
			continue // this program has no such port
		}
		wanted, open := d.listensAt(port), exec.Command("systemctl", "is-active", "--quiet", unit).Run() == nil //nolint:gosec // a constant of the program
		if wanted == open {
			continue
		}
		if !wanted {
			if err := systemctl("disable", "--now", unit); err != nil {
				return err
			}
			continue
		}
		now, err := d.unitState()
		if err != nil {
			return err
		}
		if err := systemctl("stop", d.unit()); err != nil {
			return err
		}
		err = systemctl("enable", "--now", unit)
		if err != nil { // somebody else has the port: nobody is to have the service for that
			err = errors.Join(fmt.Errorf("open port %d: %w", port, err), systemctl("disable", "--now", unit))
		}
		if now == Running {
			err = errors.Join(err, systemctl("start", d.unit()))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d Definition) listensAt(port int) bool {
	for _, p := range d.Ports {
		if p == port {
			return true
		}
	}
	return false
}

// uninstallUnits stops and disables the service, and takes away what Install wrote.
func (d Definition) uninstallUnits() error {
	now, err := d.unitState()
	if err != nil || now == Missing {
		return err
	}
	units := []string{d.unit()}
	for _, unit := range d.portUnits() {
		if _, err := packaging.Files.ReadFile("systemd/" + unit); err == nil {
			units = append(units, unit)
		}
	}
	if err := systemctl(append([]string{"disable", "--now"}, units...)...); err != nil {
		return err
	}
	for _, unit := range units {
		if err := os.Remove(filepath.Join(ownUnits, unit)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return systemctl("daemon-reload")
}

func systemctl(args ...string) error { return command("systemctl", args...) }

// command runs a program of the system; its error is what that said.
func command(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput() //nolint:gosec // constants of the program
	if err == nil {
		return nil
	}
	if said := bytes.TrimSpace(out); len(said) > 0 {
		return fmt.Errorf("%s %s: %s", name, strings.Join(args, " "), said)
	}
	return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
}
