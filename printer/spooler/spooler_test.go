package spooler

import (
	"net"
	"strings"
	"testing"
)

// Ports are named as Windows names them, see "Port Monitors" in its driver documentation.
func TestWhy(t *testing.T) {
	for port, want := range map[string]string{
		"USB001":                          "connected to USB001",
		"LPT1:":                           "connected to LPT1:",
		"PORTPROMPT:":                     "makes files",
		`\\server\queue`:                  "another machine",
		"WSD-7a1f4fd0-3b1c-4b5c-a9a2-000": "needs the driver Vendor PCL",
		"IP_192.0.2.7":                    "needs the driver Vendor PCL",
		"http://192.0.2.7:631/ipp/print":  "needs the driver Vendor PCL",
	} {
		if got := (Queue{Driver: "Vendor PCL", Port: port}).Why(); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q in it", port, got, want)
		}
	}
}

func TestHost(t *testing.T) {
	for location, want := range map[string]string{
		"192.0.2.7":                     "192.0.2.7",
		"printer.example.com":           "printer.example.com",
		"2001:db8::7":                   "2001:db8::7",
		"http://192.0.2.7:5357/wsd":     "192.0.2.7",
		"http://[2001:db8::7]:5357/wsd": "2001:db8::7",
		"":                              "",
		"a b":                           "",
	} {
		if got := host(location); got != want {
			t.Errorf("host(%q) = %q, want %q", location, got, want)
		}
	}
}

// An address is named only where something listens.
func TestAddress(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	q := Queue{Host: "127.0.0.1"}
	if got, want := q.address(t.Context(), port), "ipp://127.0.0.1:"+port+"/ipp/print"; got != want {
		t.Errorf("address is %q, want %q", got, want)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := q.address(t.Context(), port); got != "" {
		t.Errorf("nothing listens, and the address is %q", got)
	}
	if got := (Queue{}).Address(t.Context()); got != "" {
		t.Errorf("no host, and the address is %q", got)
	}
}
