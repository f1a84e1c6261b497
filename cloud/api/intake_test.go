package api

import (
	"io"
	"strings"
	"testing"

	"platen/cloud"
)

// untouched is a reader of bytes that nobody looks at.
type untouched struct{}

func (untouched) Read(p []byte) (int, error) { return len(p), nil }

// What somebody is sending already counts before it is a job; others do not wait.
func TestSubmitsAtTheSameTime(t *testing.T) {
	b := newBench(t, nil)
	p := string(b.register("q"))
	submit := func() answer {
		return b.post("submit", b.ann, "printerid", p, "title", "t", "contentType", "text/plain", "content", strings.Repeat("text ", 9))
	}
	others := b.service.Intake(cloud.Caller{User: &b.annUser})
	if _, err := io.Copy(io.Discard, others.Of(io.LimitReader(untouched{}, b.service.Limits().StoredBytes-10))); err != nil {
		t.Fatal(err)
	}
	if a := submit(); a.Success || !strings.Contains(a.Message, "stored_mib_per_user") {
		t.Errorf("beside what is on its way: %d %s", a.status, a.raw)
	}
	another := b.service.Intake(cloud.Caller{User: &cloud.User{ID: "somebody else"}})
	defer another.Close()
	if _, err := io.Copy(io.Discard, another.Of(strings.NewReader("text"))); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	others.Close()
	b.must(submit())
}
