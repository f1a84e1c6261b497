package passkey

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"platen/cloud"
)

// Bounds of what is kept.
const (
	maxPasskeys = 20   // of one person
	maxName     = 100  // characters
	maxID       = 1023 // bytes; Level 3, 4, "Credential ID"
	maxKey      = 4096 // bytes
)

var (
	errUnknown = &cloud.Error{Kind: cloud.KindNotFound, Message: "Unknown passkey."}
	errVisitor = &cloud.Error{Kind: cloud.KindForbidden, Message: "Visitors have no passkeys."}
)

func invalid(sentence string, cause error) error {
	return &cloud.Error{Kind: cloud.KindInvalid, Message: sentence, Cause: cause}
}

// BeginAdd returns a challenge that a device of this person makes a passkey for.
func (s *Server) BeginAdd(ctx context.Context, u cloud.User) (Asked, error) {
	switch {
	case s.party == nil:
		return Asked{}, errNotOffered
	case u.Visitor():
		return Asked{}, errVisitor
	}
	keys, err := s.cfg.Store.Passkeys(ctx, u.ID)
	if err != nil {
		return Asked{}, err
	}
	who := person{u, keys}
	there := webauthn.Credentials(who.WebAuthnCredentials()).CredentialDescriptors() // none is made twice on a device
	options, about, err := s.party.BeginRegistration(who, webauthn.WithExclusions(there))
	if err != nil {
		return Asked{}, fmt.Errorf("ask for a new passkey: %w", err)
	}
	return Asked{options.Response, s.asked.add(*about, s.cfg.Now())}, nil
}

// Made is what a browser answers to BeginAdd.
type Made struct {
	Key    string // of the challenge
	Name   string // what the person calls the passkey
	Answer string // JSON of the browser's script
}

// FinishAdd adds a passkey that was made for a challenge, which is spent.
func (s *Server) FinishAdd(ctx context.Context, u cloud.User, m Made) error {
	name, err := cleanName(m.Name)
	if err != nil {
		return err
	}
	made, err := s.verified(u, m)
	switch {
	case err != nil:
		return invalid("The passkey could not be added. Try again.", err)
	case len(made.ID) > maxID || len(made.PublicKey) > maxKey:
		return invalid("The passkey is too long.", nil)
	}
	p := Passkey{
		ID: idOf(made.ID), User: u.ID, Name: name, PublicKey: made.PublicKey, SignCount: made.Authenticator.SignCount,
		Syncs: made.Flags.BackupEligible, Synced: made.Flags.BackupState, CreateTime: s.cfg.Now(),
	}
	for _, t := range made.Transport {
		if len(p.Transports) < 10 && len(t) < 40 { // more than there are, and longer (Level 3, 5.8.4)
			p.Transports = append(p.Transports, string(t))
		}
	}
	err = s.cfg.Store.AddPasskey(ctx, p, maxPasskeys, s.did(u.ID, "added the passkey "+name))
	switch {
	case errors.Is(err, cloud.ErrQuota):
		return invalid("There are 20 passkeys already. Remove one that is not needed any more.", err)
	case errors.Is(err, cloud.ErrExists):
		return invalid("This passkey was added already.", err)
	}
	return err
}

// verified returns the passkey that a browser says was made for a challenge of this person.
func (s *Server) verified(u cloud.User, m Made) (*webauthn.Credential, error) {
	about, err := s.asked.take(m.Key, s.cfg.Now())
	if err != nil {
		return nil, err
	}
	given, err := protocol.ParseCredentialCreationResponseBytes([]byte(m.Answer))
	if err != nil {
		return nil, err
	}
	return s.party.CreateCredential(person{user: u}, about, given)
}

func cleanName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || utf8.RuneCountInString(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) {
		return "", invalid("A passkey needs a name, of at most 100 characters.", nil)
	}
	return name, nil
}

// List returns a person's passkeys, oldest first.
func (s *Server) List(ctx context.Context, u cloud.UserID) ([]Passkey, error) {
	return s.cfg.Store.Passkeys(ctx, u)
}

// Rename changes what a person calls an own passkey.
func (s *Server) Rename(ctx context.Context, u cloud.UserID, id ID, name string) error {
	name, err := cleanName(name)
	if err != nil {
		return err
	}
	_, err = s.cfg.Store.UpdatePasskey(ctx, id, func(p *Passkey) ([]cloud.Event, error) {
		if p.User != u {
			return nil, errUnknown
		}
		p.Name = name
		return nil, nil
	})
	return unknown(err)
}

// Remove removes an own passkey of a person.
func (s *Server) Remove(ctx context.Context, u cloud.UserID, id ID) error {
	p, err := s.cfg.Store.Passkey(ctx, id)
	if err == nil && p.User != u {
		err = errUnknown
	}
	if err == nil {
		err = s.cfg.Store.RemovePasskey(ctx, id, s.did(u, "removed the passkey "+p.Name))
	}
	return unknown(err)
}

func unknown(err error) error {
	if errors.Is(err, cloud.ErrNotFound) {
		return errUnknown
	}
	return err
}
