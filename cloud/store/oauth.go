package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/gcp"
)

var _ oauth.Store = (*DB)(nil)

const tokenColumns = `hash, kind, grant_id, owner, robot, client, scope, redirect, challenge, label,
	create_time, expire_time, used_time`

// AddTokens stores new tokens in one transaction.
func (d *DB) AddTokens(ctx context.Context, t ...oauth.Token) error {
	return d.tx(ctx, func(tx *Tx) error { return tx.addTokens(t) })
}

func (t *Tx) addTokens(tokens []oauth.Token) error {
	for _, k := range tokens {
		_, err := t.exec(`INSERT INTO oauth_tokens (`+tokenColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			string(k.Hash), string(k.Kind), string(k.Grant), string(k.User), string(k.Robot), k.Client, k.Scope,
			k.Redirect, k.Challenge, k.Label, micros(k.CreateTime), micros(k.ExpireTime), micros(k.UsedTime))
		if err != nil {
			return fmt.Errorf("add token: %w", err)
		}
	}
	return nil
}

func scanToken(s scanner) (oauth.Token, error) {
	var t oauth.Token
	var created, expires, used int64
	err := s.Scan(&t.Hash, &t.Kind, &t.Grant, &t.User, &t.Robot, &t.Client, &t.Scope,
		&t.Redirect, &t.Challenge, &t.Label, &created, &expires, &used)
	t.CreateTime, t.ExpireTime, t.UsedTime = timeOf(created), timeOf(expires), timeOf(used)
	return t, err
}

// Token returns the token with this hash, also when it is expired or used.
func (d *DB) Token(ctx context.Context, h oauth.Hash) (oauth.Token, error) {
	t, err := scanToken(d.queryRow(ctx, `SELECT `+tokenColumns+` FROM oauth_tokens WHERE hash = ?`, string(h)))
	return t, absent(err, "token")
}

// absent turns the database's word for "not there" into the service's.
func absent(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", what, cloud.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	return nil
}

// ExchangeToken marks a token as used and stores what was given for it. The
// second time it returns oauth.ErrUsed.
func (d *DB) ExchangeToken(ctx context.Context, h oauth.Hash, at time.Time, issue ...oauth.Token) error {
	return d.tx(ctx, func(tx *Tx) error {
		res, err := tx.exec(`UPDATE oauth_tokens SET used_time = ? WHERE hash = ? AND used_time = 0`, micros(at), string(h))
		if err := once(res, err); err != nil {
			return fmt.Errorf("exchange token: %w", err)
		}
		return tx.addTokens(issue)
	})
}

// endGrants deletes what a robot has of other grants than one, and writes an event
// if that ends an access.
func (t *Tx) endGrants(r gcp.RobotID, keep oauth.GrantID, at time.Time) error {
	var n int
	err := t.queryRow(`SELECT COUNT(*) FROM oauth_tokens WHERE robot = ? AND grant_id <> ? AND kind <> ?`,
		string(r), string(keep), string(oauth.KindCode)).Scan(&n)
	if err != nil {
		return err
	}
	if _, err := t.exec(`DELETE FROM oauth_tokens WHERE robot = ? AND grant_id <> ?`, string(r), string(keep)); err != nil {
		return err
	}
	// No installation from before can announce itself again.
	if _, err := t.exec(`UPDATE robots SET installations = 'null' WHERE id = ?`, string(r)); err != nil || n == 0 {
		return err
	}
	return t.addEvents([]cloud.Event{{Time: at, Kind: cloud.EventRobotRevoked, Robot: r}})
}

// once returns oauth.ErrUsed for a statement that found nothing to change.
func once(res sql.Result, err error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		return oauth.ErrUsed
	}
	return err
}

// RefreshToken records a use of a refresh token and stores what was given for it,
// unless the token was revoked in the meantime. With its first use a robot's older
// grants end: then its holder certainly has it.
func (d *DB) RefreshToken(ctx context.Context, h oauth.Hash, at time.Time, issue ...oauth.Token) error {
	return d.tx(ctx, func(tx *Tx) error {
		var robot, grant string
		var used int64
		err := tx.queryRow(`SELECT robot, grant_id, used_time FROM oauth_tokens WHERE hash = ? AND kind = ?`,
			string(h), string(oauth.KindRefresh)).Scan(&robot, &grant, &used)
		if err != nil {
			return absent(err, "refresh token")
		}
		if _, err := tx.exec(`UPDATE oauth_tokens SET used_time = ? WHERE hash = ?`, micros(at), string(h)); err != nil {
			return fmt.Errorf("use refresh token: %w", err)
		}
		if used == 0 && robot != "" {
			if err := tx.endGrants(gcp.RobotID(robot), oauth.GrantID(grant), at); err != nil {
				return fmt.Errorf("end older grants: %w", err)
			}
		}
		return tx.addTokens(issue)
	})
}

// RobotHasTokens reports whether a robot has a refresh token.
func (d *DB) RobotHasTokens(ctx context.Context, r gcp.RobotID) (bool, error) {
	var n int
	err := d.queryRow(ctx, `SELECT COUNT(*) FROM oauth_tokens WHERE robot = ? AND robot <> '' AND kind = ?`,
		string(r), string(oauth.KindRefresh)).Scan(&n)
	return n > 0, absent(err, "tokens of a robot")
}

// TouchToken records a use.
func (d *DB) TouchToken(ctx context.Context, h oauth.Hash, at time.Time) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`UPDATE oauth_tokens SET used_time = ? WHERE hash = ?`, micros(at), string(h))
		return err
	})
}

