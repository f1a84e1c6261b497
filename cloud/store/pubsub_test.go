package store

import (
	"testing"

	"platen/cloud/store/storetest"
)

func TestPubSub(t *testing.T) {
	storetest.RunPubSub(t, func(t *testing.T) storetest.PubSubStore { return openTest(t) })
}
