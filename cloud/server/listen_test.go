package server

import "testing"

// A service that listens at a name is reached by it, also at a port that it was given.
func TestAddressByName(t *testing.T) {
	for setting, want := range map[string]string{
		"localhost:0": "localhost:8631", "127.0.0.1:0": "127.0.0.1:8631", ":443": "127.0.0.1:8631", "[::1]:0": "127.0.0.1:8631",
	} {
		if got := named(setting, "127.0.0.1:8631"); got != want {
			t.Errorf("%q at 127.0.0.1:8631 is reached at %s", setting, got)
		}
	}
}
