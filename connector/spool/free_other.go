//go:build !linux && !windows

package spool

import "math"

// freeBytes knows no way to ask on this system: a full disk shows when writing.
func freeBytes(string) (int64, error) { return math.MaxInt64 / 2, nil }
