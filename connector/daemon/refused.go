package daemon

import (
	"context"
	"errors"
	"fmt"
	"time"

	"platen/gcp"
	"platen/internal/backoff"
	"platen/internal/secret"
	"platen/notify"
)

// refused reports whether the service will never take our credentials. Whatever call it
// refuses, the client asks for a new token then, and is refused that, too.
func refused(err error) bool {
	e, ok := errors.AsType[*gcp.Error](err)
	return ok && e.Refused()
}

// pushToken returns the access token for the notification stream. A refusal for
// good is told apart, so that the channel does not try again soon.
//
// A token that was refused at the last login is not tried again: the cloud may have
// been restored from a backup that does not know it.
func (d *Daemon) pushToken(ctx context.Context) (secret.Text, error) {
	var stale secret.Text
	if d.channel.Status().Refused {
		stale = *d.pushed.Load()
	}
	token, err := d.client.Token(ctx, stale)
	d.pushed.Store(&token)
	if refused(err) {
		err = fmt.Errorf("%w: %w", notify.ErrCredentials, err)
	}
	if err != nil || d.channel.Status().Refused {
		d.tellRefused()
	}
	return token, err
}

// tellRefused has awaitPairing look for new credentials.
func (d *Daemon) tellRefused() {
	select {
	case d.refusals <- struct{}{}:
	default:
	}
}

// errPairedAgain ends a life whose credentials were replaced.
var errPairedAgain = errors.New("paired again")

// pairingPoll is how often a refused daemon looks for new credentials.
const pairingPoll = time.Second

// awaitPairing waits until ctx ends, or returns errPairedAgain once the cloud
// refuses our credentials and others were put into their place.
func (d *Daemon) awaitPairing(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-d.refusals:
		}
		for first := true; first || d.channel.Status().Refused; first = false {
			if d.replaced() {
				return errPairedAgain
			}
			if backoff.Sleep(ctx, pairingPoll) != nil {
				return nil
			}
		}
	}
}

// replaced reports whether others put new credentials into the place of ours.
func (d *Daemon) replaced() bool {
	d.keeping.Lock()
	defer d.keeping.Unlock()
	c, err := ReadCredentials(d.cfg.StateDir)
	return err == nil && c.RefreshToken != d.credentials.RefreshToken
}

// renew gives back what was built with the old credentials, and reads the new.
func (d *Daemon) renew() error {
	d.client.Close()
	err := d.dir.Close()
	d.dir = nil
	if err != nil {
		return err
	}
	d.credentials, err = ReadCredentials(d.cfg.StateDir)
	return err
}

// refusal says what is wrong and what to do when the cloud refuses us.
func (c Credentials) refusal() string {
	return "revoked: run platen pair " + c.Cloud + " --replace"
}
