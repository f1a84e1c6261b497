package xmpp

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// Probe opens a connection on each port of the service as a Client would, checks the
// certificate where that comes first, and says nothing more: a login would end the
// stream of the program that is running. It returns the first way that works, in words.
func Probe(ctx context.Context, opt Options) (string, error) {
	c := &Client{opt: opt}
	c.opt.LoginTimeout = orDefault(opt.LoginTimeout, dialTime)
	var errs []error
	ways, err := c.ways(ctx)
	if err != nil {
		return "", err
	}
	for _, w := range ways {
		err := c.knock(ctx, w)
		if err == nil {
			return w.String(), nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", w, err))
	}
	return "", errors.Join(errs...)
}

// knock opens a connection and closes it.
func (c *Client) knock(ctx context.Context, w way) error {
	ctx, cancel := context.WithTimeout(ctx, c.opt.LoginTimeout)
	defer cancel()
	nc, err := c.dial(ctx, &net.Dialer{Timeout: dialTime, Resolver: c.opt.Resolver}, w.address())
	if err != nil {
		return err
	}
	defer func() { _ = nc.Close() }() // nothing was said on it
	switch w.tls {
	case tlsDirect:
		return c.tlsClient(nc).HandshakeContext(ctx)
	case tlsWeb:
		_, err := c.upgrade(ctx, newGuard(nc, c.opt.LoginTimeout))
		return err
	}
	return nil
}
