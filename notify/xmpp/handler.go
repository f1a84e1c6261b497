package xmpp

import (
	"context"
	"encoding/xml"
	"slices"
	"sync"
	"time"

	"mellium.im/xmlstream"
	"mellium.im/xmpp/jid"
	"mellium.im/xmpp/stanza"

	"platen/gcp"
	"platen/notify"
)

// handler takes what the service sends. It runs in the goroutine that reads the
// stream: it never waits, never asks, and never returns an error of its own,
// any of which would stop or end the stream.
type handler struct {
	client *Client
	link   *link
	gate   *gate
}

// HandleXMPP implements mellium's xmpp.Handler.
func (h *handler) HandleXMPP(t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	h.link.guard.renew()
	switch {
	case start.Name.Space == nsAcks:
		return h.link.acks.answer(t, start)
	case start.Name.Space != stanza.NSClient:
		return nil
	}
	h.link.acks.count()
	switch start.Name.Local {
	case "message":
		h.message(t, start)
	case "iq":
		return h.iq(t, start)
	}
	return nil
}

// pushMessage is a message with hints in it, or with an event of PubSub (XEP-0060,
// 7.1.2.1) that has them.
type pushMessage struct {
	From  string        `xml:"from,attr"`
	Type  string        `xml:"type,attr"`
	Push  []pushPayload `xml:"google:push push"`
	Items []struct {
		Node string        `xml:"node,attr"`
		Push []pushPayload `xml:"item>push"`
	} `xml:"http://jabber.org/protocol/pubsub#event event>items"`
}

// pushPayload holds hints.
type pushPayload struct {
	Data []string `xml:"google:push data"`
}

// message passes hints on: those of the service, of our own account, which is what
// mellium shows as no sender at all, or of our node.
func (h *handler) message(t xml.TokenReader, start *xml.StartElement) {
	now := time.Now()
	var m pushMessage
	d := xml.NewTokenDecoder(xmlstream.MultiReader(xmlstream.Token(*start), t))
	if err := d.Decode(&m); err != nil || m.Type == string(stanza.ErrorMessage) {
		return
	}
	for _, p := range h.payloads(m) {
		for _, data := range p.Data {
			n, err := gcp.DecodeNotification(data)
			if err != nil {
				h.client.opt.Logger.DebugContext(context.Background(), "push that says nothing", "err", err)
				continue
			}
			h.gate.hint(n, now)
		}
	}
}

// payloads returns what is to be believed of a message.
func (h *handler) payloads(m pushMessage) []pushPayload {
	var list []pushPayload
	if h.trusted(m.From) {
		list = append(list, m.Push...)
	}
	if m.From == "" || m.From != h.client.opt.PubSub {
		return list
	}
	for _, items := range m.Items {
		if items.Node == gcp.PushNode(h.client.opt.User) {
			list = append(list, items.Push...)
		}
	}
	return list
}

func (h *handler) trusted(from string) bool {
	if from == "" || from == h.client.opt.Service {
		return true
	}
	j, err := jid.Parse(from)
	return err == nil && j.Equal(h.client.self)
}

// iq answers a ping, and refuses everything else.
func (h *handler) iq(t xmlstream.TokenReadEncoder, start *xml.StartElement) error {
	typ := attr(start, "type")
	if typ != "get" && typ != "set" {
		return nil
	}
	payload, err := t.Token()
	if err != nil {
		return nil //nolint:nilerr // the reader meets the same error
	}
	el, _ := payload.(xml.StartElement)
	if typ == "get" && el.Name == (xml.Name{Space: nsPing, Local: "ping"}) {
		return reply(t, start, "result", nil)
	}
	return reply(t, start, "error", xmlstream.Wrap(element(nsStanzas, "service-unavailable"), xml.StartElement{
		Name: xml.Name{Local: "error"},
		Attr: []xml.Attr{{Name: xml.Name{Local: "type"}, Value: "cancel"}},
	}))
}

// reply writes an answer; mellium flushes it. An error is the connection's.
func reply(w xmlstream.TokenWriter, to *xml.StartElement, typ string, payload xml.TokenReader) error {
	iq := xml.StartElement{Name: xml.Name{Local: "iq"}, Attr: []xml.Attr{
		{Name: xml.Name{Local: "type"}, Value: typ},
		{Name: xml.Name{Local: "id"}, Value: attr(to, "id")},
	}}
	if from := attr(to, "from"); from != "" {
		iq.Attr = append(iq.Attr, xml.Attr{Name: xml.Name{Local: "to"}, Value: from})
	}
	_, err := xmlstream.Copy(w, xmlstream.Wrap(payload, iq))
	return err
}

func attr(el *xml.StartElement, name string) string {
	i := slices.IndexFunc(el.Attr, func(a xml.Attr) bool { return a.Name.Space == "" && a.Name.Local == name })
	if i < 0 {
		return ""
	}
	return el.Attr[i].Value
}

// gate holds hints back until the sink was told that we are connected: the
// service may send them in the same breath as the answer to the subscription.
type gate struct {
	sink notify.Sink

	mu   sync.Mutex // guards what follows, and the order of calls
	up   bool
	held []heldHint
}

type heldHint struct {
	n  gcp.Notification
	at time.Time
}

// maxHeld bounds hints before the connect; whoever connects catches up anyway.
const maxHeld = 4096

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.up = true
	g.sink.Connected()
	for _, h := range g.held {
		g.sink.Hint(h.n, h.at)
	}
	g.held = nil
}

func (g *gate) hint(n gcp.Notification, at time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.up:
		g.sink.Hint(n, at)
	case len(g.held) < maxHeld:
		g.held = append(g.held, heldHint{n, at})
	}
}
