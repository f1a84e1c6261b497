package store

import (
	"testing"

	"platen/cloud/store/storetest"
)

func TestOAuth(t *testing.T) {
	storetest.RunOAuth(t, func(t *testing.T) storetest.OAuthStore { return openTest(t) })
}
