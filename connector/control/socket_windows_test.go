package control_test

import (
	"crypto/rand"
	"testing"
)

// socketPath is where a test's daemon listens.
func socketPath(*testing.T) string { return `\\.\pipe\platen-test-` + rand.Text() }
