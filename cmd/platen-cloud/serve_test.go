package main

import (
	"context"
	"testing"

	"platen/internal/cli"
)

// A cloud that is told to stop while it starts ends well: a service manager would take
// another exit code for a failure.
func TestStoppedWhileStarting(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for _, verb := range [][]string{{"serve"}, {"service", "run"}} {
		root := newRoot()
		root.SetErr(t.Output())
		args := append(verb, "--config", settingsFile(t, "render = false\nlisten = \"127.0.0.1:0\"\n[push]\ndirect_listen = \"127.0.0.1:0\"\nstarttls_listen = \"\""), "--state-dir", t.TempDir())
		if code := cli.Execute(ctx, root, args); code != cli.ExitOK {
			t.Errorf("%v: exit code %d", verb, code)
		}
	}
}
