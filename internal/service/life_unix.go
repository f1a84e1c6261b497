//go:build unix

package service

import (
	"time"

	"golang.org/x/sys/unix"
)

const reloadSignal = unix.SIGHUP

// monotonic is the kernel's clock that systemd compares with, clock_gettime(2).
func monotonic() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
