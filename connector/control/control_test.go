package control_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"platen/connector"
	"platen/connector/control"
	"platen/gcp"
	"platen/printer"
)

// daemon is a daemon with one printer and one job.
type daemon struct{ asked string }

func (d *daemon) Status(context.Context) (control.Status, error) {
	return control.Status{Version: "1", PID: 7, Cloud: control.Cloud{Connected: true, Since: time.Unix(5, 0).UTC()}}, nil
}

func (d *daemon) Printers(context.Context) ([]control.Printer, error) {
	return []control.Printer{{Name: "lp", State: "idle"}}, nil
}

func (d *daemon) Jobs(context.Context) ([]control.Job, error) {
	return []control.Job{{ID: "j/1", Printer: "lp", Claimed: time.Unix(5, 0).UTC()}}, nil
}

func (d *daemon) Trace(_ context.Context, id gcp.JobID) (control.Trace, error) {
	if id != "j/1" {
		return control.Trace{}, &connector.UnknownError{What: "job " + string(id)}
	}
	return control.Trace{ID: id, Hops: gcp.Trace{gcp.HopClaimed: 9}}, nil
}

func (d *daemon) AddPrinter(_ context.Context, a control.Address) (control.Printer, error) {
	d.asked = "add " + a.URI
	return control.Printer{Name: a.Name}, nil
}

func (d *daemon) RemovePrinter(_ context.Context, n printer.Name) error {
	d.asked = "remove " + string(n)
	return nil
}

func (d *daemon) SharePrinter(_ context.Context, n printer.Name) (control.Printer, error) {
	d.asked = "share " + string(n)
	return control.Printer{Name: n}, nil
}

func (d *daemon) AdoptPrinter(_ context.Context, n printer.Name, id gcp.PrinterID) error {
	d.asked = "adopt " + string(n) + " as " + string(id)
	return nil
}

func (d *daemon) TestPage(_ context.Context, n printer.Name) (int, error) {
	d.asked = "test " + string(n)
	return 12, nil
}

func (d *daemon) CancelJob(_ context.Context, id gcp.JobID) error {
	d.asked = "cancel " + string(id)
	return nil
}

func (d *daemon) Trust(_ context.Context, target string) (string, error) {
	d.asked = "trust " + target
	return "sha256:x", nil
}

func (d *daemon) Explain(_ context.Context, w control.Wish) (control.Explanation, error) {
	d.asked = "explain " + w.Printer + " " + w.Format + " " + string(w.Ticket)
	return control.Explanation{JobAttributes: []control.Attribute{{Name: "copies", Type: "integer", Values: []string{"2"}}}}, nil
}

func (d *daemon) Answer(_ context.Context, name string) ([]byte, error) {
	d.asked = "answer " + name
	return []byte{2, 0, 0xff}, nil
}

// wrongFile is an error of what was given.
type wrongFile struct{ error }

func (wrongFile) BadRequest() bool { return true }

func (d *daemon) CheckRules(_ context.Context, f control.RulesFile) (control.RulesPlan, error) {
	if f.Text == "" {
		return control.RulesPlan{}, wrongFile{errors.New("rules wrong")}
	}
	d.asked = "check " + f.Name + " " + f.Text
	return control.RulesPlan{Rules: 3}, nil
}

func (d *daemon) ApplyRules(context.Context) (control.RulesPlan, error) {
	d.asked = "apply"
	return control.RulesPlan{Changed: 2}, nil
}

func (d *daemon) Recent(context.Context) ([]control.Job, error) { return nil, errors.New("it is full") }

func serve(t *testing.T) (*daemon, string) {
	t.Helper()
	path := socketPath(t)
	l, err := control.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{}
	s := control.NewServer(d)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		_ = s.Close() // nothing is served any more
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return d, path
}

