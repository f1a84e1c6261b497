package pubsub

import (
	"context"
	"errors"
	"time"

	"platen/cloud"
)

// Kind says what a subscription is to.
type Kind string

// The kinds of subscriptions.
const (
	Items    Kind = "items"    // of a node (XEP-0060)
	Presence Kind = "presence" // of a printer that is a contact (RFC 6121, 3); its node names the printer
)

// Subscription is somebody who is told.
type Subscription struct {
	JID   string // that is told: an account's address, or one session's
	Kind  Kind
	Node  string
	Owner cloud.UserID // whose rights count
	Until time.Time    // when it ends; zero for never
}

// Node is a program's own node.
type Node struct {
	Name    string
	Owner   cloud.UserID
	Title   string
	Readers []string // scopes of who may subscribe: addresses, and groups
	Item    Item     // the last that was published
}

// Item is what a program published.
type Item struct {
	ID        string // "" for none
	Payload   string // an XML element
	Published time.Time
}

// Bounds are checked in the transaction that adds something.
type Bounds struct {
	OfOwner int // most of one account
	OfAll   int // most of all
}

// What a Store refuses.
var (
	ErrTooMany = errors.New("too many")
	ErrExists  = errors.New("the node is there already")
)

// Store keeps subscriptions and programs' nodes, for all replicas. cloud/store satisfies
// it. What does not exist is cloud.ErrNotFound.
type Store interface {
	Subscriptions
	Nodes
	// ClaimEvents returns up to limit events since a time that no replica has claimed,
	// oldest first; no other one gets them, and nobody those that are older.
	ClaimEvents(ctx context.Context, since time.Time, limit int) ([]cloud.Event, error)
}

// Subscriptions are who is told of what.
type Subscriptions interface {
	// PutSubscription adds a subscription, or renews the one of the same JID, kind and
	// node; ErrTooMany if there would be more than the bounds allow. Those that have ended
	// by now do not count for their owner; some of them are removed first, up to 100.
	PutSubscription(ctx context.Context, s Subscription, b Bounds, now time.Time) error
	RemoveSubscription(ctx context.Context, s Subscription) error
	// RemoveSession removes all subscriptions of a JID.
	RemoveSession(ctx context.Context, jid string) error
	// SubscriptionsOf returns an account's subscriptions that have not ended, in the order
	// of nodes and JIDs.
	SubscriptionsOf(ctx context.Context, owner cloud.UserID, now time.Time) ([]Subscription, error)
	// Subscribers returns the subscriptions that have not ended to a node, and to all nodes
	// that begin with prefix, unless that is "".
	Subscribers(ctx context.Context, node, prefix string, now time.Time) ([]Subscription, error)
}

// Nodes are what programs publish at.
type Nodes interface {
	// AddNode adds a node; ErrExists if the name is taken, ErrTooMany beyond the bounds.
	AddNode(ctx context.Context, n Node, b Bounds) error
	Node(ctx context.Context, name string) (Node, error)
	// Nodes returns all nodes by name, without their items.
	Nodes(ctx context.Context) ([]Node, error)
	// UpdateNode saves what fn makes of a node, with events.
	UpdateNode(ctx context.Context, name string, fn func(*Node) error, events ...cloud.Event) error
	// RemoveNode removes a node with its subscriptions.
	RemoveNode(ctx context.Context, name string) error
}
