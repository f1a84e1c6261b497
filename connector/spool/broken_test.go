package spool

import (
	"testing"

	"platen/connector"
	"platen/gcp"
)

// After a write that failed nothing is known about the file: the next flush
// writes a new one, and nothing that was acknowledged is lost.
func TestFailedWrite(t *testing.T) {
	path := t.TempDir()
	d, err := Open(path, Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Claim("lp", []gcp.Job{{ID: "a"}}, nil); err != nil {
		t.Fatal(err)
	}
	if err := d.journal.Close(); err != nil { // the disk fails
		t.Fatal(err)
	}
	if _, err := d.Claim("lp", []gcp.Job{{ID: "b"}}, nil); err == nil {
		t.Fatal("a claim on a failed disk was acknowledged")
	}
	c, err := d.Claim("lp", []gcp.Job{{ID: "b"}}, nil)
	if err != nil || c[0].Outcome != connector.ClaimFresh {
		t.Fatalf("the claim again: %v, %v", c, err)
	}
	if d, err = Open(path, Options{Reserve: -1}); err != nil {
		t.Fatal(err)
	}
	if n := len(d.Unfinished()); n != 2 {
		t.Errorf("%d jobs, want 2", n)
	}
}
