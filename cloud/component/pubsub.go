package component

import (
	"context"
	"strings"

	"platen/gcp"
	"platen/internal/stream"
)

// Namespaces of XEP-0060.
const (
	nsPubSub = "http://jabber.org/protocol/pubsub"
	nsOwner  = nsPubSub + "#owner"
	nsConfig = nsPubSub + "#node_config"
)

// nodeConfig makes a node that its members alone may subscribe to, that hands each item
// on at once and keeps none: what a connector missed it asks the cloud for.
func nodeConfig() string {
	return form(nsConfig,
		"pubsub#access_model", "whitelist", "pubsub#publish_model", "publishers",
		"pubsub#persist_items", "0", "pubsub#deliver_payloads", "1",
		"pubsub#notification_type", "headline", "pubsub#send_last_published_item", "never")
}

// form writes a submitted form of one value a field (XEP-0004, XEP-0068).
func form(of string, fields ...string) string {
	var b strings.Builder
	b.WriteString(`<x xmlns="jabber:x:data" type="submit"><field var="FORM_TYPE" type="hidden"><value>` + of + `</value></field>`)
	for i := 0; i+1 < len(fields); i += 2 {
		b.WriteString(`<field` + stream.Attr("var", fields[i]) + `><value>` + stream.Escape(fields[i+1]) + `</value></field>`)
	}
	return b.String() + `</x>`
}

// createNode is XEP-0060, 8.1.3. A node that is there already is success.
func (c *conn) createNode(ctx context.Context, node string) error {
	_, err := c.ask(ctx, "set", c.cfg.PubSub, `<pubsub xmlns="`+nsPubSub+`"><create`+stream.Attr("node", node)+
		`/><configure>`+nodeConfig()+`</configure></pubsub>`)
	if hasCondition(err, "conflict") {
		return nil
	}
	return err
}

// deleteNode is XEP-0060, 8.4. Subscriptions and affiliations go with the node. One that
// is not there is success.
func (c *conn) deleteNode(ctx context.Context, node string) error {
	_, err := c.ask(ctx, "set", c.cfg.PubSub, `<pubsub xmlns="`+nsOwner+`"><delete`+stream.Attr("node", node)+`/></pubsub>`)
	if hasCondition(err, "item-not-found") {
		return nil
	}
	return err
}

// publishItem is XEP-0060, 7.1.
func (c *conn) publishItem(ctx context.Context, node, payload string) error {
	_, err := c.ask(ctx, "set", c.cfg.PubSub, `<pubsub xmlns="`+nsPubSub+`"><publish`+stream.Attr("node", node)+
		`><item id="current">`+payload+`</item></publish></pubsub>`)
	return err
}

// prepare makes a robot's node, and lets the robot subscribe to it (XEP-0060, 8.9.2). It
// is done once a stream.
func (l *Link) prepare(ctx context.Context, c *conn, robot gcp.RobotID) error {
	if l.isPrepared(robot) {
		return nil
	}
	node := gcp.PushNode(robot)
	if err := c.createNode(ctx, node); err != nil {
		return err
	}
	_, err := c.ask(ctx, "set", c.cfg.PubSub, `<pubsub xmlns="`+nsOwner+`"><affiliations`+stream.Attr("node", node)+
		`><affiliation`+stream.Attr("jid", l.bare(robot))+` affiliation="member"/></affiliations></pubsub>`)
	if err == nil {
		l.notePrepared(robot, true)
	}
	return err
}

// publish hands a hint to the robot's node, whether it is known to be there or not: a
// robot may have logged in while there was no stream.
func (l *Link) publish(ctx context.Context, c *conn, robot gcp.RobotID, hint string) error {
	// Before anything else: some servers make a node by themselves that all may read.
	if err := l.prepare(ctx, c, robot); err != nil {
		return err
	}
	err := c.publishItem(ctx, gcp.PushNode(robot), hint)
	if !hasCondition(err, "item-not-found") {
		return err
	}
	l.notePrepared(robot, false) // somebody deleted it
	if err := l.prepare(ctx, c, robot); err != nil {
		return err
	}
	return c.publishItem(ctx, gcp.PushNode(robot), hint)
}

// removeNode takes a robot's node.
func (l *Link) removeNode(ctx context.Context, c *conn, robot gcp.RobotID) error {
	if l.cfg.PubSub == "" {
		return nil
	}
	l.notePrepared(robot, false)
	return c.deleteNode(ctx, gcp.PushNode(robot))
}

func (l *Link) isPrepared(robot gcp.RobotID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.prepared[robot]
}

func (l *Link) notePrepared(robot gcp.RobotID, done bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if done {
		l.prepared[robot] = true
	} else {
		delete(l.prepared, robot)
	}
}

const (
	nsCommands = "http://jabber.org/protocol/commands"
	nsAdmin    = "http://jabber.org/protocol/admin"
)

// endUserSessions is XEP-0133, 4.3: it logs a user out everywhere. ejabberd knows the
// field by the name that it had in an older version.
func (c *conn) endUserSessions(ctx context.Context, bare string) error {
	_, err := c.ask(ctx, "set", c.cfg.Domain, `<command xmlns="`+nsCommands+`" node="`+nsAdmin+`#end-user-session" action="execute">`+
		form(nsAdmin, "accountjids", bare, "accountjid", bare)+`</command>`)
	return err
}
