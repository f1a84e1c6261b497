package daemon

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"platen/gcp"
	"platen/internal/secret"
)

// ErrNoConnector means that the account has no connector whose place could be
// taken by that name.
var ErrNoConnector = errors.New("no such connector")

// proxy returns the name under which the installation is paired. Pairing again
// keeps it, and with it the printers' ids.
func (p Pairing) proxy(ctx context.Context, base string, token secret.Text, old Credentials) (gcp.ProxyID, error) {
	switch {
	case p.New:
		return newProxyID(), nil
	case p.Adopt != "":
		all, err := p.connectors(ctx, base, token)
		if err != nil {
			return "", fmt.Errorf("list the account's connectors: %w", err)
		}
		return adopted(all, p.Adopt)
	case old.Proxy != "":
		return old.Proxy, nil
	case p.Choose == nil || !p.Token.Empty(): // a key that pairs may take nobody's place
		return newProxyID(), nil
	}
	all, err := p.connectors(ctx, base, token)
	if err != nil { // a service without Platen's additions
		all = nil
	}
	if gone := offline(all); len(gone) > 0 {
		return cmp.Or(p.Choose(gone), newProxyID()), nil
	}
	return newProxyID(), nil
}

func (p Pairing) connectors(ctx context.Context, base string, token secret.Text) ([]gcp.Connector, error) {
	c, err := p.dial(base, token, "")
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.Connectors(ctx)
}

// offline returns the connectors whose place can be taken, the last seen first.
func offline(all []gcp.Connector) []gcp.Connector {
	gone := slices.DeleteFunc(slices.Clone(all), func(c gcp.Connector) bool { return c.Online || c.Proxy == "" })
	slices.SortStableFunc(gone, func(a, b gcp.Connector) int { return cmp.Compare(b.Seen, a.Seen) })
	return gone
}

// adopted finds the connector that a person named, by its proxy or by its machine.
func adopted(all []gcp.Connector, name string) (gcp.ProxyID, error) {
	var found []gcp.Connector
	for _, c := range all {
		if string(c.Proxy) == name {
			found = []gcp.Connector{c}
			break
		}
		if ConnectorName(c) == name {
			found = append(found, c)
		}
	}
	switch {
	case len(found) == 0:
		return "", fmt.Errorf("%w: %q; the account has %s", ErrNoConnector, name, names(all))
	case len(found) > 1:
		return "", fmt.Errorf("%d connectors are called %q: name one by its proxy, %s", len(found), name, names(found))
	case found[0].Online:
		return "", fmt.Errorf("%s is running: stop it first, or two connectors would print as one", name)
	}
	return found[0].Proxy, nil
}

// ConnectorName names a connector for people: its machine, or what its proxy
// begins with.
func ConnectorName(c gcp.Connector) string {
	host, _, _ := strings.Cut(c.Host, ".")
	if host != "" {
		return host
	}
	if i := strings.LastIndex(string(c.Proxy), "-"); i > 0 {
		return string(c.Proxy[:i])
	}
	return string(c.Proxy)
}

func names(all []gcp.Connector) string {
	if len(all) == 0 {
		return "none"
	}
	list := make([]string, 0, len(all))
	for _, c := range all {
		list = append(list, fmt.Sprintf("%s (%s)", ConnectorName(c), c.Proxy))
	}
	return strings.Join(list, ", ")
}

func newProxyID() gcp.ProxyID {
	host, _, _ := strings.Cut(cmp.Or(hostName(), "connector"), ".")
	return gcp.ProxyID(host + "-" + strings.ToLower(rand.Text()))
}

// forget drops what belongs to another cloud, owner or connector. What the new one
// has for this connector comes back with its list.
func (p Pairing) forget(old, made Credentials) error {
	if old.Proxy != "" && old.Proxy != made.Proxy {
		given, err := giveUpJobs(p.StateDir)
		if err != nil {
			return err
		}
		if given.jobs > 0 && p.Note != nil {
			p.Note(fmt.Sprintf("jobs in hand left to the installation that this one is a copy of: %d", given.jobs))
		}
		if err := os.Remove(filepath.Join(p.StateDir, runFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("forget the other connector's runs: %w", err)
		}
	} else if old.Cloud == made.Cloud && old.Owner == made.Owner {
		return nil
	}
	known, err := openPrinters(p.StateDir)
	if err != nil || len(known.Identities()) == 0 {
		return err
	}
	return known.ForgetCloud()
}
