package mdns_test

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"platen/internal/lab"
	"platen/internal/mdns"
)

// run runs a responder until the returned function is called.
func run(t *testing.T, r *mdns.Responder) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { r.Run(ctx) })
	stop = func() { cancel(); wg.Wait() }
	t.Cleanup(stop)
	return stop
}

// Avahi, an implementation that is not ours, on another machine finds what is announced, by
// a name of the DNS and by one of the network alone, and forgets what is withdrawn. A printer that has the name already keeps it: ippeveprinter announces
// another service than we do, under a name that is every printer's.
func TestAvahiFindsAndForgets(t *testing.T) {
	if !lab.OwnNetwork(t, t.Name()) {
		return
	}
	lab.Need(t, "ippeveprinter")
	e := lab.NewElsewhere(t, "print.example.com")
	const name = "Büro 2.OG (links)"
	e.Start("ippeveprinter", "-n", "localhost", "-p", "8631", name)
	find := func(args ...string) []string {
		list := e.Find(500*time.Millisecond, append(args, "-x", "echo", "{service_name}", "{}", "{txt_note}", ";")...)
		slices.Sort(list)
		return list
	}
	lab.Until(t, 20*time.Second, "the other printer", func() bool { return len(find("_ipp._tcp")) == 1 })

	known := mdns.Service{
		ID: "1", Name: name, Type: "_ipps._tcp", Subtypes: []string{"_universal", "_lab"}, Reserve: []string{"_printer._tcp"},
		Host: mdns.Host{Name: "print.example.com"}, Port: 4433, Text: []string{"txtvers=1", "rp=ipp/print/1", `note=Büro\1`},
	}
	near := known
	near.ID, near.Text = "2", []string{"rp=ipp/print/2"}
	near.Host = mdns.Host{Name: "platen-lab.local", Addresses: []netip.Addr{netip.MustParseAddr(lab.HereAddress)}}
	r := mdns.New(slog.New(slog.NewTextHandler(t.Output(), nil)))
	r.Announce([]mdns.Service{near, known})
	stop := run(t, r)
	lab.Until(t, 20*time.Second, "both to be announced", func() bool {
		states, err := r.States()
		return err == nil && len(states) == 2 && states[0].Announced && states[1].Announced
	})
	var got []string
	lab.Until(t, 20*time.Second, "both services", func() bool { got = find("_ipps._tcp,_lab"); return len(got) == 2 })
	// Which one asked for "(2)" first is chance.
	for i, uri := range []string{"ipps://print.example.com:4433/ipp/print/1", "ipps://platen-lab.local:4433/ipp/print/2"} {
		if !slices.ContainsFunc(got, func(l string) bool {
			called, rest, _ := strings.Cut(l, " ipps:")
			return (called == name+" (2)" || called == name+" (3)") && "ipps:"+rest == []string{uri + ` Büro\1`, uri + " "}[i]
		}) {
			t.Errorf("found %q, want one at %s under a name with a number", got, uri)
		}
	}
	stop()
	lab.Until(t, 10*time.Second, "ours to be gone", func() bool { got = find("_ipps._tcp,_lab"); return len(got) == 0 })
}
