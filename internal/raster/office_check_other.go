//go:build !linux

package raster

import "context"

// landlock is Linux's.
func landlock() uintptr { return 0 }

// namespaces are Linux's.
func namespaces(context.Context) bool { return false }
