package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"platen/cloud"
)

const (
	groupsOfUser   = `SELECT DISTINCT name FROM members WHERE owner = ? ORDER BY name`
	groupsFrom     = `SELECT name FROM members WHERE owner = ? AND source = ? ORDER BY name`
	listGroups     = `SELECT name, COUNT(DISTINCT owner) FROM members GROUP BY name ORDER BY name`
	listAdmins     = `SELECT ` + userColumns + ` FROM users WHERE admin <> 0 AND disabled = 0 ORDER BY create_time, id`
	userByIdentity = `id = (SELECT owner FROM identities WHERE issuer = ? AND subject = ?)`
)

func scanText(s scanner) (text string, err error) { return text, s.Scan(&text) }

// membership is one row of who is in which group.
type membership struct {
	owner cloud.UserID
	group string
}

func scanMembership(s scanner) (m membership, err error) { return m, s.Scan(&m.owner, &m.group) }

// addGroups adds what groups accounts are in: of those with the given ids, or of
// all if there are none.
func (d *DB) addGroups(ctx context.Context, users []cloud.User, ids []cloud.UserID) error {
	var w where
	if ids != nil {
		part, args := among("owner", ids)
		w.add(part, args...)
	}
	rows, err := d.r.QueryContext(ctx, `SELECT DISTINCT owner, name FROM members`+w.String()+` ORDER BY name`, w.args...)
	all, err := collect(rows, err, scanMembership)
	if err != nil {
		return err
	}
	groups := map[cloud.UserID][]string{}
	for _, m := range all {
		groups[m.owner] = append(groups[m.owner], m.group)
	}
	for i := range users {
		users[i].Groups = groups[users[i].ID]
	}
	return nil
}

// UsersAmong returns the accounts of these ids that there are, in any order.
func (d *DB) UsersAmong(ctx context.Context, ids []cloud.UserID) ([]cloud.User, error) {
	var all []cloud.User
	for some := range slices.Chunk(ids, maxAmong) {
		part, args := among("id", some)
		rows, err := d.r.QueryContext(ctx, `SELECT `+userColumns+` FROM users WHERE `+part, args...)
		users, err := collect(rows, err, scanUser)
		if err == nil {
			err = d.addGroups(ctx, users, some)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, users...)
	}
	return all, nil
}

// maxAmong is how many values one query names.
const maxAmong = 1000

// A page of accounts is in the order of an index. Words are looked for in all of them,
// which are thousands and not millions.
const (
	selectAccounts = `SELECT ` + userColumns + ` FROM users`
	pageOfAccounts = ` ORDER BY email LIMIT ? OFFSET ?`
)

func accountsWhere(f cloud.UserFilter) where {
	var w where
	if f.Text != "" {
		like := likeText(f.Text)
		w.add(`(email LIKE ? ESCAPE '\' OR LOWER(name) LIKE ? ESCAPE '\')`, like, like)
	}
	switch f.Of {
	case cloud.PeoplesAccounts:
		w.add(`service = 0`)
	case cloud.ServiceAccounts:
		w.add(`service <> 0`)
	}
	if f.Keepers != nil {
		part, args := among("keeper", f.Keepers)
		w.add(part, args...)
	}
	if f.Group != "" {
		w.add(`id IN (SELECT owner FROM members WHERE name = ?)`, f.Group)
	}
	return w
}

// PageUsers returns a page of the accounts that match.
func (d *DB) PageUsers(ctx context.Context, f cloud.UserFilter) (cloud.UserPage, error) {
	w := accountsWhere(f)
	var page cloud.UserPage
	if err := d.r.QueryRowContext(ctx, `SELECT COUNT(*) FROM users`+w.String(), w.args...).Scan(&page.Total); err != nil {
		return page, fmt.Errorf("count users: %w", err)
	}
	rows, err := d.r.QueryContext(ctx, selectAccounts+w.String()+pageOfAccounts, append(w.args, f.Limit, f.Offset)...) // not kept: each filter has its own text
	if page.Users, err = collect(rows, err, scanUser); err != nil {
		return page, err
	}
	ids := make([]cloud.UserID, 0, len(page.Users))
	for _, u := range page.Users {
		ids = append(ids, u.ID)
	}
	return page, d.addGroups(ctx, page.Users, ids)
}

// likeText returns the pattern of whatever holds a text.
func likeText(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(text)) + "%"
}

// Administrators returns those whose accounts are not disabled, oldest first.
func (d *DB) Administrators(ctx context.Context) ([]cloud.User, error) {
	rows, err := d.query(ctx, listAdmins)
	return collect(rows, err, scanUser)
}

// UserByIdentity finds the account of somebody at an issuer.
func (d *DB) UserByIdentity(ctx context.Context, issuer, subject string) (cloud.User, error) {
	return d.userWhere(ctx, userByIdentity, issuer, subject)
}

// LinkIdentity makes an account somebody's at an issuer.
func (d *DB) LinkIdentity(ctx context.Context, id cloud.UserID, issuer, subject string) error {
	return d.tx(ctx, func(tx *Tx) error {
		_, err := tx.exec(`INSERT INTO identities (issuer, subject, owner) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
			issuer, subject, string(id))
		if err != nil {
			return fmt.Errorf("link identity: %w", err)
		}
		var n int
		err = tx.queryRow(`SELECT COUNT(*) FROM identities WHERE issuer = ? AND subject = ? AND owner = ?`,
			issuer, subject, string(id)).Scan(&n)
		if err == nil && n == 0 {
			return cloud.ErrExists
		}
		return err
	})
}

// SetGroups replaces the groups that one source names for somebody.
func (d *DB) SetGroups(
	ctx context.Context, id cloud.UserID, from cloud.GroupSource, groups []string, events ...cloud.Event,
) (bool, error) {
	groups = slices.Compact(slices.Sorted(slices.Values(groups)))
	changed := false
	err := d.tx(ctx, func(tx *Tx) error {
		rows, err := tx.query(groupsFrom, string(id), string(from))
		old, err := collect(rows, err, scanText)
		if err != nil {
			return err
		}
		if changed = !slices.Equal(old, groups); !changed {
			return nil
		}
		if _, err := tx.exec(`DELETE FROM members WHERE owner = ? AND source = ?`, string(id), string(from)); err != nil {
			return fmt.Errorf("leave groups: %w", err)
		}
		for _, g := range groups {
			if _, err := tx.exec(`INSERT INTO members (owner, name, source) VALUES (?, ?, ?)`, string(id), g, string(from)); err != nil {
				return fmt.Errorf("join group: %w", err)
			}
		}
		return tx.addEvents(events)
	})
	return changed, err
}

// GroupsFrom returns the groups that one source names for somebody.
func (d *DB) GroupsFrom(ctx context.Context, id cloud.UserID, from cloud.GroupSource) ([]string, error) {
	rows, err := d.query(ctx, groupsFrom, string(id), string(from))
	return collect(rows, err, scanText)
}

// Groups lists the groups that somebody is in.
func (d *DB) Groups(ctx context.Context) ([]cloud.Group, error) {
	rows, err := d.query(ctx, listGroups)
	return collect(rows, err, func(s scanner) (g cloud.Group, err error) { return g, s.Scan(&g.Name, &g.Members) })
}
