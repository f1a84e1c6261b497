package oauth

import (
	"context"
	"slices"
	"strings"
	"time"

	"platen/cloud"
	"platen/internal/secret"
)

// Bounds of keys.
const (
	maxLabel       = 200 // bytes of what a person calls a key
	maxKeys        = 100 // of one account
	maxKeyLifetime = 10 * 366 * 24 * time.Hour
)

// Key is an API key without its secret.
type Key struct {
	ID         string // to revoke it
	Label      string
	Scopes     []Scope
	CreateTime time.Time
	UsedTime   time.Time // to within some minutes; zero for never
	ExpireTime time.Time // zero for never
}

// KeyWish is a key to be.
type KeyWish struct {
	Label    string
	Scopes   []Scope
	Lifetime time.Duration // 0 for ever
}

// words returns the scopes as they are stored, if the wish can be granted.
func (w KeyWish) words() (string, error) {
	if len(w.Scopes) == 0 || len(w.Label) > maxLabel {
		return "", invalid("A key needs a scope (print, pair or admin) and a short name.")
	}
	if w.Lifetime < 0 || w.Lifetime > maxKeyLifetime {
		return "", invalid("A key is good for at most ten years, or for ever.")
	}
	words := make([]string, 0, len(w.Scopes))
	for _, sc := range w.Scopes {
		if !slices.Contains([]Scope{ScopePrint, ScopePair, ScopeAdmin}, sc) {
			return "", invalid("The scopes of keys are print, pair and admin.")
		}
		words = append(words, string(sc))
	}
	if slices.Contains(w.Scopes, ScopeAdmin) {
		return string(ScopeAdmin), nil
	}
	return strings.Join(words, " "), nil
}

// MakeKey makes an API key of an account. Its secret is not kept: this is the only
// time that it can be shown.
func (s *Server) MakeKey(ctx context.Context, u cloud.UserID, w KeyWish) (secret.Text, Key, error) {
	scope, err := w.words()
	if err != nil {
		return secret.Text{}, Key{}, err
	}
	owner, err := s.cfg.Store.User(ctx, u)
	switch {
	case err != nil:
		return secret.Text{}, Key{}, unknown(err)
	case owner.Guest:
		return secret.Text{}, Key{}, &cloud.Error{Kind: cloud.KindForbidden, Message: "Guests have no keys. Ask an administrator to make you a member."}
	}
	switch held, err := s.cfg.Store.UserTokens(ctx, u, KindKey); {
	case err != nil:
		return secret.Text{}, Key{}, err
	case len(held) >= maxKeys:
		return secret.Text{}, Key{}, invalid("There are 100 keys already. Revoke one that is not needed any more.")
	}
	text, t := s.newToken(KindKey, "", w.Lifetime)
	t.User, t.Label, t.Scope = u, w.Label, scope
	if err := s.cfg.Store.AddTokens(ctx, t); err != nil {
		return secret.Text{}, Key{}, err
	}
	return text, keyOf(t), nil
}

// Keys lists a person's API keys, oldest first.
func (s *Server) Keys(ctx context.Context, u cloud.UserID) ([]Key, error) {
	tokens, err := s.cfg.Store.UserTokens(ctx, u, KindKey)
	if err != nil {
		return nil, err
	}
	keys := make([]Key, 0, len(tokens))
	for _, t := range tokens {
		keys = append(keys, keyOf(t))
	}
	return keys, nil
}

// RevokeKey revokes one API key of a person by its ID.
func (s *Server) RevokeKey(ctx context.Context, u cloud.UserID, id string) error {
	tokens, err := s.cfg.Store.UserTokens(ctx, u, KindKey)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if keyOf(t).ID == id {
			return s.revoke(ctx, Selection{Grant: t.Grant})
		}
	}
	return &cloud.Error{Kind: cloud.KindNotFound, Message: "Unknown key."}
}

func keyOf(t Token) Key {
	k := Key{ID: strings.ToLower(string(t.Grant)), Label: t.Label, CreateTime: t.CreateTime, UsedTime: t.UsedTime, ExpireTime: t.ExpireTime}
	for w := range strings.FieldsSeq(t.Scope) {
		k.Scopes = append(k.Scopes, Scope(w))
	}
	return k
}

func invalid(sentence string) error {
	return &cloud.Error{Kind: cloud.KindInvalid, Message: sentence}
}
