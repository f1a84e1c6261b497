package daemon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"platen/connector/spool"
	"platen/gcp"
	"platen/gcp/client"
	"platen/internal/secret"
)

// unpairTime bounds how long one cloud is waited for.
const unpairTime = 20 * time.Second

// Unpairing unties this installation from its cloud.
type Unpairing struct {
	StateDir       string
	CAFile         string      // PEM of a further authority; may be empty
	HTTPProxy      secret.Text // on the way to the cloud; "" means that of the environment
	DeletePrinters bool        // there too, with their shares and history
	Force          bool        // although jobs are in hand
}

// Unpaired is what an unpairing came to.
type Unpaired struct {
	Cloud   string   `json:"cloud"`
	Account string   `json:"account"`
	Deleted int      `json:"deleted_printers"`
	Dropped int      `json:"dropped_jobs"`
	Left    []string `json:"left,omitempty"` // what a person must do at the cloud, in sentences
}

// Unpair gives the robot's tokens back and removes them here. It does so whether
// or not the cloud can be reached, and says what is left to do there. The error is
// spool.ErrLocked while a daemon runs, and an InHandError while jobs are in hand.
// Pairing again with the same account gives the printers their ids back.
func (u Unpairing) Unpair(ctx context.Context) (done Unpaired, err error) {
	lock, err := spool.Acquire(u.StateDir)
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	c, err := ReadCredentials(u.StateDir)
	if err != nil {
		return done, err
	}
	n, err := jobsInHand(u.StateDir)
	if err != nil {
		return done, err
	}
	if n > 0 && !u.Force {
		return done, &InHandError{n}
	}
	done = Unpaired{Cloud: c.Cloud, Account: c.Owner}
	given, err := giveUpJobs(u.StateDir)
	if done.Dropped = given.jobs; err != nil {
		return done, err
	}
	u.tellCloud(ctx, c, given, &done)
	u.tellFormer(ctx, c, &done)
	if u.DeletePrinters {
		known, err := openPrinters(u.StateDir)
		if err == nil {
			err = known.ForgetCloud()
		}
		if err != nil {
			return done, err
		}
	}
	// The name is no secret: with it the printers get their ids back.
	rest := Credentials{Cloud: c.Cloud, Proxy: c.Proxy, Owner: c.Owner, Printers: c.Printers}
	return done, rest.Write(u.StateDir)
}

// tellCloud tells how the jobs ended that were given up, deletes the printers, if
// they are to be deleted, and gives the tokens back.
func (u Unpairing) tellCloud(ctx context.Context, c Credentials, given givenUp, done *Unpaired) {
	ctx, cancel := context.WithTimeout(ctx, unpairTime)
	defer cancel()
	cl, err := u.dial(c.Cloud, c.RefreshToken, c)
	if err != nil {
		done.Left = append(done.Left, left(c.Cloud, c, err))
		return
	}
	defer cl.Close()
	if n := tellEnds(ctx, cl, given.untold); n > 0 {
		done.Left = append(done.Left, fmt.Sprintf("the cloud was not told how %d of the jobs given up ended: look at them at %s", n, c.Cloud))
	}
	if u.DeletePrinters {
		done.Deleted, err = deletePrinters(ctx, cl)
		if err != nil {
			done.Left = append(done.Left, fmt.Sprintf("the printers were not all deleted (%v): delete them at %s", err, c.Cloud))
		}
	}
	if err := cl.Revoke(ctx, secret.New(c.RefreshToken)); err != nil {
		done.Left = append(done.Left, left(c.Cloud, c, err))
	}
}

// tellEnds tells how jobs ended, and returns of how many it could not. What the cloud
// refuses has an end there.
func tellEnds(ctx context.Context, c *client.Client, ends []gcp.Report) int {
	for i, end := range ends {
		var refusal *gcp.Error
		if err := c.Report(ctx, end); err != nil && (!errors.As(err, &refusal) || refusal.Temporary()) {
			return len(ends) - i
		}
	}
	return 0
}

// tellFormer gives back the tokens of clouds that this connector was paired with
// before.
func (u Unpairing) tellFormer(ctx context.Context, c Credentials, done *Unpaired) {
	for _, base := range slices.Sorted(maps.Keys(c.Former)) {
		ctx, cancel := context.WithTimeout(ctx, unpairTime)
		cl, err := u.dial(base, c.Former[base], c)
		if err == nil {
			err = cl.Revoke(ctx, secret.New(c.Former[base]))
			cl.Close()
		}
		if err != nil {
			done.Left = append(done.Left, left(base, c, err))
		}
		cancel()
	}
}

func left(cloud string, c Credentials, err error) string {
	return fmt.Sprintf("the cloud was not told (%v): revoke the connector %s at %s/connectors", err, c.Proxy, cloud)
}

func (u Unpairing) dial(base, token string, c Credentials) (*client.Client, error) {
	return network{u.CAFile, c.authorities(), u.HTTPProxy}.dial(client.Config{
		BaseURL: base + "/cloudprint", ClientID: c.ClientID, RefreshToken: secret.New(token), Proxy: c.Proxy, Retries: 1,
	})
}

func deletePrinters(ctx context.Context, c *client.Client) (int, error) {
	list, err := c.List(ctx, "")
	if err != nil {
		return 0, err
	}
	for i, p := range list {
		if err := c.Delete(ctx, p.ID); err != nil {
			return i, err
		}
	}
	return len(list), nil
}
