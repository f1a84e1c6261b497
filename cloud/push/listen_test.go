package push

import (
	"context"
	"crypto/tls"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// presenceLog notes what is told of robots.
type presenceLog struct {
	mu   sync.Mutex // guards last
	last map[gcp.RobotID]bool
}

func (p *presenceLog) note(_ context.Context, id gcp.RobotID, there bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last[id] = there
	return nil
}

func (p *presenceLog) there() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last[robotID]
}

// keptRobots are the robots of which the service remembers anything.
func keptRobots(s *Server) []gcp.RobotID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.robots))
}

// listening returns a server without listeners, in a bubble.
func listening(t *testing.T) (*Server, *presenceLog) {
	t.Helper()
	p := &presenceLog{last: map[gcp.RobotID]bool{}}
	s, err := New(Config{
		TLS: &tls.Config{MinVersion: tls.VersionTLS12}, Presence: p.note,
		Authenticate: func(context.Context, cloud.Login) (gcp.RobotID, error) { return "", cloud.ErrNotFound },
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, p
}

const robotID gcp.RobotID = "robot"

func listen(t *testing.T, s *Server, q gcp.HintsQuery) gcp.Hints {
	t.Helper()
	h, err := s.Listen(t.Context(), robotID, q, nil)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// held calls in a goroutine, and returns where the answer will be.
func held(t *testing.T, s *Server, q gcp.HintsQuery) <-chan gcp.Hints {
	t.Helper()
	c := make(chan gcp.Hints, 1)
	go func() { c <- listen(t, s, q) }()
	synctest.Wait()
	return c
}

var one, two = gcp.Notification{Printer: "one"}, gcp.Notification{Printer: "two", Kind: gcp.NotifyDelete}

// A call waits for a hint, and for no longer than it says.
func TestListen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := listening(t)
		first := listen(t, s, gcp.HintsQuery{Wait: time.Minute})
		if !first.Fresh || first.Session == "" || len(first.Hints) != 0 {
			t.Fatalf("the first answer is %+v", first)
		}
		synctest.Wait()
		if !p.there() {
			t.Error("the robot is not there")
		}
		waits := held(t, s, gcp.HintsQuery{Session: first.Session, Got: first.Number, Wait: 50 * time.Second})
		time.Sleep(20 * time.Second)
		s.Notify(t.Context(), robotID, one)
		s.Notify(t.Context(), "another", two)
		h := <-waits
		if h.Fresh || !slices.Equal(h.Hints, []gcp.Notification{one}) {
			t.Errorf("the answer is %+v", h)
		}
		s.Notify(t.Context(), robotID, two) // between two calls
		s.Notify(t.Context(), robotID, two)
		if h = listen(t, s, gcp.HintsQuery{Session: h.Session, Got: h.Number, Wait: 50 * time.Second}); !slices.Equal(h.Hints, []gcp.Notification{two}) {
			t.Errorf("what came between two calls: %+v", h)
		}
		began := time.Now()
		h = listen(t, s, gcp.HintsQuery{Session: h.Session, Got: h.Number, Wait: time.Hour})
		if len(h.Hints) != 0 || time.Since(began) != maxHold {
			t.Errorf("%+v after %s", h, time.Since(began))
		}
	})
}

// An answer that was lost is given again, until the robot says that it has it.
func TestLostAnswerIsRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := listening(t)
		first := listen(t, s, gcp.HintsQuery{})
		s.Notify(t.Context(), robotID, one)
		lost := listen(t, s, gcp.HintsQuery{Session: first.Session, Got: first.Number})
		s.Notify(t.Context(), robotID, two)
		again := listen(t, s, gcp.HintsQuery{Session: first.Session, Got: first.Number, Wait: time.Minute})
		if len(lost.Hints) != 1 || !slices.Equal(again.Hints, []gcp.Notification{one, two}) {
			t.Errorf("%+v, then %+v", lost, again)
		}
		if h := listen(t, s, gcp.HintsQuery{Session: first.Session, Got: again.Number}); len(h.Hints) != 0 {
			t.Errorf("what was received comes again: %+v", h)
		}
	})
}

// A robot is there while a call waits and for a while after, and not after it said
// goodbye; what it then asks for is a new session.
func TestListenerIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := listening(t)
		there := func(when string, want bool) {
			t.Helper()
			synctest.Wait()
			if p.there() != want {
				t.Errorf("%s: there is %t", when, !want)
			}
		}
		h := listen(t, s, gcp.HintsQuery{Return: 20 * time.Second})
		time.Sleep(20*time.Second - 1)
		there("in the last moment", true)
		waits := held(t, s, gcp.HintsQuery{Session: h.Session, Got: h.Number, Wait: 50 * time.Second, Return: 20 * time.Second})
		time.Sleep(49 * time.Second)
		there("while a call waits", true)
		h = <-waits
		time.Sleep(20 * time.Second)
		there("it did not come back", false)
		if again := listen(t, s, gcp.HintsQuery{Session: h.Session, Got: h.Number}); !again.Fresh || again.Session == h.Session {
			t.Errorf("after its end the session goes on: %+v", again)
		} else {
			h = again
		}
		there("back", true)
		listen(t, s, gcp.HintsQuery{Session: h.Session, Leave: true})
		there("goodbye", false)

		h = listen(t, s, gcp.HintsQuery{})
		ctx, cut := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() {
			_, err := s.Listen(ctx, robotID, gcp.HintsQuery{Session: h.Session, Got: h.Number, Wait: 50 * time.Second, Return: 20 * time.Second}, nil)
			ended <- err
		}()
		synctest.Wait()
		cut()
		if err := <-ended; err == nil {
			t.Error("a call that was cut has an answer")
		}
		there("its call was cut", true)
		time.Sleep(20 * time.Second)
		there("and no other came", false)
	})
}

