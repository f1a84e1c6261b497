package xmpp

import (
	"context"
	"net"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"platen/cloud/push"
	"platen/gcp"
)

// record is one of RFC 2782.
type record struct {
	name     string // without the domain
	priority uint16
	port     int
	target   string
}

// resolver returns a resolver whose only server knows these records, and that
// xmpp.example is this machine.
func resolver(t *testing.T, records ...record) *net.Resolver {
	t.Helper()
	l, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := l.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer := answerDNS(buf[:n], records); answer != nil {
				_, _ = l.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", l.LocalAddr().String())
	}}
}

func answerDNS(query []byte, records []record) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	q := m.Questions[0]
	head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1}
	add := func(body dnsmessage.ResourceBody) {
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: body})
	}
	name := strings.ToLower(q.Name.String())
	switch {
	case q.Type == dnsmessage.TypeA && name == "xmpp.example.":
		add(&dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}})
	case q.Type == dnsmessage.TypeSRV:
		for _, r := range records {
			if name == r.name+"._tcp.localhost." {
				add(&dnsmessage.SRVResource{Priority: r.priority, Port: uint16(r.port), Target: dnsmessage.MustNewName(r.target)})
			}
		}
	}
	if len(m.Answers) == 0 && name != "xmpp.example." {
		m.RCode = dnsmessage.RCodeNameError
	}
	answer, err := m.Pack()
	if err != nil {
		return nil
	}
	return answer
}

// Where pairing names a domain alone, its records say where the service is (XEP-0368); the
// certificate is the domain's. The host has no other name here than what they say.
func TestByRecords(t *testing.T) {
	for name, mode := range map[string]push.Mode{"_xmpps-client": push.Direct, "_xmpp-client": push.STARTTLS} {
		t.Run(name, func(t *testing.T) {
			s := newService(t, mode, nil)
			opt := s.options()
			opt.Host, opt.Domain, opt.DirectPort, opt.STARTTLSPort = "", "localhost", 0, 0
			opt.Resolver = resolver(t, record{name, 5, s.port(), "xmpp.example."})
			if way, err := Probe(t.Context(), opt); err != nil || !strings.Contains(way, " to xmpp.example on port ") {
				t.Errorf("Probe: %q, %v", way, err)
			}
			_, got, _ := run(t, opt)
			s.await("a stream", func() bool { return got.connected() == 1 })
			s.Notify(t.Context(), testRobot, gcp.Notification{Printer: "p"})
			s.await("a hint", func() bool { return got.count() == 1 })
		})
	}
}

// A certificate for the name in the records, which anybody may have written, is none.
func TestRecordsAreNotBelieved(t *testing.T) {
	s := newService(t, push.Direct, nil)
	opt := s.options()
	opt.Host, opt.Domain, opt.DirectPort = "", "print.example", 0
	c, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	if name := c.tlsConfig().ServerName; name != "print.example" {
		t.Errorf("the certificate is to be for %s", name)
	}
}

// The order of the ways is that of XEP-0368, 3: by priority over both kinds; and of
// RFC 6120, 3.2.1 and 3.2.2 where there is none.
func TestOrderOfRecords(t *testing.T) {
	for name, tt := range map[string]struct {
		records []record
		want    string // "" for an error
	}{
		"both": {
			[]record{{"_xmpp-client", 5, 5222, "b.example."}, {"_xmpps-client", 10, 443, "c.example."}, {"_xmpps-client", 1, 5223, "a.example."}},
			"direct TLS to a.example on port 5223, STARTTLS to b.example on port 5222, direct TLS to c.example on port 443",
		},
		"equal":         {[]record{{"_xmpp-client", 5, 5222, "b.example."}, {"_xmpps-client", 5, 5223, "a.example."}}, "direct TLS to a.example on port 5223, STARTTLS to b.example on port 5222"},
		"no direct TLS": {[]record{{"_xmpps-client", 0, 0, "."}, {"_xmpp-client", 5, 5222, "b.example."}}, "STARTTLS to b.example on port 5222"},
		"none at all":   {[]record{{"_xmpps-client", 0, 0, "."}, {"_xmpp-client", 0, 0, "."}}, ""},
		"no records":    {nil, "STARTTLS to localhost on port 5222"},
	} {
		t.Run(name, func(t *testing.T) {
			c := &Client{opt: Options{Domain: "localhost", Resolver: resolver(t, tt.records...)}}
			ways, err := c.ways(t.Context())
			var got []string
			for _, w := range ways {
				got = append(got, w.String())
			}
			if text := strings.Join(got, ", "); text != tt.want || (err != nil) != (tt.want == "") {
				t.Errorf("%s (%v), want %s", text, err, tt.want)
			}
		})
	}
}

// A host that pairing named is dialled, whatever records there are.
func TestHostGoesBeforeRecords(t *testing.T) {
	c := &Client{opt: Options{
		Host: "push.example", DirectPort: 5223, Domain: "localhost",
		Resolver: resolver(t, record{"_xmpps-client", 1, 443, "a.example."}),
	}}
	ways, err := c.ways(t.Context())
	if err != nil || len(ways) != 1 || ways[0].address() != "push.example:5223" {
		t.Errorf("%v, %v", ways, err)
	}
}
