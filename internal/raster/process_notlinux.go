//go:build unix && !linux

package raster

import "syscall"

// dieWithParent does nothing: the child's own clock ends it.
func dieWithParent(*syscall.SysProcAttr) {}

// forgetFiles does nothing here.
func forgetFiles() {}

// volunteer does nothing here.
func volunteer() {}
