package daemon

import "testing"

// A password goes only to the scheme, host and port that it was kept for.
func TestLoginByOrigin(t *testing.T) {
	c := Credentials{Printers: map[string]PrinterLogin{
		"ipp://printer1":        {User: "one"},
		"ipps://printer2:8631/": {User: "two"},
		"ipp://[2001:db8::1]":   {User: "six"},
		"/run/cups/cups.sock":   {User: "socket"},
		"cups.example:631":      {User: "server"},
	}}
	for _, tt := range []struct{ address, want string }{
		{"ipp://printer1/ipp/print", "one"},
		{"ipp://printer1:631/ipp/print", "one"},
		{"ipp://PRINTER1/ipp/print", "one"},
		{"ipp://printer10/ipp/print", ""},
		{"ipp://printer1.evil.example/ipp/print", ""},
		{"ipp://printer1:6310/ipp/print", ""},
		{"ipps://printer1/ipp/print", ""},
		{"ipps://printer2:8631/ipp/print", "two"},
		{"ipps://printer2/ipp/print", ""},
		{"ipp://[2001:db8::1]:631/ipp/print", "six"},
		{"/run/cups/cups.sock", "socket"},
		{"/run/cups/cups.sock2", ""},
		{"cups.example:631", "server"},
		{"cups.example:6310", ""},
	} {
		if got, _ := c.login(tt.address); got != tt.want {
			t.Errorf("login for %s: user %q, want %q", tt.address, got, tt.want)
		}
	}
}
