package xmpp

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"platen/cloud"
	"platen/cloud/push"
	"platen/gcp"
	"platen/internal/secret"
	"platen/notify"
)

func TestBothModes(t *testing.T) {
	for _, mode := range []push.Mode{push.Direct, push.STARTTLS} {
		t.Run(string(mode), func(t *testing.T) {
			srv := newService(t, mode, func(c *push.Config) {
				c.Waiting = func(context.Context, gcp.RobotID) ([]gcp.PrinterID, error) {
					return []gcp.PrinterID{"waits"}, nil
				}
			})
			ch, s, _ := run(t, srv.options())
			await(t, "hint for the waiting printer", func() bool { return s.last().Printer == "waits" })
			if s.early {
				t.Error("a hint came before Connected")
			}
			for _, k := range []gcp.NotificationKind{gcp.NotifyJobs, gcp.NotifySettings, gcp.NotifyDelete, "later"} {
				want := gcp.Notification{Printer: "p", Kind: k}
				srv.Notify(context.Background(), testRobot, want)
				await(t, "hint", func() bool { return s.last() == want })
			}
			st := ch.Status()
			if !st.Connected || st.Connects != 1 || st.Carrier != "xmpp" || st.LastError != "" {
				t.Errorf("status %+v", st)
			}
		})
	}
}

// TestFallBack: direct TLS cannot be had, so STARTTLS is tried.
func TestFallBack(t *testing.T) {
	srv := newService(t, push.STARTTLS, nil)
	o := srv.options()
	o.DirectPort = 1 // nobody listens there
	_, s, _ := run(t, o)
	await(t, "connected", func() bool { return s.connected() == 1 })
}

func TestCertificateIsVerified(t *testing.T) {
	for _, mode := range []push.Mode{push.Direct, push.STARTTLS} {
		srv := newService(t, mode, nil)
		o := srv.options()
		o.RootCAs = x509.NewCertPool()
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		err = c.Carry(context.Background(), &sink{})
		if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
			t.Errorf("%s: %v", mode, err)
		}
		o = srv.options()
		o.Host = "localhost.localdomain.invalid"
		if c, err = New(o); err != nil {
			t.Fatal(err)
		}
		if err := c.Carry(context.Background(), &sink{}); err == nil {
			t.Errorf("%s: another name was accepted", mode)
		}
	}
}

// TestRefusedToken: told in words, and tried again with a new token.
func TestRefusedToken(t *testing.T) {
	srv := newService(t, push.Direct, nil)
	var good atomic.Bool
	o := srv.options()
	var asked atomic.Int32
	o.Token = func(context.Context) (secret.Text, error) {
		asked.Add(1)
		if good.Load() {
			return secret.New(testToken), nil
		}
		return secret.New("ya29.stale"), nil
	}
	ch, s, _ := run(t, o)
	await(t, "refusal in the status", func() bool { return ch.Status().Refused })
	if st := ch.Status(); !strings.Contains(st.LastError, "does not accept this connector's credentials (not-authorized)") ||
		strings.Contains(st.LastError, "stale") {
		t.Errorf("status %+v", st)
	}
	good.Store(true)
	await(t, "connected", func() bool { return s.connected() == 1 })
	if asked.Load() < 2 || ch.Status().Refused {
		t.Errorf("asked %d times for a token; status %+v", asked.Load(), ch.Status())
	}
}

func TestMechanisms(t *testing.T) {
	for _, m := range preferred() {
		t.Run(m, func(t *testing.T) {
			for tok, want := range map[string]error{testToken: nil, "wrong": notify.ErrCredentials} {
				srv := newService(t, push.Direct, nil)
				c, err := New(srv.options())
				if err != nil {
					t.Fatal(err)
				}
				c.mechanisms = []string{m}
				l, err := c.connect(context.Background(), secret.New(tok))
				if !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v", tok, err, want)
				}
				if err == nil {
					l.close()
				}
			}
		})
	}
}

// TestResource: the wanted resource arrives, which mellium's own bind loses.
func TestResource(t *testing.T) {
	srv := newService(t, push.Direct, nil)
	c, err := New(srv.options())
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.connect(context.Background(), secret.New(testToken))
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	if got := l.sess.LocalAddr(); !strings.HasPrefix(got.Resourcepart(), "proxy-1") || got.Localpart() != string(testRobot) {
		t.Errorf("address %s", got)
	}
}

// A service that lets one stream of a robot live ends the older one, RFC 6120,
// 4.9.3.3.
func TestConflict(t *testing.T) {
	o := scripted(t, func(c net.Conn) {
		if script(c) {
			_, _ = io.WriteString(c, `<stream:error><conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error></stream:stream>`)
		}
	})
	if err := carry(t, o, &sink{}, patience); !errors.Is(err, notify.ErrConflict) {
		t.Errorf("ended with %v", err)
	}
}

// Our service lets the streams of two installations live side by side.
func TestTwoInstallations(t *testing.T) {
	srv := newService(t, push.Direct, nil)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	var sinks [2]sink
	for i := range sinks {
		o := srv.options()
		o.Resource += gcp.ProxyID("-" + string(rune('a'+i)))
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		go func() { ended <- c.Carry(ctx, &sinks[i]) }()
		await(t, "connected", func() bool { return sinks[i].connected() == 1 })
	}
	srv.Notify(t.Context(), testRobot, gcp.Notification{Printer: "p"})
	for i := range sinks {
		await(t, "hint", func() bool { return sinks[i].count() == 1 })
	}
	cancel()
	for range sinks {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	}
}

