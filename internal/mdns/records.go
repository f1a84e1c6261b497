package mdns

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"
)

const (
	domain = "local."
	// enumeration is asked for the types of services that there are (RFC 6763, 9).
	enumeration = "_services._dns-sd._udp." + domain
	// flush says that a record is the only one of its name and type (RFC 6762, 10.2). In a
	// question the same bit asks for an answer by unicast (RFC 6762, 5.4).
	flush = 1 << 15
	// hostTTL and otherTTL are how long records are good, in seconds (RFC 6762, 10).
	hostTTL, otherTTL = 120, 75 * 60
)

// label writes a label as names are written in text (RFC 1035, 5.1).
func label(s string) string {
	return strings.NewReplacer(`\`, `\\`, `.`, `\.`, ` `, `\ `, `(`, `\(`, `)`, `\)`, `;`, `\;`, `@`, `\@`, `"`, `\"`, `'`, `\'`).Replace(s)
}

// canonical is a name as it is read from a message, "" for what is no name.
func canonical(name string) string {
	wire := make([]byte, 256)
	if _, err := dns.PackDomainName(dns.Fqdn(name), wire, 0, nil, false); err != nil {
		return ""
	}
	name, _, err := dns.UnpackDomainName(wire, 0)
	if err != nil {
		return ""
	}
	return name
}

// asRead are records as they are read from a message, so that they can be compared; false
// means that one of them cannot be written.
func asRead(list []dns.RR) ([]dns.RR, bool) {
	m := response()
	m.Answer = list
	b, err := m.Pack()
	if err != nil {
		return nil, false
	}
	m = new(dns.Msg)
	err = m.Unpack(b)
	return m.Answer, err == nil
}

func header(name string, kind uint16, ttl uint32) dns.RR_Header {
	return dns.RR_Header{Name: name, Rrtype: kind, Class: dns.ClassINET, Ttl: ttl}
}

// records are what is said of a service or a host.
type records struct {
	name   string   // of the service's instance, or of the host
	unique []dns.RR // of names that are nobody else's
	shared []dns.RR // pointers, beside those of others
}

// of makes a service's records under a name.
func (s Service) of(name string) records {
	kind := s.Type + "." + domain
	r := records{name: canonical(label(name) + "." + kind)}
	target := canonical(s.Host.Name)
	text := make([]string, len(s.Text))
	for i, t := range s.Text {
		text[i] = strings.ReplaceAll(t, `\`, `\\`)
	}
	r.unique = []dns.RR{
		&dns.SRV{Hdr: header(r.name, dns.TypeSRV, hostTTL), Port: s.Port, Target: target},
		&dns.TXT{Hdr: header(r.name, dns.TypeTXT, otherTTL), Txt: text},
	}
	for _, other := range s.Reserve {
		n := canonical(label(name) + "." + other + "." + domain)
		r.unique = append(r.unique, &dns.SRV{Hdr: header(n, dns.TypeSRV, hostTTL), Target: target})
	}
	r.shared = []dns.RR{&dns.PTR{Hdr: header(kind, dns.TypePTR, otherTTL), Ptr: r.name}}
	for _, sub := range s.Subtypes {
		r.shared = append(r.shared, &dns.PTR{Hdr: header(sub+"._sub."+kind, dns.TypePTR, otherTTL), Ptr: r.name})
	}
	r.shared = append(r.shared, &dns.PTR{Hdr: header(enumeration, dns.TypePTR, otherTTL), Ptr: kind})
	return r.asRead()
}

// asRead makes what is written be as it is read; the zero value if it cannot be written.
func (r records) asRead() records {
	var ok, also bool
	r.unique, ok = asRead(r.unique)
	r.shared, also = asRead(r.shared)
	if !ok || !also || r.name == "" {
		return records{}
	}
	return r
}

// records makes a host's.
func (h Host) records() records {
	r := records{name: canonical(h.Name)}
	for _, a := range h.Addresses {
		if a = a.Unmap(); a.Is4() {
			r.unique = append(r.unique, &dns.A{Hdr: header(r.name, dns.TypeA, hostTTL), A: a.AsSlice()})
		} else {
			r.unique = append(r.unique, &dns.AAAA{Hdr: header(r.name, dns.TypeAAAA, hostTTL), AAAA: a.WithZone("").AsSlice()})
		}
	}
	return r.asRead()
}

// local reports whether only the network knows the name.
func (h Host) local() bool { return strings.HasSuffix(strings.ToLower(dns.Fqdn(h.Name)), "."+domain) }

func (h Host) equal(o Host) bool {
	return strings.EqualFold(h.Name, o.Name) && slices.EqualFunc(h.Addresses, o.Addresses, func(a, b netip.Addr) bool { return a.Unmap() == b.Unmap() })
}

// names are those of the unique records, each once.
func (r records) names() []string {
	var list []string
	for _, rr := range r.unique {
		if n := rr.Header().Name; !slices.Contains(list, n) {
			list = append(list, n)
		}
	}
	return list
}

// owns returns the types of the records that a name of ours has, none for other names.
func (r records) owns(name string) []uint16 {
	var kinds []uint16
	for _, rr := range r.unique {
		if h := rr.Header(); strings.EqualFold(h.Name, name) && !slices.Contains(kinds, h.Rrtype) {
			kinds = append(kinds, h.Rrtype)
		}
	}
	return kinds
}

func has(list []dns.RR, rr dns.RR) bool {
	return slices.ContainsFunc(list, func(o dns.RR) bool { return dns.IsDuplicate(o, rr) })
}

// nothingElse says which types of records a name of ours has, to who asks for another one
// (RFC 6762, 6.1).
func nothingElse(name string, kinds []uint16) dns.RR {
	slices.Sort(kinds)
	return &dns.NSEC{Hdr: header(name, dns.TypeNSEC, hostTTL), NextDomain: name, TypeBitMap: kinds}
}
