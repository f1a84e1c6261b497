package ipp

import (
	"net/http/httptest"
	"testing"
)

// The addresses that clients are told are the public ones, whatever stands between, and
// always have a port: that of the scheme is 631.
func TestAddresses(t *testing.T) {
	for _, tt := range []struct{ base, secret, want string }{
		{"https://print.example.com", "", "ipps://print.example.com:443/ipp/print/p1"},
		{"https://print.example.com:8443", "at_s", "ipps://print.example.com:8443/ipp/print/p1/at_s"},
		{"http://127.0.0.1:8080", "", "ipp://127.0.0.1:8080/ipp/print/p1"},
		{"http://localhost", "", "ipp://localhost:80/ipp/print/p1"},
		{"https://[2001:db8::1]", "", "ipps://[2001:db8::1]:443/ipp/print/p1"},
	} {
		if got := PrinterURI(tt.base, "p1", tt.secret); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.base, got, tt.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	for path, want := range map[string]place{
		"/ipp/print/p1": {printer: "p1"}, "/ipp/print/p1/": {printer: "p1"}, "/ipp/print/p1/s": {printer: "p1", secret: "s"},
		"/ipp/print/p1/job/7": {printer: "p1", job: 7}, "/ipp/print/p1/s/job/7": {printer: "p1", secret: "s", job: 7},
	} {
		if got, ok := placeOf(path); !ok || got != want {
			t.Errorf("%s: %+v, %v", path, got, ok)
		}
		if got, ok := placeOf(want.path()); !ok || got.printer != want.printer || got.secret != want.secret {
			t.Errorf("%s again: %+v", want.path(), got)
		}
	}
	for _, path := range []string{"", "/ipp/print/", "/ipp/print//s", "/ipp/print/p1/job/0", "/ipp/print/p1/job/x", "/ipp/print/p1/s/t", "/ipp/print/p1/s/job/7/x", "/ipp/printer/p1"} {
		if got, ok := placeOf(path); ok {
			t.Errorf("%s is %+v", path, got)
		}
	}
}

// A job's address is good where the job is, and nowhere else: not at another printer, by
// another way of signing in, or of another service.
func TestJobsOfOtherPlaces(t *testing.T) {
	at := func(base, secret string) *call {
		r := httptest.NewRequest("POST", "http://10.0.0.7:8631/", nil)
		return &call{h: New(Config{BaseURL: base}), r: r, place: place{printer: "p1", secret: secret}}
	}
	outside, below := at("https://print.example.com", ""), at("https://example.com/cloud/", "at_s")
	for _, tt := range []struct {
		c    *call
		job  string
		want bool
	}{
		{outside, outside.jobURI(7), true},
		{below, below.jobURI(7), true},
		{outside, "ipps://PRINT.example.com/ipp/print/p1/job/7", true},
		{outside, "ipp://10.0.0.7:8631/ipp/print/p1/job/7", true}, // as it was asked at
		{outside, "ipps://elsewhere.example.com:443/ipp/print/p1/job/7", false},
		{outside, "ipps://print.example.com:443/ipp/print/p2/job/7", false},
		{outside, "ipps://print.example.com:443/ipp/print/p1/at_s/job/7", false},
		{outside, "ipps://print.example.com:443/ipp/print/p1", false},
		{outside, "ipps://print.example.com:443/7", false},
		{outside, "/ipp/print/p1/job/7", false},
		{outside, "ipps://[/job/7", false},
		{below, "ipps://example.com:443/cloud/ipp/print/p1/job/7", false},
		{below, "ipps://example.com:443/cloud/ipp/print/p1/at_other/job/7", false},
	} {
		if got := tt.c.here(tt.job); got != tt.want {
			t.Errorf("%s: %v", tt.job, got)
		}
	}
}
