package service

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
	"unsafe"

	kardianos "github.com/kardianos/service"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc/eventlog"
	"golang.org/x/sys/windows/svc/mgr"
)

// installWith makes the service, or brings the one that is there up to date, whether it
// runs or not: also the one that the installer made.
func (d Definition) installWith(kardianos.Service) error {
	m, err := mgr.Connect()
	if errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return fmt.Errorf("install the service: %w", ErrRights)
	}
	if err != nil {
		return fmt.Errorf("ask the service control manager: %w", err)
	}
	defer func() { _ = m.Disconnect() }() // it is only ours
	s, err := d.define(m)
	if err != nil {
		return fmt.Errorf("define the service: %w", err)
	}
	defer func() { _ = s.Close() }() // likewise
	if err := harden(s); err != nil {
		return err
	}
	err = eventlog.InstallAsEventCreate(d.Name, eventlog.Info|eventlog.Warning|eventlog.Error)
	if err != nil && !strings.Contains(err.Error(), "registry key already exists") {
		return fmt.Errorf("name the source of events: %w", err)
	}
	return nil
}

// define makes the service or changes it. Its account has no password and no rights but
// those that are given to it: a virtual account of the service's own.
func (d Definition) define(m *mgr.Mgr) (*mgr.Service, error) {
	path, err := executable()
	if err != nil {
		return nil, err
	}
	words := append([]string{"service", verbRun}, d.Arguments...)
	want := mgr.Config{
		ServiceType: windows.SERVICE_WIN32_OWN_PROCESS, StartType: mgr.StartAutomatic, ErrorControl: mgr.ErrorNormal,
		DisplayName: d.Title, Description: d.Summary, ServiceStartName: `NT SERVICE\` + d.Name,
	}
	s, err := m.OpenService(d.Name)
	if errors.Is(err, windows.ERROR_SERVICE_DOES_NOT_EXIST) {
		return m.CreateService(d.Name, path, want, words...)
	}
	if err != nil {
		return nil, err
	}
	want.BinaryPathName = windows.ComposeCommandLine(append([]string{path}, words...))
	if err := known(s.UpdateConfig(want)); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// known passes over what a service control manager has never heard of. Windows knows all
// of it; Wine has accounts and failures, and neither delays nor privileges.
func known(err error) error {
	if errors.Is(err, windows.ERROR_INVALID_LEVEL) {
		return nil
	}
	return err
}

// forgiven is after how many seconds without a failure the next one is the first.
const forgiven = 3600

// harden says when the service starts, what happens when it ends by itself, and which
// privileges it has.
func harden(s *mgr.Service) error {
	restarts := []mgr.RecoveryAction{
		{Type: mgr.ServiceRestart, Delay: 5 * time.Second},
		{Type: mgr.ServiceRestart, Delay: 30 * time.Second},
		{Type: mgr.ServiceRestart, Delay: 2 * time.Minute},
	}
	delayed := windows.SERVICE_DELAYED_AUTO_START_INFO{IsDelayedAutoStartUp: 1}
	var sid uint32 = windows.SERVICE_SID_TYPE_UNRESTRICTED
	for _, step := range []struct {
		what string
		err  error
	}{
		{"what follows a failure", s.SetRecoveryActions(restarts, forgiven)},
		{"what a failure is", s.SetRecoveryActionsOnNonCrashFailures(true)},
		{"a delayed start", set(s, windows.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, unsafe.Pointer(&delayed))},
		{"an identity of its own", set(s, windows.SERVICE_CONFIG_SERVICE_SID_INFO, unsafe.Pointer(&sid))},
		{"its privileges", privileges(s, "SeChangeNotifyPrivilege")},
	} {
		if err := known(step.err); err != nil {
			return fmt.Errorf("give the service %s: %w", step.what, err)
		}
	}
	return nil
}

// privileges leaves a service these alone (SERVICE_REQUIRED_PRIVILEGES_INFOW).
func privileges(s *mgr.Service, names ...string) error {
	list := utf16.Encode([]rune(strings.Join(names, "\x00") + "\x00\x00"))
	info := struct{ names *uint16 }{&list[0]}
	return set(s, windows.SERVICE_CONFIG_REQUIRED_PRIVILEGES_INFO, unsafe.Pointer(&info))
}

func set(s *mgr.Service, level uint32, info unsafe.Pointer) error {
	return windows.ChangeServiceConfig2(s.Handle, level, (*byte)(info))
}