// A later call of the same session has the say; tokens that are revoked, and the end of the
// service, end the calls that wait at once.
func TestHeldCallsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := listening(t)
		h := listen(t, s, gcp.HintsQuery{})
		q := gcp.HintsQuery{Session: h.Session, Got: h.Number, Wait: 50 * time.Second}
		began := time.Now()
		old := held(t, s, q)
		latest := held(t, s, q)
		<-old
		s.Notify(t.Context(), robotID, one)
		if h = <-latest; len(h.Hints) != 1 {
			t.Errorf("the later call hears %+v", h)
		}
		q.Got = h.Number
		waits := held(t, s, q)
		s.Revoke(t.Context(), robotID)
		<-waits
		synctest.Wait()
		if p.there() {
			t.Error("a robot without tokens is there")
		}
		h = listen(t, s, q)
		if !h.Fresh {
			t.Error("the session of a robot without tokens goes on")
		}
		stop := make(chan struct{})
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_, _ = s.Listen(t.Context(), robotID, gcp.HintsQuery{Session: h.Session, Got: h.Number, Wait: 50 * time.Second}, stop)
		}()
		synctest.Wait()
		close(stop)
		<-ended
		waits = held(t, s, gcp.HintsQuery{Session: h.Session, Got: h.Number, Wait: 50 * time.Second})
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		<-waits
		if _, err := s.Listen(t.Context(), robotID, gcp.HintsQuery{}, nil); cloud.KindOf(err) != cloud.KindUnavailable {
			t.Errorf("after the end: %v", err)
		}
		if time.Since(began) != 0 {
			t.Errorf("all that took %s", time.Since(began))
		}
	})
}

// What one robot has the service keep is bounded.
func TestListenersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := listening(t)
		s.cfg.Limits.Queue = 100
		first := listen(t, s, gcp.HintsQuery{})
		for range maxBoxes {
			listen(t, s, gcp.HintsQuery{})
		}
		if n := len(s.boxes(robotID)); n != maxBoxes {
			t.Errorf("%d sessions", n)
		}
		if h := listen(t, s, gcp.HintsQuery{Session: first.Session, Got: first.Number}); !h.Fresh {
			t.Error("the oldest one is still there")
		}
		h := listen(t, s, gcp.HintsQuery{})
		for i := range 101 {
			s.Notify(t.Context(), robotID, gcp.Notification{Printer: gcp.PrinterID(rune('a' + i))})
		}
		if h := listen(t, s, gcp.HintsQuery{Session: h.Session, Got: h.Number}); !h.Fresh {
			t.Error("a session with more hints than are kept goes on")
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if kept := keptRobots(s); len(kept) != 0 {
			t.Errorf("kept: %v", kept)
		}
	})
}

// Of many sessions of one robot those are ended in which nobody waits; and one whose calls
// never say what they got is ended before it holds more than others.
func TestForgottenSessionsGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := listening(t)
		s.cfg.Limits.Queue = 100
		first := listen(t, s, gcp.HintsQuery{})
		waits := held(t, s, gcp.HintsQuery{Session: first.Session, Got: first.Number, Wait: 50 * time.Second})
		synctest.Wait()
		for range 2 * maxBoxes {
			listen(t, s, gcp.HintsQuery{})
		}
		s.Notify(t.Context(), robotID, one)
		if h := <-waits; h.Fresh || !slices.Equal(h.Hints, []gcp.Notification{one}) {
			t.Errorf("the one that waited heard %+v", h)
		}
		h := listen(t, s, gcp.HintsQuery{})
		for i := range 300 {
			s.Notify(t.Context(), robotID, gcp.Notification{Printer: gcp.PrinterID(rune('a' + i))})
			if h = listen(t, s, gcp.HintsQuery{Session: h.Session}); h.Fresh {
				break
			}
			if len(h.Hints) > 100 {
				t.Fatalf("%d hints in one answer", len(h.Hints))
			}
		}
		if !h.Fresh {
			t.Error("a session that acknowledges nothing goes on")
		}
	})
}

// A call that comes in the moment in which its session would end keeps it.
func TestComingBackAtTheLastMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := listening(t)
		h := listen(t, s, gcp.HintsQuery{Return: 20 * time.Second})
		for range 200 {
			time.Sleep(20 * time.Second)
			waits := held(t, s, gcp.HintsQuery{Session: h.Session, Got: h.Number, Wait: time.Second, Return: 20 * time.Second})
			time.Sleep(500 * time.Millisecond)
			synctest.Wait()
			if kept := len(s.boxes(robotID)); kept != 1 {
				t.Fatalf("%d sessions while a call waits", kept)
			}
			h = <-waits
		}
	})
}

// That a robot went is told until it is written down.
func TestGoingIsToldAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := listening(t)
		fails := 0
		s.cfg.Presence = func(ctx context.Context, id gcp.RobotID, there bool) error {
			if fails++; !there && fails < 5 {
				return errors.New("the database is busy")
			}
			return p.note(ctx, id, there)
		}
		h := listen(t, s, gcp.HintsQuery{})
		synctest.Wait()
		listen(t, s, gcp.HintsQuery{Session: h.Session, Leave: true})
		synctest.Wait()
		if !p.there() {
			t.Fatal("it could be written down")
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if kept := keptRobots(s); p.there() || len(kept) != 0 {
			t.Errorf("a minute later it is there: %t; kept: %v", p.there(), kept)
		}
	})
}
