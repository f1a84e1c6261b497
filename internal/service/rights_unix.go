//go:build unix

package service

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
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

// makeHome makes the folder of what a user's service keeps. One that root made, who
// paired before there was a service, goes to the user with all that is in it: nobody
// else could put anything there.
func makeHome(path, name string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || st.Uid != 0 {
		return nil
	}
	owner, err := user.Lookup(name)
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(owner.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(owner.Gid)
	if err != nil {
		return err
	}
	return filepath.WalkDir(path, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, uid, gid)
	})
}

// asAdministrator says how to run a command with the rights that it needs.
func asAdministrator(command string) string { return "run 'sudo " + command + "'" }
