package store

import (
	"testing"

	"platen/cloud"
	"platen/cloud/store/storetest"
)

// After each part, the account of stored bytes must be right.
func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) cloud.Store {
		d := openTest(t)
		t.Cleanup(func() { storedBytesAgree(t, d) })
		return d
	})
}
