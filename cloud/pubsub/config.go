package pubsub

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// Config is what a Server is made of.
type Config struct {
	Domain  string   // of the addresses of people, and of connectors
	Service string   // the service's own address
	Trusted []string // other domains where ADDRESS is the person with that address, in lower case
	BaseURL string   // of the cloud's pages, without a slash at the end

	Cloud   Cloud
	Log     Log
	Users   Users
	Objects Objects
	Store   Store

	Now    func() time.Time // nil means time.Now
	Logger *slog.Logger     // nil discards
}

// Cloud is who may see what. *cloud.Service satisfies it.
type Cloud interface {
	PrinterFor(ctx context.Context, id gcp.PrinterID, callers []cloud.Caller) ([]*cloud.PrinterView, error)
	PrintersFor(ctx context.Context, ids []gcp.PrinterID, c cloud.Caller) ([]*cloud.PrinterView, error)
	PrinterList(ctx context.Context, c cloud.Caller, q cloud.PrinterListQuery) (cloud.PrinterList, error)
	PrintersOf(ctx context.Context, id gcp.RobotID) ([]gcp.PrinterID, error)
	JobFor(ctx context.Context, id gcp.JobID, callers []cloud.Caller) ([]*cloud.JobView, error)
	Jobs(ctx context.Context, c cloud.Caller, q cloud.JobQuery) ([]cloud.JobView, int, error)
}

// Log is what happens. *cloud.Service satisfies it.
type Log interface {
	LastEvent(ctx context.Context) (cloud.Seq, error)
	AwaitEvents(ctx context.Context, after cloud.Seq) error
	Events(ctx context.Context, after cloud.Seq, limit int) ([]cloud.Event, error)
}

// Users are the accounts, as they are now. cloud/store satisfies it.
type Users interface {
	// UsersAmong returns the accounts of these ids that there are, in any order.
	UsersAmong(ctx context.Context, ids []cloud.UserID) ([]cloud.User, error)
	UserByEmail(ctx context.Context, email string) (cloud.User, error)
}

// Objects writes printers and jobs as the interfaces do. api.Objects satisfies it.
type Objects interface {
	Printer(to cloud.Caller, p *cloud.PrinterView) gcp.Printer
	Job(to cloud.Caller, j *cloud.JobView) gcp.Job
}

// What no installation needs to change.
const (
	perPerson     = 200                    // subscriptions of one account
	inAll         = 50_000                 // subscriptions
	nodesOfOne    = 32                     // of a program
	nodesOfAll    = 2_000                  // of all programs
	maxReaders    = 200                    // people and groups who may subscribe to a program's node
	maxNodeName   = 100                    // bytes, of what a program chooses of a name
	maxTitle      = 200                    // bytes, of a program's node
	maxItemID     = 100                    // bytes, of what a program publishes
	maxPayload    = 16 << 10               // bytes, likewise
	publishMinute = 60                     // publications of an account in a minute
	maxObject     = 64 << 10               // bytes of an object as JSON; a larger one is left out of its item
	maxListed     = 1000                   // nodes in one answer
	maxShown      = 50                     // items in one answer
	maxAnswer     = 512 << 10              // bytes of items in one answer
	sessionLease  = 24 * time.Hour         // of a subscription of one session, unless it is renewed
	eventPage     = 500                    // events at a time
	gather        = 100 * time.Millisecond // in which changes of one thing become one message
	tooOld        = 5 * time.Minute        // of an event that nobody could be told of in time
	accountsFor   = time.Second            // in which accounts are not read anew while events are told
	atOnce        = 16                     // stanzas answered at the same time
	callTime      = 10 * time.Second       // for one stanza
	maxSaid       = 20_000                 // things of which it is remembered what was said last
	maxAsked      = 10_000                 // sessions of which it is known what they want without subscribing
	maxAddress    = 3071                   // bytes of a JID (RFC 7622, 3.1)
)

func (c Config) withDefaults() (Config, error) {
	if c.Domain == "" || c.Service == "" || c.Cloud == nil || c.Log == nil || c.Users == nil || c.Objects == nil || c.Store == nil {
		return c, errors.New("pubsub needs its addresses, a store, and the service behind it")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c, nil
}
