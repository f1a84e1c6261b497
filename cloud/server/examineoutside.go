package server

import (
	"context"
	"errors"

	"platen/cloud/component"
	"platen/internal/cli"
)

// examineOutside looks whether the XMPP server takes notifications: over the stream that
// stands, or by another one.
func examineOutside(ctx context.Context, cfg Config) cli.Finding {
	const check = "push"
	c, err := cfg.Push.componentConfig()
	if err == nil {
		_, err = cfg.Push.Server.authorities()
	}
	if err != nil {
		return cli.Found(check, "", err, "the file must be there, and readable by the user that runs the cloud")
	}
	if cfg.live != nil {
		err = cfg.live.Check(ctx)
	} else {
		err = component.Check(ctx, c)
	}
	works := "the XMPP server at " + c.Address + " takes notifications as " + c.Service
	if c.PubSub != "" {
		works += " and publishes at " + c.PubSub
	}
	if errors.Is(err, component.ErrHeld) {
		return cli.Finding{
			Check: check, OK: true,
			Detail: err.Error() + ": that may be this cloud, if it runs. What it says of the XMPP server is on its page of administration",
		}
	}
	if trouble, ok := errors.AsType[*component.Trouble](err); ok {
		return cli.Found(check, "", err, trouble.Advice)
	}
	if err == nil && cfg.Push.signs() {
		if f := examineLogins(ctx, cfg); !f.OK {
			return f
		}
		works += ", and lets robots in by the tokens that are made here"
	}
	return cli.Found(check, works, err, "the XMPP server's log may say more")
}
