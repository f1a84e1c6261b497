package discover

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/libp2p/zeroconf/v2"
)

const (
	// DefaultWait is how long Browse listens where nobody said. The question is asked
	// again after 4 s, for answers that were lost.
	DefaultWait = 5 * time.Second
	// maxFound bounds how many printers are kept: whoever is on the network may say anything.
	maxFound = 500
)

// services are what is looked for, the better first (RFC 8011 and RFC 7472).
var services = [...]struct{ service, scheme string }{{"_ipps._tcp", "ipps"}, {"_ipp._tcp", "ipp"}}

// Browse listens for wait (0 for DefaultWait), or until ctx ends, and returns the
// printers that were heard, by name; none is no error. An error means that nothing
// could be asked, such as on a machine without a network.
func Browse(ctx context.Context, wait time.Duration) ([]Found, error) {
	if wait <= 0 {
		wait = DefaultWait
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var (
		mu   sync.Mutex // guards seen
		seen sightings
		wg   sync.WaitGroup
		errs [len(services)]error
	)
	for i, s := range services {
		wg.Go(func() {
			errs[i] = listen(ctx, s.service, func(e *zeroconf.ServiceEntry) {
				mu.Lock()
				defer mu.Unlock()
				seen.add(s.scheme, e)
			})
		})
	}
	wg.Wait()
	if err := cmp.Or(errs[:]...); err != nil && len(seen.list) == 0 {
		return nil, fmt.Errorf("look for printers on the network: %w", err)
	}
	return seen.printers(), nil
}

// listen asks for a service until ctx ends, over the versions of IP that there are.
func listen(ctx context.Context, service string, heard func(*zeroconf.ServiceEntry)) error {
	ifaces, err := interfaces()
	if err != nil {
		return err
	}
	var errs []error
	for _, ip := range []zeroconf.IPType{zeroconf.IPv4AndIPv6, zeroconf.IPv4, zeroconf.IPv6} {
		err := browse(ctx, service, heard, zeroconf.SelectIfaces(ifaces), zeroconf.SelectIPTraffic(ip))
		if err == nil || ctx.Err() != nil {
			return nil
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// browse is zeroconf.Browse, which closes its channel only where it could start.
func browse(ctx context.Context, service string, heard func(*zeroconf.ServiceEntry), opts ...zeroconf.ClientOption) error {
	entries, stop := make(chan *zeroconf.ServiceEntry), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case e, ok := <-entries:
				if !ok {
					return
				}
				heard(e)
			case <-stop:
				return
			}
		}
	})
	err := zeroconf.Browse(ctx, service, "local.", entries, opts...)
	close(stop)
	wg.Wait()
	return err
}

// interfaces returns where to ask: what carries multicast, and loopback, where
// ipp-usb announces the printers that hang at this machine.
func interfaces() ([]net.Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var up []net.Interface
	for _, i := range all {
		if i.Flags&net.FlagUp != 0 && i.Flags&(net.FlagMulticast|net.FlagLoopback) != 0 {
			up = append(up, i)
		}
	}
	if len(up) == 0 {
		return nil, errors.New("there is no network")
	}
	return up, nil
}
