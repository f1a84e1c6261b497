package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"platen/cloud"
)

// Bounds of a fetch from an address that a sender named.
const (
	fetchTime     = 2 * time.Minute
	fetchDialTime = 10 * time.Second
	fetchRedirect = 5
)

var errPrivate = errors.New("address is not a public one")

// fetcher gets documents from public addresses. What may be reached is decided
// when a connection is made, on the address that the name turned out to have: a
// check of the name alone could be told one thing and the dialler another.
type fetcher struct {
	client *http.Client
	limit  int64
}

func newFetcher(reachable func(netip.Addr) bool, limit int64) fetcher {
	dialer := &net.Dialer{
		Timeout: fetchDialTime,
		Control: func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			if !reachable(to.Addr().Unmap()) {
				return errPrivate
			}
			return nil
		},
	}
	transport := &http.Transport{
		DialContext: dialer.DialContext, // Proxy stays nil: a proxy would dial for us
		// One document, one connection: nothing to keep.
		DisableKeepAlives: true, TLSHandshakeTimeout: fetchDialTime, ResponseHeaderTimeout: stallTime,
		MaxResponseHeaderBytes: 64 << 10,
	}
	return fetcher{limit: limit, client: &http.Client{
		Transport: transport,
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > fetchRedirect {
				return errors.New("too many redirects")
			}
			return checkAddress(r.URL)
		},
	}}
}

// checkAddress refuses what is no plain web address. Where it leads is the
// dialler's check.
func checkAddress(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return errors.New("not an address of the web")
	}
	return nil
}

// get fetches an address. The sender hears only that it failed: the reason would
// tell what there is in our network.
func (f fetcher) get(ctx context.Context, address string) (*http.Response, error) {
	u, err := url.Parse(address)
	if err == nil {
		err = checkAddress(u)
	}
	if err != nil {
		return nil, invalid("The content is not an address of the web.")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, invalid("The content is not an address of the web.")
	}
	resp, err := f.client.Do(req)
	if err == nil && (resp.StatusCode != http.StatusOK || resp.ContentLength > f.limit) {
		err = errors.Join(fmt.Errorf("status %d, length %d", resp.StatusCode, resp.ContentLength), resp.Body.Close())
	}
	if err != nil {
		return nil, &cloud.Error{Kind: cloud.KindInvalid, Message: "The document could not be had from its address.", Cause: err}
	}
	return resp, nil
}

// special are address blocks that look public but are not, or lead elsewhere:
// IANA's special-purpose registries (RFC 6890), CGNAT (RFC 6598), and the
// address under which one hosting service answers its machines.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("168.63.129.16/32"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
}

// publicV6 is all of IPv6 that is given out to the public Internet.
var publicV6 = netip.MustParsePrefix("2000::/3")

// publicAddr reports whether an address belongs to the public Internet.
func publicAddr(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Zone() != "" || !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	if a.Is6() && !publicV6.Contains(a) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
