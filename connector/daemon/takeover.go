package daemon

import (
	"errors"

	"platen/connector/spool"
	"platen/gcp"
	"platen/internal/secret"
)

// Takeover is what of another connector's settings makes this one its successor.
type Takeover struct {
	Proxy gcp.ProxyID // its name in the cloud
	Cloud string      // base address of its cloud; "" if that is no more
	Token secret.Text // its robot's refresh token there; may be empty
}

// Keep writes the name down that the next pairing uses, so that the cloud knows this
// connector, and its printers, again. The error is ErrPaired where the installation is
// paired already, unless it is under that name, and spool.ErrLocked while a daemon
// runs. With the purpose Try nothing is written, and no lock is needed.
func (t Takeover) Keep(stateDir string, purpose Purpose) (err error) {
	if purpose == Do {
		lock, err := spool.Acquire(stateDir)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, handOver(stateDir), lock.Release()) }()
	}
	old, err := ReadCredentials(stateDir)
	switch {
	case err == nil && old.Proxy == t.Proxy:
		return nil
	case err == nil:
		return ErrPaired
	case !errors.Is(err, ErrNotPaired):
		return err
	}
	next := Credentials{Cloud: old.Cloud, Proxy: t.Proxy, Printers: old.Printers, Former: old.Former}
	if t.Cloud != "" {
		next.Cloud = t.Cloud
	}
	if t.Cloud != "" && !t.Token.Empty() {
		next.Former = old.former()
		next.Former[t.Cloud] = t.Token.Reveal()
	}
	if purpose == Try {
		return nil
	}
	return next.Write(stateDir)
}

// Purpose says whether something is done, or it is only said what would be.
type Purpose string

// The purposes.
const (
	Do  Purpose = "do"
	Try Purpose = "try"
)
