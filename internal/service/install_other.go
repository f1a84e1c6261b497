//go:build !windows

package service

import kardianos "github.com/kardianos/service"

// installWith has the library write what another manager than systemd reads.
func (d Definition) installWith(s kardianos.Service) error {
	state, err := d.state(s)
	if err != nil {
		return err
	}
	if s.Platform() == openRC || s.Platform() == sysv {
		if err := d.makeUser(); err != nil {
			return err
		}
		if err := makeHome("/var/lib/"+d.Name, d.Name); err != nil {
			return err
		}
	}
	if state == Missing {
		return s.Install()
	}
	if state == Running {
		if err := s.Stop(); err != nil {
			return err
		}
	}
	if err := s.Uninstall(); err != nil {
		return err
	}
	if err := s.Install(); err != nil {
		return err
	}
	if state == Running {
		return s.Start()
	}
	return nil
}
