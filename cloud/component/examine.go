package component

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"platen/internal/stream"
)

// Trouble is what is wrong with an XMPP server, and what to do about it, in words.
type Trouble struct {
	What   string
	Advice string
	Err    error
}

// Error returns what is wrong.
func (t *Trouble) Error() string { return t.What }

// Unwrap returns the error that it comes from.
func (t *Trouble) Unwrap() error { return t.Err }

// ErrHeld is the reason of a Trouble where another program has the component's name.
// Prosody lets in one at a time.
var ErrHeld = errors.New("the name is held")

// Check connects to the server as the component, asks whether it answers, publishes to a
// node of its own, and looks whether it may end sessions. Its error is a *Trouble.
func Check(ctx context.Context, cfg Config) error {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return err
	}
	c, err := dial(ctx, &cfg)
	if err != nil {
		return explain(err, &cfg)
	}
	defer c.close()
	go c.answerAll()
	return c.examine(ctx)
}

// Check is the function Check over the stream that stands.
func (l *Link) Check(ctx context.Context) error {
	l.mu.Lock()
	c, why := l.conn, l.why
	l.mu.Unlock()
	if c == nil {
		return explain(errors.Join(errLost, why), &l.cfg)
	}
	return c.examine(ctx)
}

// answerAll reads a stream on which nobody waits for anything but answers. Robots may
// ping it meanwhile.
func (c *conn) answerAll() {
	for {
		n, err := c.stanza()
		if err != nil || n.IsError() {
			c.close()
			return
		}
		if n.XMLName.Local == "iq" && c.serveIQ(n) != nil {
			c.close()
			return
		}
	}
}

// checkNode is where Check publishes.
const checkNode = "platen/check"

func (c *conn) examine(ctx context.Context) error {
	err := again(ctx, func(ctx context.Context) error {
		_, err := c.ask(ctx, "get", c.cfg.Domain, `<ping xmlns="`+nsPing+`"/>`)
		return err
	})
	switch {
	case hasCondition(err, "remote-server-not-found", "host-unknown", "item-not-found", "remote-server-timeout"):
		return &Trouble{"the XMPP server knows no host " + c.cfg.Domain, "push.domain must be the host that connectors log in to", err}
	case err != nil && !isAnswer(err):
		return explain(err, c.cfg)
	}
	if c.cfg.PubSub != "" {
		if err := c.examinePubSub(ctx); err != nil {
			return err
		}
	}
	return c.examineRights(ctx)
}

// again repeats a question that is not answered: where a server knows several components
// of one name any of them may get the answer.
func again(ctx context.Context, question func(context.Context) error) error {
	for range 8 {
		short, cancel := context.WithTimeout(ctx, time.Second)
		err := question(short)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
	return question(ctx)
}

func (c *conn) examinePubSub(ctx context.Context) error {
	known := false
	err := again(ctx, func(ctx context.Context) error {
		n, err := c.ask(ctx, "get", c.cfg.PubSub, `<query xmlns="`+nsInfo+`"/>`)
		if q := n.Child(nsInfo, "query"); q != nil && err == nil {
			known = slices.ContainsFunc(q.Nodes, func(i stream.Node) bool { return i.Attr("category") == "pubsub" })
		}
		return err
	})
	if err != nil && !isAnswer(err) {
		return explain(err, c.cfg)
	}
	if !known {
		return &Trouble{"the XMPP server has no PubSub service " + c.cfg.PubSub, "push.server.pubsub must be the address of one that is loaded", err}
	}
	err = again(ctx, func(ctx context.Context) error { return c.createNode(ctx, checkNode) })
	if err == nil {
		err = again(ctx, func(ctx context.Context) error { return c.publishItem(ctx, checkNode, `<check xmlns="urn:platen"/>`) })
		err = errors.Join(err, again(ctx, func(ctx context.Context) error { return c.deleteNode(ctx, checkNode) }))
	}
	switch {
	case err == nil:
		return nil
	case hasCondition(err, "forbidden", "not-allowed", "not-authorized"):
		return &Trouble{
			c.cfg.PubSub + " does not let " + c.cfg.Service + " make a node and publish: " + err.Error(),
			"make the component an administrator (Prosody: admins; ejabberd: the rules pubsub_createnode and configure)", err,
		}
	}
	return &Trouble{"publishing at " + c.cfg.PubSub + ": " + err.Error(), "the XMPP server's log may say more", err}
}

// examineRights begins the command that ends sessions, and goes no further (XEP-0050, 3.3).
func (c *conn) examineRights(ctx context.Context) error {
	head := `<command xmlns="` + nsCommands + `" node="` + nsAdmin + `#end-user-session"`
	var n stream.Node
	err := again(ctx, func(ctx context.Context) (err error) {
		n, err = c.ask(ctx, "set", c.cfg.Domain, head+` action="execute"/>`)
		return err
	})
	if err != nil && !isAnswer(err) {
		return explain(err, c.cfg)
	}
	if err != nil {
		return &Trouble{
			"the XMPP server does not let " + c.cfg.Service + " end sessions, so that connectors whose tokens are revoked stay: " + err.Error(),
			"make the component an administrator of " + c.cfg.Domain + ", and load mod_admin_adhoc (Prosody) or mod_adhoc and mod_configure (ejabberd)", err,
		}
	}
	if k := n.Child(nsCommands, "command"); k != nil && k.Attr("status") == "executing" {
		cancel := head + stream.Attr("sessionid", k.Attr("sessionid")) + ` action="cancel"/>`
		_ = c.write(c.iq("set", c.cfg.Domain, rand.Text(), cancel)) // or it is forgotten
	}
	return nil
}

func isAnswer(err error) bool {
	_, ok := errors.AsType[*StanzaError](err)
	return ok
}

// explain puts into words why there is no stream.
func explain(err error, cfg *Config) error {
	if why, ok := errors.AsType[*Refusal](err); ok {
		return explainRefusal(why, cfg)
	}
	switch {
	case errors.Is(err, errNoStream):
		return &Trouble{cfg.Address + " is no XMPP server's port for components", "push.server.component must be that port (5347 unless the server was told another)", err}
	case errors.Is(err, errSilent):
		return &Trouble{"the XMPP server at " + cfg.Address + " takes the connection and says nothing", "is it stuck? Is this its port for components?", err}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Trouble{
			"nothing takes connections at " + cfg.Address,
			"is the XMPP server running, and does it have a port for components there (Prosody: component_ports; ejabberd: a listener of ejabberd_service)?", err,
		}
	}
	return &Trouble{fmt.Sprintf("the XMPP server at %s: %v", cfg.Address, err), "is it running, and push.server.component right?", err}
}

func explainRefusal(why *Refusal, cfg *Config) error {
	switch why.Condition {
	case "not-authorized":
		return &Trouble{
			"the XMPP server refuses the secret of " + cfg.Service,
			"push.server.secret_file must hold the secret that the server was told for that component (Prosody: component_secret; ejabberd: password)", why,
		}
	case "conflict":
		return &Trouble{
			"another program holds the name " + cfg.Service + " at the XMPP server, or it is one of the server's own hosts",
			"one service at a time can have it on Prosody: is a second one connected? Else give the component a name of its own, in push.service, too", errors.Join(ErrHeld, why),
		}
	case "host-unknown", "improper-addressing":
		return &Trouble{
			"the XMPP server knows no component " + cfg.Service,
			`tell it (Prosody: Component "` + cfg.Service + `"; ejabberd: hosts of ejabberd_service), or put the name that it knows into push.service`, why,
		}
	}
	return &Trouble{"the XMPP server ends the stream: " + why.Error(), "its log may say more", why}
}