func TestLooks(t *testing.T) {
	_, path := serve(t)
	c, ctx := control.Dial(path), t.Context()
	at := time.Unix(5, 0).UTC()
	status, err := c.Status(ctx)
	same(t, status, err, control.Status{Version: "1", PID: 7, Cloud: control.Cloud{Connected: true, Since: at}})
	printers, err := c.Printers(ctx)
	same(t, printers, err, []control.Printer{{Name: "lp", State: "idle"}})
	jobs, err := c.Jobs(ctx)
	same(t, jobs, err, []control.Job{{ID: "j/1", Printer: "lp", Claimed: at}})
	trace, err := c.Trace(ctx, "j/1")
	same(t, trace, err, control.Trace{ID: "j/1", Hops: gcp.Trace{gcp.HopClaimed: 9}})
}

func same[T any](t *testing.T, got T, err error, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestWishes(t *testing.T) {
	d, path := serve(t)
	c, ctx := control.Dial(path), t.Context()
	for _, tt := range []struct {
		want string
		do   func() error
	}{
		{"add ipp://h/p", func() error { _, err := c.AddPrinter(ctx, control.Address{Name: "n", URI: "ipp://h/p"}); return err }},
		{"remove a b", func() error { return c.RemovePrinter(ctx, "a b") }},
		{"share ü", func() error { _, err := c.SharePrinter(ctx, "ü"); return err }},
		{"adopt lp@x as c1", func() error { return c.AdoptPrinter(ctx, "lp@x", "c1") }},
		{"test lp@x", func() error {
			n, err := c.TestPage(ctx, "lp@x")
			if n != 12 {
				t.Errorf("number %d, want 12", n)
			}
			return err
		}},
		{"trust print.example.com:631", func() error {
			_, err := c.Trust(ctx, "print.example.com:631")
			return err
		}},
		{`explain lp text/plain {"version":"1.0"}`, func() error {
			e, err := c.Explain(ctx, control.Wish{Printer: "lp", Format: "text/plain", Ticket: []byte(`{"version":"1.0"}`)})
			if len(e.JobAttributes) != 1 || e.JobAttributes[0].Values[0] != "2" {
				t.Errorf("explained %+v", e)
			}
			return err
		}},
		{"answer lp", func() error {
			b, err := c.Answer(ctx, "lp")
			if string(b) != "\x02\x00\xff" {
				t.Errorf("the answer %q", b)
			}
			return err
		}},
		{"check a.toml [[rule]]", func() error {
			p, err := c.CheckRules(ctx, control.RulesFile{Name: "a.toml", Text: "[[rule]]"})
			if p.Rules != 3 {
				t.Errorf("the plan is %+v", p)
			}
			return err
		}},
		{"apply", func() error {
			p, err := c.ApplyRules(ctx)
			if p.Changed != 2 {
				t.Errorf("the plan is %+v", p)
			}
			return err
		}},
		{"cancel j/1", func() error { return c.CancelJob(ctx, "j/1") }},
	} {
		if err := tt.do(); err != nil || d.asked != tt.want {
			t.Errorf("asked %q, %v; want %q", d.asked, err, tt.want)
		}
	}
}

func TestFailures(t *testing.T) {
	_, path := serve(t)
	c, ctx := control.Dial(path), t.Context()
	var e *control.Error
	if _, err := c.Recent(ctx); !errors.As(err, &e) || e.Message != "it is full" || e.NotFound() {
		t.Errorf("a failure: %v", err)
	}
	if _, err := c.Trace(ctx, "nothing"); !errors.As(err, &e) || !e.NotFound() {
		t.Errorf("unknown job: %v", err)
	}
	if _, err := c.CheckRules(ctx, control.RulesFile{}); !errors.As(err, &e) || e.Status != http.StatusBadRequest || e.Message != "rules wrong" {
		t.Errorf("wrong rules: %v", err)
	}
	if err := c.AdoptPrinter(ctx, "lp", ""); !errors.As(err, &e) || e.Status != http.StatusBadRequest {
		t.Errorf("no id: %v", err)
	}
	if _, err := c.AddPrinter(ctx, control.Address{}); !errors.As(err, &e) || e.Status != http.StatusBadRequest {
		t.Errorf("no address: %v", err)
	}
}
