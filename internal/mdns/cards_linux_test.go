package mdns

import (
	"net"
	"net/netip"
	"slices"
	"testing"
)

// What is asked without netlink is what Go's own way says.
func TestInterfaces(t *testing.T) {
	got, near, err := interfaces()
	if err != nil {
		t.Fatal(err)
	}
	want, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	const flags = net.FlagUp | net.FlagMulticast | net.FlagLoopback | net.FlagPointToPoint
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%d cards, want %d", len(got), len(want))
	}
	for _, w := range want {
		if !slices.ContainsFunc(got, func(g net.Interface) bool {
			return g.Name == w.Name && g.Index == w.Index && g.Flags == w.Flags&flags
		}) {
			t.Errorf("no card %+v in %+v", w, got)
		}
		addrs, err := w.Addrs()
		if err != nil {
			t.Fatal(err)
		}
		four := false
		for _, a := range addrs {
			p := netip.MustParsePrefix(a.String()).Masked()
			if p.Addr().Is4() && four {
				continue // of several the kernel names the first
			}
			four = four || p.Addr().Is4()
			if !slices.Contains(near[w.Index], p) {
				t.Errorf("%s is in %v, want %v", w.Name, near[w.Index], p)
			}
		}
	}
}
