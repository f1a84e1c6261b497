//go:build !linux

package raster

import "os/exec"

// tether is nothing here: a command is in our process group, which the parent ends.
type tether struct{}

// startTied starts a command.
func startTied(cmd *exec.Cmd) (*tether, error) { return &tether{}, cmd.Start() }

// cut does nothing.
func (*tether) cut() {}
