package xmpp

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"platen/cloud/push"
	"platen/gcp"
)

// refuse answers the next request with an error, and returns the request.
func refuse(c net.Conn, condition string) (request string, ok bool) {
	request, ok = readUntil(c, "</iq>")
	if !ok {
		return "", false
	}
	_, err := fmt.Fprintf(c, `<iq to=%q id=%q type="error"><error type="cancel"><%s xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>`,
		full, cutID(request), condition)
	return request, err == nil
}

func accept(c net.Conn) (request string, ok bool) {
	request, ok = readUntil(c, "</iq>")
	if !ok {
		return "", false
	}
	_, err := fmt.Fprintf(c, `<iq to=%q id=%q type="result"/>`, full, cutID(request))
	return request, err == nil
}

// cutID returns the id of the last request of what was sent.
func cutID(stanzas string) string {
	_, rest, _ := strings.Cut(stanzas[strings.LastIndex(stanzas, "<iq"):], ` id="`)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

// presences reads both presences of the client.
func presences(c net.Conn) (string, bool) {
	var got string
	for strings.Count(got, "</presence>") < 2 {
		more, ok := readUntil(c, "</presence>")
		if !ok {
			return got, false
		}
		got += more
	}
	return got, true
}

// carried runs a connection until the test ends, and returns what it hears.
func carried(t *testing.T, o Options) *sink {
	t.Helper()
	client, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	s, ctx := &sink{}, t.Context()
	go func() { _ = client.Carry(ctx, s) }()
	return s
}

// TestSubscribeUnknown: a server that does not know google:push refuses it, as ejabberd
// does. The client is present there and to the service then, and takes hints.
func TestSubscribeUnknown(t *testing.T) {
	for _, condition := range []string{"service-unavailable", "feature-not-implemented"} {
		t.Run(condition, func(t *testing.T) {
			heard := make(chan string, 1)
			o := scripted(t, func(c net.Conn) {
				if !loginScript(c) {
					return
				}
				if _, ok := refuse(c, condition); !ok {
					return
				}
				got, ok := presences(c)
				if !ok {
					return
				}
				heard <- got
				_, _ = io.WriteString(c, `<message type="headline" from="`+push.ClassicService+`" to="`+string(testRobot)+"@"+push.ClassicDomain+
					`"><push:push channel="c" xmlns:push="google:push"><push:recipient to="x"></push:recipient><push:data>cDE=</push:data></push:push></message>`)
				_, _ = io.Copy(io.Discard, c)
			})
			s := carried(t, o)
			got := ""
			select {
			case got = <-heard:
			case <-time.After(patience):
				t.Fatal("no presence")
			}
			if strings.Count(got, `to="`+push.ClassicService+`"`) != 1 || strings.Contains(got, "type=") {
				t.Errorf("presence %s", got)
			}
			await(t, "hint", func() bool { return s.last() == gcp.Notification{Printer: "p1"} })
			if s.connected() != 1 {
				t.Errorf("connected %d times", s.connected())
			}
		})
	}
}

// TestSubscribeForbidden: any other refusal ends the connection, so that it is tried anew.
func TestSubscribeForbidden(t *testing.T) {
	o := scripted(t, func(c net.Conn) {
		if loginScript(c) {
			refuse(c, "forbidden")
			_, _ = io.Copy(io.Discard, c)
		}
	})
	s := &sink{}
	if err := carry(t, o, s, patience); err == nil || !strings.Contains(err.Error(), "forbidden") || s.connected() != 0 {
		t.Errorf("error %v, connected %d times", err, s.connected())
	}
}

const pubsub = "pubsub." + push.ClassicDomain

// pubsubMessage is an event as XEP-0060, 7.1.2.1 shows it.
func pubsubMessage(from, node, data string) string {
	return `<message from="` + from + `" to="` + string(testRobot) + "@" + push.ClassicDomain + `" type="headline">` +
		`<event xmlns="http://jabber.org/protocol/pubsub#event"><items node="` + node + `"><item id="current">` +
		`<push xmlns="google:push" channel="c"><recipient to="x"/><data>` + data + `</data></push></item></items></event></message>`
}

// TestPubSub: the client is present, and asks for its node until it is let in. Only what
// comes from that node of that service is a hint.
func TestPubSub(t *testing.T) {
	heard := make(chan string, 1)
	o := scripted(t, func(c net.Conn) {
		if !loginScript(c) {
			return
		}
		all := "" // the presence comes with the first request
		for _, condition := range []string{"item-not-found", "forbidden"} {
			request, ok := refuse(c, condition)
			if !ok {
				return
			}
			all += request
		}
		request, ok := accept(c)
		if !ok {
			return
		}
		heard <- all + request
		own := gcp.PushNode(testRobot)
		for _, m := range []string{
			pubsubMessage(pubsub, gcp.PushNode("another"), "ZXZpbA=="),
			pubsubMessage("pubsub.example.com", own, "ZXZpbA=="),
			pubsubMessage(pubsub, own, "!!!"),
			`<message from="` + pubsub + `"><push xmlns="google:push"><data>ZXZpbA==</data></push></message>`,
			`<message from="` + pubsub + `"><event xmlns="http://jabber.org/protocol/pubsub#event"><items node="` + own + `"><retract id="current"/></items></event></message>`,
			pubsubMessage(pubsub, own, "cDE="),
		} {
			_, _ = io.WriteString(c, m)
		}
		_, _ = io.Copy(io.Discard, c)
	})
	o.PubSub = pubsub
	s := carried(t, o)
	got := ""
	select {
	case got = <-heard:
	case <-time.After(patience):
		t.Fatal("no subscription")
	}
	for _, want := range []string{
		`to="` + push.ClassicService + `"`, `<pubsub xmlns="http://jabber.org/protocol/pubsub">`,
		`node="` + gcp.PushNode(testRobot) + `"`, `jid="` + string(testRobot) + "@" + push.ClassicDomain + `"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
	await(t, "hint", func() bool { return s.last() == gcp.Notification{Printer: "p1"} })
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.hints) != 1 {
		t.Errorf("hints %v", s.hints)
	}
}

// TestPubSubNeverLetsIn: the client says so, and tries anew.
func TestPubSubNeverLetsIn(t *testing.T) {
	o := scripted(t, func(c net.Conn) {
		if !loginScript(c) {
			return
		}
		for {
			if _, ok := refuse(c, "forbidden"); !ok {
				return
			}
		}
	})
	o.PubSub, o.LoginTimeout = pubsub, time.Second
	err := carry(t, o, &sink{}, patience)
	if err == nil || !strings.Contains(err.Error(), "did not let us in") || !strings.Contains(err.Error(), "forbidden") {
		t.Errorf("error %v", err)
	}
}
