package daemon

import (
	"errors"
	"strings"
	"testing"

	"platen/gcp"
)

func TestAdopted(t *testing.T) {
	all := []gcp.Connector{
		{Proxy: "desk-1", Host: "desk.example.com"},
		{Proxy: "attic-1", Host: "attic"},
		{Proxy: "attic-2", Host: "attic"},
		{Proxy: "busy-1", Host: "busy", Online: true},
		{Proxy: "old-connector-xyz"}, // never told its machine
	}
	for _, tt := range []struct {
		name string
		want gcp.ProxyID
		says string
	}{
		{"desk", "desk-1", ""},
		{"desk-1", "desk-1", ""},
		{"attic-2", "attic-2", ""},
		{"old-connector", "old-connector-xyz", ""},
		{"attic", "", "name one by its proxy, attic (attic-1), attic (attic-2)"},
		{"busy", "", "stop it first"},
		{"nobody", "", "desk (desk-1)"},
		{"", "", "no such connector"},
	} {
		got, err := adopted(all, tt.name)
		if got != tt.want || (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("adopted(%q) = %q, %v; want %q, %q", tt.name, got, err, tt.want, tt.says)
		}
	}
	if _, err := adopted(nil, "desk"); !errors.Is(err, ErrNoConnector) || !strings.Contains(err.Error(), "the account has none") {
		t.Errorf("of no connectors: %v", err)
	}
	if gone := offline(all); len(gone) != 4 || gone[0].Proxy == "busy-1" {
		t.Errorf("offline: %+v", gone)
	}
}
