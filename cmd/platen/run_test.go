package main

import (
	"context"
	"testing"

	"platen/connector/daemon"
	"platen/internal/cli"
)

// A connector that is told to stop while it starts ends well: a service manager would
// take another exit code for a failure.
func TestStoppedWhileStarting(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	config, state := file(t, "platen.toml", []byte("render = false\ncups = []\n")), t.TempDir()
	if err := (daemon.Credentials{Cloud: "http://127.0.0.1:1", RefreshToken: "t", JID: "robot@127.0.0.1"}).Write(state); err != nil {
		t.Fatal(err)
	}
	for _, verb := range [][]string{{"run"}, {"run", "--wait"}, {"service", "run"}} {
		root := newRoot()
		root.SetErr(t.Output())
		if code := cli.Execute(ctx, root, append(verb, "--config", config, "--state-dir", state)); code != cli.ExitOK {
			t.Errorf("%v: exit code %d", verb, code)
		}
	}
}
