package discover

import (
	"cmp"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/libp2p/zeroconf/v2"
)

// Found is a printer as it, or the print server before it, announces itself. Nothing
// of it was checked.
type Found struct {
	Name     string   `json:"name"`               // for people, unique on its network
	Model    string   `json:"model,omitempty"`    // make and model
	Location string   `json:"location,omitempty"` // for people
	UUID     string   `json:"uuid,omitempty"`     // printer-uuid without "urn:uuid:", in small letters
	URIs     []string `json:"uris"`               // its addresses, at least one, the best first: ipps before ipp, IPv4 before IPv6
	Host     string   `json:"host,omitempty"`     // its name in the domain local
	Page     string   `json:"page,omitempty"`     // address of its own page
	Formats  []string `json:"formats,omitempty"`  // MIME types that it takes
	Queue    bool     `json:"queue,omitempty"`    // it is a queue that a print server shares
}

// sightings are the services that were heard.
type sightings struct{ list []sighting }

type sighting struct {
	Found
	scheme string
}

// add takes in a service, if it can be a printer.
func (s *sightings) add(scheme string, e *zeroconf.ServiceEntry) {
	if len(s.list) >= maxFound*len(services) {
		return
	}
	txt := parseTXT(e.Text)
	if txt["platen"] == "cloud" { // a connector announces it: it is in a cloud already
		return
	}
	f := Found{
		Name:     unescape(e.Instance),
		Model:    cmp.Or(txt["ty"], strings.Trim(txt["product"], "()")),
		Location: txt["note"],
		UUID:     strings.ToLower(strings.TrimPrefix(strings.ToLower(txt["uuid"]), "urn:uuid:")),
		Host:     strings.TrimSuffix(unescape(e.HostName), "."),
		Page:     page(txt["adminurl"]),
		Formats:  split(txt["pdl"]),
		Queue:    strings.HasPrefix(txt["rp"], "printers/") || strings.HasPrefix(txt["rp"], "classes/"), // CUPS
		URIs:     uris(scheme, e, txt["rp"]),
	}
	if len(f.URIs) == 0 {
		return
	}
	s.list = append(s.list, sighting{f, scheme})
}

// printers makes one printer of what was heard of it: the same UUID, or where it
// tells none the same name at the same host.
func (s *sightings) printers() []Found {
	// The better address first, whichever was heard first.
	slices.SortStableFunc(s.list, func(a, b sighting) int { return -cmp.Compare(a.scheme, b.scheme) })
	at := map[string]int{}
	found := []Found{}
	for _, g := range s.list {
		key := cmp.Or(g.UUID, g.Name+"\x00"+g.Host)
		i, twice := at[key]
		if !twice {
			at[key] = len(found)
			found = append(found, g.Found)
			continue
		}
		f := &found[i]
		f.Model, f.Location, f.Page = cmp.Or(f.Model, g.Model), cmp.Or(f.Location, g.Location), cmp.Or(f.Page, g.Page)
		if len(f.Formats) == 0 {
			f.Formats = g.Formats
		}
		for _, uri := range g.URIs {
			if !slices.Contains(f.URIs, uri) {
				f.URIs = append(f.URIs, uri)
			}
		}
	}
	slices.SortFunc(found, func(a, b Found) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.URIs[0], b.URIs[0])) })
	return found[:min(len(found), maxFound)]
}

// uris returns a printer's addresses. They are of numbers: names in the domain local
// are known to machines that speak multicast DNS alone.
func uris(scheme string, e *zeroconf.ServiceEntry, path string) []string {
	if e.Port <= 0 || e.Port > 65535 { // 0 says that it does not have this service
		return nil
	}
	if path == "" {
		path = "ipp/print" // RFC 8011 names none; IPP Everywhere (PWG 5100.14, 4.2) asks for this one
	}
	var list []string
	for _, ip := range slices.Concat(e.AddrIPv4, e.AddrIPv6) {
		if ip.IsUnspecified() || ip.IsMulticast() || ip.To4() == nil && ip.IsLinkLocalUnicast() { // that one says nothing without its interface
			continue
		}
		host := ip.String()
		switch {
		case e.Port != 631:
			host = net.JoinHostPort(host, strconv.Itoa(e.Port))
		case ip.To4() == nil:
			host = "[" + host + "]"
		}
		u := url.URL{Scheme: scheme, Host: host, Path: "/" + strings.TrimPrefix(path, "/")}
		if uri := u.String(); !slices.Contains(list, uri) {
			list = append(list, uri)
		}
	}
	return list
}

// page returns the address of a printer's own page, if it is one.
func page(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

func split(list string) []string {
	var items []string
	for _, s := range strings.Split(list, ",") {
		if s = strings.TrimSpace(s); s != "" {
			items = append(items, s)
		}
	}
	return items
}
