package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"platen/cloud"
	"platen/cloud/blob"
	"platen/cloud/store/memory"
	"platen/gcp"
	"platen/internal/disk/diskmem"
)

const proxy gcp.ProxyID = "proxy"

// found makes the accounts that there are from the start.
func (w *world) found() {
	ctx := context.Background()
	w.store, w.documents = memory.New(), diskmem.New()
	w.person = cloud.User{ID: "ann", Email: "ann@example.org", CreateTime: w.now()}
	w.robot = "robot"
	err := errors.Join(
		w.store.AddUser(ctx, w.person),
		w.store.AddRobot(ctx, cloud.Robot{ID: w.robot, Owner: w.person.ID, Proxy: proxy, CreateTime: w.now()}),
	)
	if err != nil {
		w.ledger.broken("founding: %v", err)
	}
}

func (w *world) now() time.Time { return time.Now().Add(w.skew) }

func (w *world) caller() cloud.Caller { return cloud.Caller{User: &w.person, Via: cloud.ViaToken} }

// serve starts the service.
func (w *world) serve() {
	blobs, err := blob.Open("/documents", blob.Options{
		Disk: w.documents, Space: func(string) (blob.Space, error) { return blob.Space{Free: 1 << 40}, nil },
	})
	if err != nil {
		w.ledger.broken("the service does not start: %v", err)
		return
	}
	w.blobs, w.ward = blobs, &ward{Store: w.store, ledger: w.ledger}
	s := cloud.New(cloud.Config{
		Domain: "example.org", Store: w.ward, Blobs: blobs, Notifier: &notifier{w: w, ward: w.ward}, Now: w.now,
	})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	w.service = s
	w.endService = func() {
		stop()
		<-done
	}
	if err := s.Recover(ctx); err != nil {
		w.ledger.broken("the service does not recover: %v", err)
	}
	go func() {
		defer close(done)
		_ = s.Run(ctx) // it ends with ctx
	}()
	w.tell("the service starts")
	for _, h := range w.hosts {
		if !h.cut {
			w.connected(h)
		}
	}
}

// down ends the service without a farewell; rng chooses what a power cut leaves of
// its documents, nil if only the process dies. Its database loses nothing.
func (w *world) down(rng *rand.Rand) {
	if w.service == nil {
		return
	}
	w.tell("the service dies")
	w.ward.dead = true
	w.endService()
	before := w.documents
	if w.documents = before.Kill(); rng != nil {
		w.documents = before.Cut(rng)
	}
	before.Off()
	w.service, w.hints = nil, nil
	w.ghosts = nil
}

// notifier takes the hints of one life of the service.
type notifier struct {
	w    *world
	ward *ward
}

// Notify implements cloud.Notifier.
func (n *notifier) Notify(_ context.Context, _ gcp.RobotID, hint gcp.Notification) {
	n.w.hintsMu.Lock()
	defer n.w.hintsMu.Unlock()
	if !n.ward.dead {
		n.w.hints = append(n.w.hints, hint)
	}
}

// submit is a program that sends a job and tries again, with the same key, until
// it has an answer.
func (w *world) submit(s *submission) {
	for !s.side.dead {
		var view cloud.JobView
		err := w.pass(w.ctx, s.side, "submits", func(e effect) error {
			if e == fail || w.service == nil {
				return &lost{"submit"}
			}
			return w.request("submit", e, func() (err error) {
				view, err = w.submitOnce(s)
				return err
			})
		})
		var refused *gcp.Error
		if err == nil || errors.As(err, &refused) && !refused.Temporary() {
			s.answer(w, view, err)
			return
		}
		select {
		case <-time.After(3 * time.Second):
		case <-w.ctx.Done():
			return
		}
	}
}

func (w *world) submitOnce(s *submission) (cloud.JobView, error) {
	ctx := context.Background()
	doc, err := w.blobs.Save(ctx, bytes.NewReader(s.body), 1<<20, "application/pdf")
	if err != nil {
		return cloud.JobView{}, err
	}
	view, err := w.service.Submit(ctx, w.caller(), cloud.Submission{
		Printer: s.printer, Title: s.name, ContentType: "application/pdf", Document: doc, Key: s.name,
	})
	if err == nil {
		w.bodies[view.ID] = string(s.body)
	}
	return view, err
}

// submission is a job that a person wants printed.
type submission struct {
	name    string
	side    *side
	printer gcp.PrinterID
	body    []byte
	begun   bool
	over    bool
	job     gcp.JobID
}

func (s *submission) answer(w *world, view cloud.JobView, err error) {
	w.submitsMu.Lock()
	defer w.submitsMu.Unlock()
	s.over = true
	if err == nil {
		s.job = view.ID
		w.accepted = append(w.accepted, view.ID)
	}
}

// bodyFor returns a document that no other job has.
func bodyFor(name string, size int) []byte {
	head := fmt.Sprintf("%%PDF-1.4 %s ", name)
	return append([]byte(head), bytes.Repeat([]byte{'x'}, size)...)
}
