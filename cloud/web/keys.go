package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/internal/secret"
)

// keyRow is one API key.
type keyRow struct {
	ID, Label, Scopes string
	Revoke            string // the address of its form
	Created, Used     time.Time
	Expires           time.Time // zero for never
}

// keyRows are the keys of an account, whose page is at a path.
func (s *site) keyRows(v *visit, id cloud.UserID, at string) ([]keyRow, error) {
	keys, err := s.cfg.OAuth.Keys(v.ctx, id)
	if err != nil {
		return nil, err
	}
	rows := make([]keyRow, 0, len(keys))
	for _, k := range keys {
		rows = append(rows, keyRow{
			ID: k.ID, Label: k.Label, Created: k.CreateTime, Used: k.UsedTime, Expires: k.ExpireTime, Scopes: s.scopeWords(k.Scopes),
			Revoke: at + "/keys/" + k.ID + "/revoke",
		})
	}
	return rows, nil
}

func (s *site) scopeWords(scopes []oauth.Scope) string {
	words := make([]string, 0, len(scopes))
	for _, sc := range scopes {
		words = append(words, s.pages.words["scope."+string(sc)])
	}
	return strings.Join(words, ", ")
}

// newKeyData is the form for a new key.
type newKeyData struct {
	Path, Label, Problem string
	Scopes, Days         []choice
}

func (s *site) showNewKey(v *visit) error {
	if err := v.caller.Member(); err != nil {
		return err
	}
	return s.newKeyForm(v, http.StatusOK, newKeyData{Path: "/account"})
}

func (s *site) newKeyForm(v *visit, status int, data newKeyData) error {
	for _, sc := range []oauth.Scope{oauth.ScopePrint, oauth.ScopePair, oauth.ScopeAdmin} {
		data.Scopes = append(data.Scopes, choice{string(sc), s.pages.words["scope."+string(sc)], sc == oauth.ScopePrint})
	}
	data.Days = []choice{{Value: "0", Words: s.pages.words["key.ever"]}}
	for _, days := range []time.Duration{30, 90, 365} {
		data.Days = append(data.Days, choice{Value: strconv.Itoa(int(days)), Words: s.inWords(days * day)})
	}
	return s.show(v, status, "newkey", s.pages.words["key.title"], data)
}

func (s *site) makeKey(v *visit) error {
	return s.makeKeyOf(v, v.caller.User.ID, "/account", func(what string) error {
		return s.cfg.Service.OwnKeyChanged(v.ctx, v.caller, what)
	})
}

// keyTime bounds the taking back of a key.
const keyTime = 10 * time.Second

// makeKeyOf makes a key of an account, whose page is at a path, and shows it, this
// once. A key that cannot be written into the log is taken back: nobody has seen it.
func (s *site) makeKeyOf(v *visit, id cloud.UserID, at string, log func(what string) error) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	wish := oauth.KeyWish{Label: strings.TrimSpace(form.Get("label")), Scopes: []oauth.Scope{oauth.Scope(form.Get("scope"))}}
	var text secret.Text
	var k oauth.Key
	if wish.Lifetime, err = s.chosenDays(form.Get("days")); err == nil { // 0 is for ever
		text, k, err = s.cfg.OAuth.MakeKey(v.ctx, id, wish)
	}
	if cloud.KindOf(err) == cloud.KindInvalid {
		return s.newKeyForm(v, http.StatusBadRequest, newKeyData{Path: at, Label: wish.Label, Problem: err.Error()})
	}
	if err != nil {
		return err
	}
	if err := log("made the key " + strconv.Quote(k.Label)); err != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(v.ctx), keyTime)
		defer cancel()
		return errors.Join(err, s.cfg.OAuth.RevokeKey(ctx, id, k.ID))
	}
	words, err := s.pages.text("key.lead", k.Label)
	if err != nil {
		return err
	}
	data := linkData{words, text.Reveal(), s.pages.words["key.note"], at}
	return s.show(v, http.StatusOK, "once", s.pages.words["key.made"], data)
}
