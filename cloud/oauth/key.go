package oauth

import (
	"context"
	"slices"
	"strings"
	"time"

	"platen/cloud"
	"platen/internal/secret"
)

// maxLabel bounds what a person calls a key, in bytes.
const maxLabel = 200

// Key is an API key without its secret.
type Key struct {
	ID         string // to revoke it
	Label      string
	Scopes     []Scope
	CreateTime time.Time
	UsedTime   time.Time // to within some minutes; zero for never
}

// CreateKey makes an API key of a person. Its secret is not kept: this is the
// only time that it can be shown.
func (s *Server) CreateKey(ctx context.Context, u cloud.UserID, label string, scopes ...Scope) (secret.Text, Key, error) {
	if len(scopes) == 0 || len(label) > maxLabel {
		return secret.Text{}, Key{}, invalid("A key needs a scope (print, pair or admin) and a short name.")
	}
	words := make([]string, 0, len(scopes))
	for _, sc := range scopes {
		if !slices.Contains([]Scope{ScopePrint, ScopePair, ScopeAdmin}, sc) {
			return secret.Text{}, Key{}, invalid("The scopes of keys are print, pair and admin.")
		}
		words = append(words, string(sc))
	}
	if slices.Contains(scopes, ScopeAdmin) {
		words = []string{string(ScopeAdmin)}
	}
	text, t := s.newToken(KindKey, "", 0)
	t.User, t.Label, t.Scope = u, label, strings.Join(words, " ")
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
	k := Key{ID: strings.ToLower(string(t.Grant)), Label: t.Label, CreateTime: t.CreateTime, UsedTime: t.UsedTime}
	for w := range strings.FieldsSeq(t.Scope) {
		k.Scopes = append(k.Scopes, Scope(w))
	}
	return k
}

func invalid(sentence string) error {
	return &cloud.Error{Kind: cloud.KindInvalid, Message: sentence}
}
