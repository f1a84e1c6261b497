package component_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"platen/cloud/component"
	"platen/internal/stream"
)

// TestGuestsAreBounded: what one address says that is not answered yet is bounded, others are
// answered meanwhile, and connectors are none of them.
func TestGuestsAreBounded(t *testing.T) {
	s := listen(t)
	hold := make(chan struct{})
	w := begin(t, s.at(), func(c *component.Config) {
		c.People = func(ctx context.Context, from string, n stream.Node) []string {
			if strings.HasPrefix(from, "flood@") {
				select {
				case <-hold:
				case <-ctx.Done():
				}
			}
			return []string{`<iq type="result" from="` + service + `" to="` + from + `" id="` + n.Attr("id") + `"/>`}
		}
	})
	p := s.welcome()
	const asks = 50
	var b strings.Builder
	for i := range asks {
		fmt.Fprintf(&b, `<iq type="get" from="flood@else.example/%d" to="%s" id="f%d"><x xmlns="y"/></iq>`, i, service, i)
	}
	p.send(b.String())
	for range asks - 32 {
		p.until(`<iq from="` + service + `" to="flood@else.example/\d+" id="f\d+" type="error"><error type="wait"><resource-constraint `)
	}
	p.send(`<iq type="get" from="` + address + `/r" to="` + service + `" id="robot"><query xmlns="http://jabber.org/protocol/disco#info"/></iq>`)
	p.until(`<iq from="` + service + `" to="` + address + `/r" id="robot" type="result"><query`)
	// One in another lane is answered; the addresses are many, so that some are.
	for i := range 20 {
		p.send(fmt.Sprintf(`<iq type="get" from="p%d@else.example/r" to="%s" id="g%d"><x xmlns="y"/></iq>`, i, service, i))
	}
	p.until(`<iq type="result" from="` + service + `" to="p\d+@else.example/r"`)
	close(hold)
	for i := range 32 {
		p.until(fmt.Sprintf(` to="flood@else.example/%d" id="f%d"/>`, i, i)) // in their order
	}
	w.Send(t.Context(), "x@y", `<message id="sent"/>`)
	p.until(`<message id="sent"/>`)
	if yes, err := w.Present(t.Context(), "flood"); yes || err != nil {
		t.Errorf("a guest counts as a connector: %t, %v", yes, err)
	}
}
