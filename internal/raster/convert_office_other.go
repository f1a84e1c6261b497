//go:build !linux

package raster

import (
	"context"
	"os"
	"os/exec"
)

// withoutNetwork cannot take the network away here.
func withoutNetwork(*exec.Cmd) {}

// sharingIPC is withoutNetwork.
func sharingIPC(*exec.Cmd) {}

// limitFiles cannot bound files here.
func limitFiles(int64) (restore func()) { return func() {} }

// killTree ends a process; what comes from it is in our process group, which the
// parent ends.
func killTree(p *os.Process) error { return p.Kill() }

// watchTree cannot watch here: the time is the limit.
func watchTree(context.Context, int, int64, func()) {}

// confineThread cannot take files away here.
func confineThread([]string, string) error { return nil }
