//go:build unix

package service

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// ErrRights is returned to who may not change services.
var ErrRights = errors.New("only root may do that")

func mayChange(verb string) error {
	if os.Geteuid() != 0 {
		return fmt.Errorf("%s the service: %w", verb, ErrRights)
	}
	return nil
}

// makeUser makes the user that the service runs as, where the service manager makes
// none by itself.
func (d Definition) makeUser() error {
	if exec.Command("id", d.Name).Run() == nil { //nolint:gosec // a constant of the program
		return nil
	}
	home := "/var/lib/" + d.Name
	commands := [][]string{{"useradd", "--system", "--user-group", "--home-dir", home, "--no-create-home", "--shell", "/usr/sbin/nologin", d.Name}}
	if _, err := exec.LookPath("useradd"); err != nil { // busybox
		commands = [][]string{{"addgroup", "-S", d.Name}, {"adduser", "-S", "-D", "-H", "-h", home, "-s", "/sbin/nologin", "-G", d.Name, d.Name}}
	}
	for _, c := range commands {
		if err := command(c[0], c[1:]...); err != nil {
			return fmt.Errorf("make the user %s: %w", d.Name, err)
		}
	}
	return nil
}

// asAdministrator says how to run a command with the rights that it needs.
func asAdministrator(command string) string { return "run 'sudo " + command + "'" }
