package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"platen/connector/control"
	"platen/gcp"
)

// Who runs an installation twice is told which is which, and what to do.
func TestStatusTellsOfTwins(t *testing.T) {
	twins := []control.Twin{
		{Host: "HOST-A", Address: "192.0.2.7", Since: time.UnixMilli(1767225600000), Standing: gcp.StandingGranted},
		{Host: "HOST-B", Address: "192.0.2.8", Since: time.UnixMilli(1767225600000), Standing: gcp.StandingStandby, Self: true},
	}
	for _, tt := range []struct {
		status control.Status
		want   []string
	}{
		{control.Status{Standing: gcp.StandingGranted}, nil},
		{control.Status{Standing: gcp.StandingStandby, Twins: twins}, []string{
			"this installation runs twice: HOST-A (192.0.2.7, since ", ") prints, HOST-B (this one) stands by. Stop one of them",
			"platen pair --new",
		}},
		{control.Status{Standing: gcp.StandingStandby}, []string{"this one stands by", "platen pair --new"}},
	} {
		var out bytes.Buffer
		if err := printStatus(&out, tt.status); err != nil {
			t.Fatal(err)
		}
		for _, w := range tt.want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%q is not in\n%s", w, out.String())
			}
		}
		if tt.want == nil && strings.Contains(out.String(), "attention") {
			t.Errorf("alone:\n%s", out.String())
		}
	}
}

// Who announces sees which printers the network is told of, and why one is not.
func TestStatusTellsWhatIsAnnounced(t *testing.T) {
	for want, a := range map[string]*control.Announced{
		"\nannounced        1 of 2 on this network\n":       {Printers: []control.AnnouncedPrinter{{Name: "Front desk", Announced: true}, {Name: "Cellar"}}},
		"0 of 1 on this network: Cellar: no such printer\n": {Printers: []control.AnnouncedPrinter{{Name: "Cellar", Why: "no such printer"}}},
		"0 of 0 on this network: there is no network\n":     {LastError: "there is no network"},
	} {
		var b strings.Builder
		if err := printStatus(&b, control.Status{Announced: a}); err != nil || !strings.Contains(b.String(), want) {
			t.Errorf("%v, want %q in\n%s", err, want, b.String())
		}
	}
	var b strings.Builder
	if err := printStatus(&b, control.Status{}); err != nil || strings.Contains(b.String(), "announced") {
		t.Errorf("%v, though nothing is announced:\n%s", err, b.String())
	}
}