// UserTokens lists a person's tokens of one kind, oldest first.
func (d *DB) UserTokens(ctx context.Context, u cloud.UserID, k oauth.Kind) ([]oauth.Token, error) {
	rows, err := d.query(ctx, `SELECT `+tokenColumns+` FROM oauth_tokens
		WHERE owner = ? AND kind = ? AND owner <> '' ORDER BY create_time, hash`, string(u), string(k))
	return collect(rows, err, scanToken)
}

// SweepTokens deletes what expired before a time, and writes an event for each person who
// loses an access by it. A used code goes with its time
// too: until then its second use tells of a thief.
func (d *DB) SweepTokens(ctx context.Context, before time.Time) error {
	return d.tx(ctx, func(tx *Tx) error {
		us := micros(before)
		events, err := tx.losses(expiredAccess, before, us, us)
		if err != nil {
			return fmt.Errorf("sweep tokens: %w", err)
		}
		_, err = tx.exec(`DELETE FROM oauth_tokens WHERE expire_time > 0 AND expire_time < ?`, us)
		if err != nil {
			return fmt.Errorf("sweep tokens: %w", err)
		}
		if _, err := tx.exec(`DELETE FROM oauth_devices WHERE expire_time < ?`, us); err != nil {
			return fmt.Errorf("sweep device codes: %w", err)
		}
		_, err = tx.exec(`DELETE FROM oauth_tries WHERE time < ?`, micros(before.Add(-oauth.DeviceLifetime)))
		if err != nil {
			return fmt.Errorf("sweep guesses: %w", err)
		}
		return tx.addEvents(events)
	})
}

// expiredAccess are keys that expired, and access tokens with which their grant ends: one
// that has a refresh token goes on with the next access token.
const expiredAccess = `expire_time > 0 AND expire_time < ? AND (kind = 'key' OR NOT EXISTS (
	SELECT 1 FROM oauth_tokens g WHERE g.grant_id = oauth_tokens.grant_id AND (g.expire_time = 0 OR g.expire_time >= ?)))`

// RevokeTokens deletes tokens, and writes an event for each robot and each person who
// loses an access.
func (d *DB) RevokeTokens(ctx context.Context, s oauth.Selection, at time.Time) error {
	return d.tx(ctx, func(tx *Tx) error {
		var events []cloud.Event
		var err error
		switch {
		case s.Hash != "":
			events, err = tx.revoke(`hash = ?`, string(s.Hash), at)
		case s.Grant != "":
			events, err = tx.revoke(`grant_id = ?`, string(s.Grant), at)
		case s.Robot != "":
			events, err = tx.revoke(`robot = ?`, string(s.Robot), at)
		case s.User != "" && s.Kind != "":
			_, err = tx.exec(`DELETE FROM oauth_tokens WHERE owner = ? AND kind = ?`, string(s.User), string(s.Kind))
		case s.User != "":
			// A device that the person has allowed has its tokens still to come.
			if _, err = tx.exec(`DELETE FROM oauth_devices WHERE owner = ?`, string(s.User)); err != nil {
				break
			}
			events, err = tx.revoke(`owner = ?`, string(s.User), at)
		}
		if err != nil {
			return fmt.Errorf("revoke tokens: %w", err)
		}
		return tx.addEvents(events)
	})
}

// revoke deletes the tokens that a constant condition names, and returns what is to be
// told of the robots among their owners, and of people and the robots that they are.
func (t *Tx) revoke(where, arg string, at time.Time) ([]cloud.Event, error) {
	rows, err := t.query(`SELECT DISTINCT robot FROM oauth_tokens WHERE robot <> '' AND `+where, arg)
	robots, err := collect(rows, err, func(s scanner) (r gcp.RobotID, err error) { return r, s.Scan(&r) })
	if err != nil {
		return nil, err
	}
	var events []cloud.Event
	for _, r := range robots {
		events = append(events, cloud.Event{Time: at, Kind: cloud.EventRobotRevoked, Robot: r})
	}
	lost, err := t.losses(where, at, arg)
	if err != nil {
		return nil, err
	}
	_, err = t.exec(`DELETE FROM oauth_tokens WHERE `+where, arg)
	return append(events, lost...), err
}

// losses returns what is to be told of people, and of the robots that they are, who are about
// to lose what a constant condition names. With a refresh token goes what came by access
// tokens that are gone already.
func (t *Tx) losses(where string, at time.Time, args ...any) ([]cloud.Event, error) {
	rows, err := t.query(`SELECT DISTINCT owner FROM oauth_tokens WHERE owner <> '' AND kind IN ('access', 'key', 'refresh') AND `+where, args...)
	people, err := collect(rows, err, func(s scanner) (u cloud.UserID, err error) { return u, s.Scan(&u) })
	if err != nil {
		return nil, err
	}
	var events []cloud.Event
	for _, u := range people {
		_, err := scanRobot(t.queryRow(`SELECT `+robotColumns+` FROM robots WHERE id = ?`, string(cloud.OwnRobot(u))))
		switch {
		case err == nil:
			events = append(events, cloud.Event{Time: at, Kind: cloud.EventRobotRevoked, Robot: cloud.OwnRobot(u)})
		case !errors.Is(err, cloud.ErrNotFound):
			return nil, err
		}
		events = append(events, cloud.Event{Time: at, Kind: cloud.EventPersonRevoked, User: u})
	}
	return events, nil
}
