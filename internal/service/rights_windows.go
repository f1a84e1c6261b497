package service

import "errors"

// ErrRights is returned to who may not change services.
var ErrRights = errors.New("only an administrator may do that")

// mayChange leaves it to the service control manager.
func mayChange(string) error { return nil }

// asAdministrator says how to run a command with the rights that it needs.
func asAdministrator(command string) string {
	return "run '" + command + "' in a terminal that was opened with \"Run as administrator\""
}
