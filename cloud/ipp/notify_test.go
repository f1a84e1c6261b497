package ipp_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/cloud/ipp"
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

// Who is told slowly holds up nobody else, nor the subscription itself.
func TestSlowLooksHoldNobodyUp(t *testing.T) {
	b := newBench(t)
	id := b.subscription("user", "job-created")
	b.print("user")
	looks, on := make(chan struct{}), make(chan struct{})
	var once sync.Once
	b.numbers.before = func() { once.Do(func() { close(looks); <-on }) }
	answered := make(chan *goipp.Message, 1)
	go func() {
		m, _ := b.send(ask{op: goipp.OpGetNotifications, bearer: b.keys["user"], attrs: goipp.Attributes{integer("notify-subscription-ids", id)}})
		answered <- m
	}()
	<-looks
	others := make(chan struct{})
	go func() {
		defer close(others)
		b.subscription("sender", "job-created")
		b.must(ask{op: goipp.OpRenewSubscription, bearer: b.keys["user"], attrs: goipp.Attributes{integer("notify-subscription-id", id)}})
	}()
	select {
	case <-others:
	case <-time.After(10 * time.Second):
		t.Error("others wait for it")
	}
	close(on)
	if m := <-answered; len(m.EventNotification) == 0 {
		t.Error("nothing was told in the end")
	}
	<-others
}

// A job that goes to another printer is over here, says where it went, and is one of the
// other printer's from then on.
func TestMovedJobs(t *testing.T) {
	b := newBench(t)
	id := b.subscription("user", "job-completed")
	n := b.print("user")
	other := b.another("user")
	_, err := b.service.Move(t.Context(), b.people["user"], b.newest().ID, other)
	b.ok(err)
	job := ask{op: goipp.OpGetJobAttributes, bearer: b.keys["user"], attrs: goipp.Attributes{integer("job-id", n)}}
	m := b.must(job)
	if s, why := ippserver.Integer(m.Job, "job-state", 0), ippserver.Text(m.Job, "job-state-message"); s != 7 || why != "moved to Other office" {
		t.Errorf("here it is %d %q", s, why)
	}
	if m := b.must(ask{op: goipp.OpGetJobs, bearer: b.keys["user"]}); len(m.Job) != 0 {
		t.Errorf("it waits here: %v", m.Job)
	}
	m = b.must(ask{op: goipp.OpGetNotifications, bearer: b.keys["user"], attrs: goipp.Attributes{integer("notify-subscription-ids", id)}})
	if got, s := ippserver.Integer(m.EventNotification, "notify-job-id", 0), ippserver.Integer(m.EventNotification, "job-state", 0); got != n || s != 7 {
		t.Errorf("told of job %d, which is %d", got, s)
	}
	job.attrs[0] = uri("job-uri", "ipp"+strings.TrimPrefix(b.url, "http")+ipp.Prefix+string(other)+"/job/1")
	if m, _ := b.send(job); status(m) != goipp.StatusErrorNotFound {
		t.Errorf("the other printer's job here: %s", status(m))
	}
	b.printer = other
	m = b.must(ask{op: goipp.OpGetJobs, bearer: b.keys["user"]})
	if got := ippserver.Integer(m.Job, "job-id", 0); got != 1 {
		t.Errorf("there it is job %d", got)
	}
	if m = b.must(job); ippserver.Integer(m.Job, "job-state", 0) != 3 {
		t.Errorf("there it is %v", m.Job)
	}
}
