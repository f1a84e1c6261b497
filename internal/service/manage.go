package service

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	kardianos "github.com/kardianos/service"
)

// State is what a service does.
type State string

// The states of a service.
const (
	Running State = "running"
	Stopped State = "stopped" // installed, and does not run
	Failed  State = "failed"  // ended by itself, and is not started again
	Missing State = "missing" // not installed
)

// Status is what the service manager says of a service.
type Status struct {
	Name    string `json:"service"`
	Manager string `json:"manager"` // such as linux-systemd, windows-service, darwin-launchd
	State   State  `json:"state"`
}

// Status asks the service manager. It needs no rights.
func (d Definition) Status() (Status, error) {
	s, err := d.manager()
	if err != nil {
		return Status{}, err
	}
	status := Status{Name: d.Name, Manager: s.Platform()}
	status.State, err = d.state(s)
	return status, err
}

func (d Definition) state(s kardianos.Service) (State, error) {
	if s.Platform() == systemd {
		return d.unitState()
	}
	now, err := s.Status()
	switch {
	case errors.Is(err, kardianos.ErrNotInstalled):
		return Missing, nil
	case err != nil && s.Platform() == sysv: // of which the exit code of a stopped service says no more
		if _, err := os.Stat("/etc/init.d/" + d.Name); errors.Is(err, fs.ErrNotExist) {
			return Missing, nil
		}
		return Stopped, nil
	case err != nil:
		return "", fmt.Errorf("ask %s: %w", s.Platform(), err)
	case now == kardianos.StatusRunning:
		return Running, nil
	}
	return Stopped, nil
}

// The library's names of the managers that are treated apart.
const (
	systemd = "linux-systemd"
	openRC  = "linux-openrc"
	sysv    = "unix-systemv"
)

// Install makes the program a service that starts with the system. Where it is one
// already, that is brought up to date. It does not start it.
func (d Definition) Install() error {
	s, err := d.prepared("install")
	if err != nil {
		return err
	}
	if s.Platform() == systemd {
		return d.installUnits(s)
	}
	return d.installWith(s)
}

// Uninstall stops the service and takes it away; what it keeps stays. Without one it
// does nothing.
func (d Definition) Uninstall() error {
	s, err := d.prepared("uninstall")
	if err != nil {
		return err
	}
	if s.Platform() == systemd {
		return d.uninstallUnits()
	}
	state, err := d.state(s)
	if err != nil || state == Missing {
		return err
	}
	if state == Running {
		if err := s.Stop(); err != nil {
			return err
		}
	}
	return s.Uninstall()
}

// Start starts the service, if it does not run.
func (d Definition) Start() error {
	return d.tell("start", func(s kardianos.Service, now State) error {
		if now == Running {
			return nil
		}
		return s.Start()
	})
}

// Stop stops the service, if it runs.
func (d Definition) Stop() error {
	return d.tell("stop", func(s kardianos.Service, now State) error {
		if now == Stopped {
			return nil
		}
		return s.Stop()
	})
}

// Restart stops the service and starts it again.
func (d Definition) Restart() error {
	return d.tell("restart", func(s kardianos.Service, now State) error {
		if now != Running {
			return s.Start()
		}
		return s.Restart()
	})
}

// ErrMissing is returned by what needs an installed service.
var ErrMissing = errors.New("the service is not installed")

func (d Definition) tell(verb string, do func(kardianos.Service, State) error) error {
	s, err := d.prepared(verb)
	if err != nil {
		return err
	}
	now, err := d.state(s)
	if err != nil {
		return err
	}
	if now == Missing {
		return ErrMissing
	}
	if s.Platform() == systemd {
		return systemctl(verb, d.unit())
	}
	return do(s, now)
}

// prepared returns the service for something that changes it.
func (d Definition) prepared(verb string) (kardianos.Service, error) {
	if err := mayChange(verb); err != nil {
		return nil, err
	}
	if err := d.checkWords(); err != nil {
		return nil, err
	}
	return d.manager()
}
