package store

import (
	"testing"

	"platen/cloud/store/storetest"
)

func TestPasskeys(t *testing.T) {
	storetest.RunPasskeys(t, func(t *testing.T) storetest.PasskeyStore { return openTest(t) })
}
