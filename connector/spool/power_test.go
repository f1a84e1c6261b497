package spool_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"platen/connector"
	"platen/connector/spool"
	"platen/gcp"
	"platen/internal/disk/diskmem"
	"platen/printer"
)

// rank orders what a job may not fall behind of once it was acknowledged. Saved and
// reported may be lost, see connector.Spool.
var rank = map[connector.EventKind]int{
	connector.EventClaimed: 1, connector.EventSaved: 1, connector.EventResend: 1, connector.EventCreated: 2,
	connector.EventSending: 3, connector.EventSent: 4, connector.EventEnded: 5, connector.EventReported: 5,
}

// deed is something that the spool acknowledged, or was asked to do and did not
// answer before the power went.
type deed struct {
	kind       connector.EventKind // "" for a claim that was refused: none
	id         gcp.JobID
	begun, end int // operations of the disk before it, and when it was acknowledged
}

// script is a life of a spool on a recorded disk.
type script struct {
	t     *testing.T
	d     *spool.Dir
	log   *diskmem.Log
	deeds []deed
}

func (s *script) do(kind connector.EventKind, id gcp.JobID, f func() error) {
	s.t.Helper()
	begun := s.log.Len()
	err := f()
	for range 3 { // as the connector does: nothing goes on without it
		if err != nil {
			err = f()
		}
	}
	if err != nil {
		s.t.Fatalf("%s %s: %v", kind, id, err)
	}
	s.deeds = append(s.deeds, deed{kind, id, begun, s.log.Len()})
}

func body(id gcp.JobID) []byte { return bytes.Repeat([]byte(id+" "), 3000) }

func (s *script) claim(id gcp.JobID) {
	s.t.Helper()
	s.do(connector.EventClaimed, id, func() error {
		job := gcp.Job{ID: id, PrinterID: "p", Title: "T", ContentLength: gcp.Int64(len(body(id))), Ticket: []byte(`{"version":"1.0"}`)}
		c, err := s.d.Claim("lp", []connector.Offer{{Job: job}}, nil)
		if err == nil && c[0].Outcome != connector.ClaimFresh {
			err = fmt.Errorf("outcome %s", c[0].Outcome)
		}
		return err
	})
}

func (s *script) save(id gcp.JobID) {
	s.t.Helper()
	s.do(connector.EventSaved, id, func() error {
		doc, err := s.d.Save(id, func(w io.Writer) (string, error) {
			half := len(body(id)) / 2
			for _, part := range [][]byte{body(id)[:half], body(id)[half:]} {
				if _, err := w.Write(part); err != nil {
					return "", err
				}
			}
			return "application/pdf", nil
		})
		if err != nil {
			return err
		}
		return s.d.Write(connector.Event{Kind: connector.EventSaved, ID: id, Document: &doc})
	})
}

func (s *script) write(id gcp.JobID, kinds ...connector.EventKind) {
	s.t.Helper()
	for _, kind := range kinds {
		e := connector.Event{Kind: kind, ID: id, At: time.Now().UnixMicro()}
		switch kind {
		case connector.EventCreated, connector.EventSent:
			e.Local = &printer.LocalJob{Printer: "lp", Cloud: id, ID: 7, User: "ann"}
		case connector.EventEnded:
			e.Status = &connector.Status{State: gcp.StateOf(gcp.JobDone), Pages: 3}
		}
		s.do(kind, id, func() error { return s.d.Write(e) })
	}
}

func (s *script) forget(id gcp.JobID) {
	s.t.Helper()
	s.do(connector.EventForgotten, id, func() error { return s.d.Forget(id) })
}

// live plays the script: jobs side by side, one sent again, one dropped, pauses in
// which what may wait is written down, and several compactions.
func live(t *testing.T, faults func(diskmem.Op) error) (s *script) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		disk := diskmem.New()
		s = &script{t: t, log: disk.Record()}
		var err error
		if s.d, err = spool.Open("/spool", powerOptions(disk)); err != nil {
			t.Fatal(err)
		}
		disk.Faults(faults)
		const c, g, t4, e, r = connector.EventCreated, connector.EventSending, connector.EventSent, connector.EventEnded, connector.EventReported
		s.claim("a")
		s.claim("b")
		s.save("a")
		s.write("a", c)
		s.save("b")
		s.write("a", g, t4)
		s.write("b", c, g, connector.EventResend)
		s.write("a", e, r)
		s.forget("a")
		time.Sleep(2 * time.Second)
		s.claim("c")
		s.save("c") // into the emptied file of a
		s.write("b", c, g, t4)
		s.write("c", c, g)
		s.write("b", e, r)
		s.claim("d")
		s.forget("d") // never had a document
		s.claim("e")
		s.save("e")
		s.forget("b")
		s.write("c", t4, e, r)
		time.Sleep(2 * time.Second)
		s.forget("c")
		s.write("e", c)
		s.write("e", g, t4, e, r)
		s.forget("e")
		for _, id := range []gcp.JobID{"f", "g", "h"} { // what lives is little again and again
			s.claim(id)
			s.save(id)
			s.write(id, c, g, t4, e, r)
			s.forget(id)
		}
		s.claim("i")
		time.Sleep(2 * time.Second)
		s.do("", "", s.d.Close)
	})
	return s
}

func powerOptions(d *diskmem.Disk) spool.Options {
	return spool.Options{
		Reserve: -1, CompactAt: 400, Disk: d,
		Free: func() (int64, error) { return 1 << 40, nil },
		Now:  func() time.Time { return time.Date(2000, 1, 1, 0, 1, 0, 0, time.UTC) }, // as the life's clock says, also when it is over
	}
}

