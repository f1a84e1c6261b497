package announce

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"platen/internal/mdns"
)

// Check refuses the address of a cloud whose printers nobody else on the network could use,
// or not without showing their documents and passwords to everybody there.
func Check(cloud string) error {
	u, err := url.Parse(cloud)
	switch {
	case err != nil || u.Hostname() == "":
		return errors.New("the cloud's address is none")
	case u.Scheme != "https":
		return errors.New("the cloud's address is not https: what is sent to its printers could be read on the way")
	case loopback(u.Hostname()):
		return fmt.Errorf("the cloud's address is %s, by which no other machine reaches it", u.Hostname())
	}
	return nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && (a.IsLoopback() || a.IsUnspecified()) || strings.EqualFold(strings.TrimSuffix(host, "."), "localhost")
}

// hostFor is where the cloud is. A service has a name for its host (RFC 2782): an address
// of numbers gets one of the network's own, the same from each connector. For a name in
// the domain local the addresses are found out; they are for a network where the host does
// not answer for itself.
func hostFor(ctx context.Context, name string) (mdns.Host, error) {
	if loopback(name) {
		return mdns.Host{}, Check((&url.URL{Scheme: "https", Host: net.JoinHostPort(name, "443")}).String())
	}
	if a, err := netip.ParseAddr(name); err == nil {
		sum := sha256.Sum256(a.Unmap().AsSlice())
		return mdns.Host{Name: "platen-" + hex.EncodeToString(sum[:6]) + ".local", Addresses: []netip.Addr{a}}, nil
	}
	h := mdns.Host{Name: name}
	if !strings.HasSuffix(strings.ToLower(strings.TrimSuffix(name, ".")), ".local") {
		return h, nil
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
	if err != nil {
		return h, nil //nolint:nilerr // its host answers for the name, or nobody does
	}
	for _, a := range found {
		if !a.IsLoopback() && !a.IsLinkLocalUnicast() {
			h.Addresses = append(h.Addresses, a.Unmap())
		}
	}
	return h, nil
}

// tlsVersion is the key TLS: the version spoken, such as "1.3".
func tlsVersion(resp *http.Response) string {
	if resp.TLS == nil {
		return ""
	}
	return strings.TrimPrefix(tls.VersionName(resp.TLS.Version), "TLS ")
}
