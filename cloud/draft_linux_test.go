package cloud_test

import (
	"os"
	"testing"

	"platen/cloud"
)

// A disk that fills up while a draft is written is no trouble of our own: people are
// told what it is.
func TestDraftOnFullDisk(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	_, err = f.Write([]byte("x")) // full(4): ENOSPC
	if got := cloud.KindOf(cloud.Filled(err)); got != cloud.KindUnavailable {
		t.Errorf("%v is of kind %q", err, got)
	}
}