// acknowledged returns what each job may not fall behind of when the power goes
// after n operations, and what was under way.
func (s *script) acknowledged(n int) (least map[gcp.JobID]connector.EventKind, busy deed) {
	least = map[gcp.JobID]connector.EventKind{}
	for _, d := range s.deeds {
		switch {
		case d.end <= n:
			least[d.id] = d.kind
		case d.begun <= n:
			busy = d
		}
	}
	return least, busy
}

// Wherever the power goes, and whatever the disk kept of what was not synced: the
// spool opens, nothing that was acknowledged is lost, no document counts that is
// not whole, and an ended job never comes back as a fresh one.
func TestPowerCutAnywhere(t *testing.T) {
	s := live(t, nil)
	ops := s.log.Ops()
	if n := count(ops, diskmem.OpRename, "/spool/journal.new"); n < 3 {
		t.Fatalf("%d new journals: the script must meet compactions", n)
	}
	seeds := uint64(30)
	if testing.Short() {
		seeds = 10
	}
	for n := range len(ops) + 1 {
		at := diskmem.Replay(ops[:n])
		s.check(t, n, "killed", at.Kill())
		s.check(t, n, "nothing unsynced kept", at.Lose())
		for seed := range seeds {
			s.check(t, n, fmt.Sprint("seed ", seed), at.Cut(rand.New(rand.NewPCG(seed, uint64(n)))))
		}
		if t.Failed() {
			return
		}
	}
}

// So it is when the disk fails once, at any operation, on the way.
func TestPowerCutAfterAFailure(t *testing.T) {
	all := len(live(t, nil).log.Ops())
	step := 1
	if testing.Short() {
		step = 7
	}
	for nth := 0; nth < all && !t.Failed(); nth += step {
		n, begun := 0, 0
		s := live(t, func(op diskmem.Op) error {
			if n++; n != nth+1 {
				return nil
			}
			begun = n
			if op.Kind == diskmem.OpWrite {
				return syscall.ENOSPC
			}
			return syscall.EIO
		})
		ops := s.log.Ops()
		for cut := begun; cut <= len(ops); cut += 1 + (cut-begun)/4 {
			for seed := range uint64(4) {
				s.check(t, cut, fmt.Sprint("operation ", nth, " failed, seed ", seed), diskmem.Replay(ops[:cut]).Cut(rand.New(rand.NewPCG(seed, uint64(cut)))))
			}
		}
	}
}

func count(ops []diskmem.Op, kind diskmem.Kind, name string) int {
	n := 0
	for _, op := range ops {
		if op.Kind == kind && op.Name == name {
			n++
		}
	}
	return n
}

func (s *script) check(t *testing.T, n int, how string, disk *diskmem.Disk) {
	t.Helper()
	d, err := spool.Open("/spool", powerOptions(disk))
	if err != nil {
		t.Errorf("cut after %d operations, %s: %v", n, how, err)
		return
	}
	least, busy := s.acknowledged(n)
	for _, id := range []gcp.JobID{"a", "b", "c", "d", "e", "f", "g", "h", "i"} {
		if err := standing(d, id, least[id], busy); err != nil {
			t.Errorf("cut after %d operations, %s: job %s acknowledged as %q, %s under way for %s: %v", n, how, id, least[id], busy.kind, busy.id, err)
		}
	}
	if _, err := d.Claim("lp", []connector.Offer{{Job: gcp.Job{ID: "z"}}}, nil); err != nil {
		t.Errorf("cut after %d operations, %s: going on: %v", n, how, err)
	}
	if d, err = spool.Open("/spool", powerOptions(disk.Kill())); err != nil || !slices.ContainsFunc(d.Unfinished(), func(r connector.Record) bool { return r.Job.ID == "z" }) {
		t.Errorf("cut after %d operations, %s: opened again after going on: %v", n, how, err)
	}
}

// standing compares what the spool knows of a job with what it may know.
func standing(d *spool.Dir, id gcp.JobID, least connector.EventKind, busy deed) error {
	most := least
	if busy.id == id {
		most = busy.kind
	}
	i := slices.IndexFunc(d.Unfinished(), func(r connector.Record) bool { return r.Job.ID == id })
	if i < 0 {
		return gone(d, id, least, most)
	}
	r := d.Unfinished()[i]
	if rank[r.Stage] < rank[least] && busy.kind != connector.EventResend {
		return fmt.Errorf("came back as %s", r.Stage)
	}
	if most != connector.EventForgotten && rank[r.Stage] > max(rank[most], rank[least]) {
		return fmt.Errorf("came back as %s, which nobody wrote", r.Stage)
	}
	if rank[least] >= rank[connector.EventCreated] && r.Local == nil && busy.kind != connector.EventResend {
		return fmt.Errorf("lost its number at the printer")
	}
	if r.Document == nil {
		return nil
	}
	f, err := d.Open(id)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(f)
	if err == nil && !bytes.Equal(b, body(id)) && r.End == nil {
		err = fmt.Errorf("its document is not whole: %d bytes", len(b))
	}
	return errors.Join(err, f.Close())
}

// gone checks a job that is not in hand.
func gone(d *spool.Dir, id gcp.JobID, least, most connector.EventKind) error {
	if least != "" && most != connector.EventForgotten {
		return fmt.Errorf("is lost")
	}
	if least == "" || id == "d" { // d was dropped: it may come again
		return nil
	}
	c, err := d.Claim("lp", []connector.Offer{{Job: gcp.Job{ID: id}}}, nil)
	if err == nil && (c[0].Outcome != connector.ClaimEnded || c[0].Record.End == nil || c[0].Record.End.Pages != 3) {
		err = fmt.Errorf("offered again: %+v", c)
	}
	return err
}
