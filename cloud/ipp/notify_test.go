package ipp_test

import (
	"strings"
	"testing"

	"github.com/OpenPrinting/goipp"

	"platen/internal/ippserver"
)

// A client is told the printer's address that it uses: an event that was kept for one
// tells another of the same person nothing of the first one's secret.
func TestEventsKeepAddressesApart(t *testing.T) {
	b := newBench(t)
	id := b.subscription("user", "job-created")
	n := b.print("user")
	get := ask{op: goipp.OpGetNotifications, attrs: goipp.Attributes{integer("notify-subscription-ids", id)}}
	for _, secret := range []string{b.address("user"), b.address("user"), ""} {
		get.secret, get.bearer = secret, ""
		if secret == "" {
			get.bearer = b.keys["user"]
		}
		m := b.must(get)
		if got := ippserver.Integer(m.EventNotification, "notify-job-id", 0); got != n {
			t.Fatalf("the event is of job %d, want %d", got, n)
		}
		if got, want := ippserver.Text(m.EventNotification, "notify-printer-uri"), "ipp"+strings.TrimPrefix(b.url, "http")+b.path(secret); got != want {
			t.Errorf("notify-printer-uri is %s, want %s", got, want)
		}
	}
}

// An event that a client did not hear of, since it went away while the event was looked
// at, is told when it asks again.
func TestEventsOutliveTheirReader(t *testing.T) {
	b := newBench(t)
	id := b.subscription("user", "job-created")
	n := b.print("user")
	get := ask{op: goipp.OpGetNotifications, bearer: b.keys["user"], attrs: goipp.Attributes{integer("notify-subscription-ids", id)}}
	b.leave(get)
	if got := ippserver.Integer(b.must(get).EventNotification, "notify-job-id", 0); got != n {
		t.Errorf("the event is of job %d, want %d", got, n)
	}
}
