package service

import (
	"syscall"
	"time"
)

const reloadSignal = syscall.SIGHUP

// monotonic is for systemd alone.
func monotonic() time.Duration { return 0 }
