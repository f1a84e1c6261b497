package passkey

import (
	"context"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"platen/cloud"
)

var (
	errAccount = errors.New("nobody signs in to this account")
	errCopied  = errors.New("the passkey's counter went back")
)

// refused is the one answer to whatever does not let in, so that nobody learns which
// passkeys there are.
func refused(cause error) error {
	return &cloud.Error{
		Kind: cloud.KindCredentials, Message: "Signing in with the passkey did not work. Try again, or use your password.", Cause: cause,
	}
}

// BeginSignIn returns a challenge for whoever it is.
func (s *Server) BeginSignIn() (Asked, error) {
	if s.party == nil {
		return Asked{}, errNotOffered
	}
	options, about, err := s.party.BeginDiscoverableLogin()
	if err != nil {
		return Asked{}, fmt.Errorf("ask for a passkey: %w", err)
	}
	return Asked{options.Response, s.asked.add(*about, s.cfg.Now())}, nil
}

// FinishSignIn returns whose passkey has signed the challenge of a key, which is spent.
func (s *Server) FinishSignIn(ctx context.Context, key, answer string) (cloud.User, error) {
	about, err := s.asked.take(key, s.cfg.Now())
	if err != nil {
		return cloud.User{}, refused(err)
	}
	given, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return cloud.User{}, refused(err)
	}
	who, err := s.holder(ctx, idOf(given.RawID))
	if errors.Is(err, cloud.ErrNotFound) {
		err = refused(err)
	}
	if err != nil {
		return cloud.User{}, err
	}
	if who.user.Disabled || who.user.Service || who.user.Visitor() {
		return cloud.User{}, refused(errAccount)
	}
	// It is checked there that the device means this account, too.
	_, _, err = s.party.ValidatePasskeyLogin(func(_, _ []byte) (webauthn.User, error) { return who, nil }, about, given)
	if err != nil {
		return cloud.User{}, refused(err)
	}
	return who.user, s.use(ctx, who, given.Response.AuthenticatorData)
}

// holder returns whose a passkey is, with this passkey alone.
func (s *Server) holder(ctx context.Context, id ID) (person, error) {
	p, err := s.cfg.Store.Passkey(ctx, id)
	if err != nil {
		return person{}, err
	}
	u, err := s.cfg.Store.User(ctx, p.User)
	return person{u, []Passkey{p}}, err
}

// use records a signature, unless the key is on another device besides, which nobody meant.
func (s *Server) use(ctx context.Context, who person, data protocol.AuthenticatorData) error {
	copied := false
	_, err := s.cfg.Store.UpdatePasskey(ctx, who.keys[0].ID, func(p *Passkey) ([]cloud.Event, error) {
		if copied = p.copied(data.Counter); copied {
			return []cloud.Event{s.did(who.user.ID, "was refused with the passkey "+p.Name+": its counter went back, so that it may be a copy")}, nil
		}
		p.SignCount, p.Synced, p.UsedTime = data.Counter, data.Flags.HasBackupState(), s.cfg.Now()
		return nil, nil
	})
	switch {
	case errors.Is(err, cloud.ErrNotFound): // removed at this moment
		return refused(err)
	case err == nil && copied:
		return refused(errCopied)
	}
	return err
}

// did is the audit log's entry about a person's own passkey.
func (s *Server) did(u cloud.UserID, note string) cloud.Event {
	return cloud.Event{Time: s.cfg.Now(), Kind: cloud.EventAudit, User: u, By: u, Note: note}
}
