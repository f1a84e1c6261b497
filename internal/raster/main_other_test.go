//go:build !linux

package raster

// other is no child at all.
func other(string) int { return 3 }
