package store

import (
	"testing"

	"platen/cloud"
	"platen/cloud/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) cloud.Store { return openTest(t) })
}