// A stream that the service ends says nothing of the next login: a new pairing ends
// the streams with the credentials of before.
func TestRevoked(t *testing.T) {
	var pairing atomic.Int64 // the one whose token is good
	token := func(n int64) string { return fmt.Sprintf("ya29.pairing%d", n) }
	srv := newService(t, push.Direct, func(cfg *push.Config) {
		cfg.Authenticate = func(_ context.Context, l cloud.Login) (gcp.RobotID, error) {
			if l.Token.Reveal() != token(pairing.Load()) {
				return "", &cloud.Error{Kind: cloud.KindCredentials, Message: "no such token"}
			}
			return testRobot, nil
		}
	})
	var revoked atomic.Bool
	o := srv.options()
	o.Token = func(context.Context) (secret.Text, error) {
		if revoked.Load() {
			return secret.New("ya29.revoked"), nil
		}
		return secret.New(token(pairing.Load())), nil
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 2; n++ {
		done := make(chan error, 1)
		s := &sink{}
		go func() { done <- c.Carry(context.Background(), s) }()
		await(t, "connected", func() bool { return s.connected() == 1 })
		pairing.Add(1)
		srv.Revoke(t.Context(), testRobot)
		if err := <-done; errors.Is(err, notify.ErrCredentials) || err == nil {
			t.Errorf("end %d of a stream: %v", n, err)
		}
	}
	revoked.Store(true)
	if err := c.Carry(context.Background(), &sink{}); !errors.Is(err, notify.ErrCredentials) {
		t.Errorf("login with a revoked token: %v", err)
	}
}

func TestServerRestart(t *testing.T) {
	srv := newService(t, push.Direct, nil)
	ch, s, _ := run(t, srv.options())
	for i := 1; i <= 3; i++ {
		await(t, "connected", func() bool { return srv.Connected(testRobot) && s.connected() == i })
		addr := srv.l.Addr().String()
		srv.stop()
		await(t, "loss in the status", func() bool { return !ch.Status().Connected })
		if i < 3 {
			srv.start(addr)
		}
	}
	if got := ch.Status(); got.Connects != 3 || got.LastError == "" {
		t.Errorf("status %+v", got)
	}
}

func TestTenThousandHints(t *testing.T) {
	srv := newService(t, push.Direct, nil)
	_, s, _ := run(t, srv.options())
	await(t, "connected", func() bool { return srv.Connected(testRobot) })
	for i := range 10000 {
		srv.Notify(context.Background(), testRobot, gcp.Notification{Printer: gcp.PrinterID(fmt.Sprint("p", i))})
	}
	last := gcp.Notification{Printer: "last"}
	srv.Notify(context.Background(), testRobot, last)
	await(t, "the last hint", func() bool { return s.last() == last })
	if s.count() != 10001 {
		t.Errorf("%d hints, want 10001", s.count())
	}
}

// TestPings: both sides keep an idle stream alive, each by itself.
func TestPings(t *testing.T) {
	t.Run("ours", func(t *testing.T) {
		srv := newService(t, push.Direct, func(c *push.Config) {
			c.Limits.Idle, c.Limits.Pong = 400*time.Millisecond, 400*time.Millisecond
		})
		o := srv.options()
		o.PingInterval = time.Hour
		ch, s, c := run(t, o)
		await(t, "connected", func() bool { return s.connected() == 1 })
		c.SetPingInterval(20 * time.Millisecond)
		stayed(t, ch, 1200*time.Millisecond)
	})
	t.Run("ours, less often", func(t *testing.T) {
		srv := newService(t, push.Direct, func(c *push.Config) {
			c.Limits.Idle, c.Limits.Pong = time.Hour, time.Hour
		})
		o := srv.options()
		o.PingInterval, o.PingTimeout = 100*time.Millisecond, 200*time.Millisecond
		ch, s, c := run(t, o)
		await(t, "connected", func() bool { return s.connected() == 1 })
		c.SetPingInterval(time.Hour)
		stayed(t, ch, 1200*time.Millisecond) // by the old interval the silence would end after 600 ms
	})
	t.Run("the service's", func(t *testing.T) {
		srv := newService(t, push.Direct, func(c *push.Config) {
			c.Limits.Idle, c.Limits.Pong = 100*time.Millisecond, 900*time.Millisecond
		})
		o := srv.options()
		o.PingInterval = time.Hour
		ch, s, _ := run(t, o)
		await(t, "connected", func() bool { return s.connected() == 1 })
		stayed(t, ch, 1500*time.Millisecond)
	})
}

// stayed checks that the channel is not lost for a while, through which it looks often:
// there is nothing to wait for.
func stayed(t *testing.T, ch *notify.Channel, d time.Duration) {
	t.Helper()
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if st := ch.Status(); !st.Connected || st.Connects != 1 {
			t.Fatalf("status %+v", st)
		}
	}
}

func TestOptions(t *testing.T) {
	srv := newService(t, push.Direct, nil)
	for name, edit := range map[string]func(*Options){
		"no host":    func(o *Options) { o.Host, o.Domain = "", "" },
		"no port":    func(o *Options) { o.DirectPort = 0 },
		"no token":   func(o *Options) { o.Token = nil },
		"bad domain": func(o *Options) { o.Domain = "a b" },
	} {
		o := srv.options()
		edit(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
