package store

import (
	"testing"

	"platen/cloud/store/storetest"
)

func TestPushSessions(t *testing.T) {
	storetest.RunComponent(t, func(t *testing.T) storetest.ComponentStore { return openTest(t) })
}
