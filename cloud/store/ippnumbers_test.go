package store

import (
	"testing"

	"platen/cloud/store/storetest"
)

func TestNumbers(t *testing.T) {
	storetest.RunNumbers(t, func(t *testing.T) storetest.NumberStore { return openTest(t) })
}
