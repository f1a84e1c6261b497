package xmpp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
)

// starttlsPort is where a domain without records is asked (RFC 6120, 3.2.2).
const starttlsPort = 5222

// bySRV returns the ways to a domain whose host pairing did not name, as its records say:
// those of XEP-0368 and of RFC 6120, 3.2.1 are one set, in the order of their priorities.
// Certificates are for the domain: nothing protects the records.
func (c *Client) bySRV(ctx context.Context) ([]way, error) {
	type found struct {
		way
		priority uint16
	}
	var list []found
	var errs []error
	denied := false
	for _, kind := range []struct {
		service, name string
		tls           tlsMode
	}{{"xmpps-client", "direct TLS", tlsDirect}, {"xmpp-client", "STARTTLS", tlsStart}} {
		_, records, err := c.resolver().LookupSRV(ctx, kind.service, "tcp", c.opt.Domain)
		if e, ok := errors.AsType[*net.DNSError](err); ok && !e.IsNotFound && len(records) == 0 {
			errs = append(errs, err)
		}
		for _, r := range records {
			if r.Target == "." { // RFC 2782: decidedly not there
				denied = true
				continue
			}
			host := strings.TrimSuffix(r.Target, ".")
			list = append(list, found{way{kind.name + " to " + host, host, int(r.Port), kind.tls}, r.Priority})
		}
	}
	switch {
	case len(list) == 0 && len(errs) > 0:
		return nil, fmt.Errorf("look for the service of %s: %w", c.opt.Domain, errors.Join(errs...))
	case len(list) == 0 && denied:
		return nil, fmt.Errorf("%s says that it has no such service", c.opt.Domain)
	case len(list) == 0:
		return []way{{"STARTTLS to " + c.opt.Domain, c.opt.Domain, starttlsPort, tlsStart}}, nil
	}
	slices.SortStableFunc(list, func(a, b found) int { return int(a.priority) - int(b.priority) })
	ways := make([]way, 0, len(list))
	for _, f := range list {
		ways = append(ways, f.way)
	}
	return ways, nil
}

func (c *Client) resolver() *net.Resolver {
	if c.opt.Resolver != nil {
		return c.opt.Resolver
	}
	return net.DefaultResolver
}
