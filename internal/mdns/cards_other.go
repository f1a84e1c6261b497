//go:build !linux

package mdns

import (
	"fmt"
	"net"
	"net/netip"
)

// interfaces returns the network cards, and the networks that each is in.
func interfaces() ([]net.Interface, map[int][]netip.Prefix, error) {
	list, err := net.Interfaces()
	if err != nil {
		return nil, nil, fmt.Errorf("look at the network cards: %w", err)
	}
	near := map[int][]netip.Prefix{}
	for _, c := range list {
		addrs, err := c.Addrs()
		if err != nil {
			continue // it is going away
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				near[c.Index] = append(near[c.Index], p.Masked())
			}
		}
	}
	return list, near, nil
}
