package passkey

import (
	"cmp"
	"context"
	"encoding/base64"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"platen/cloud"
)

// ID names a passkey: what its device calls it, in base64url without padding.
type ID string

// Passkey is a key that lets its person in.
type Passkey struct {
	ID         ID
	User       cloud.UserID
	Name       string   // what the person calls it
	PublicKey  []byte   // a COSE_Key, RFC 9052, 7
	SignCount  uint32   // of its last signature; stays 0 for keys that do not count
	Syncs      bool     // it may be on several devices; this never changes
	Synced     bool     // it is
	Transports []string // by which its device is reached
	CreateTime time.Time
	UsedTime   time.Time // zero for never
}

// Store keeps passkeys, which go with their person. What is not there is cloud.ErrNotFound.
type Store interface {
	// AddPasskey adds a passkey, unless its person has limit already (cloud.ErrQuota) or
	// it is there already (cloud.ErrExists).
	AddPasskey(ctx context.Context, p Passkey, limit int, events ...cloud.Event) error
	Passkey(ctx context.Context, id ID) (Passkey, error)
	// Passkeys lists a person's passkeys, oldest first.
	Passkeys(ctx context.Context, u cloud.UserID) ([]Passkey, error)
	// UpdatePasskey saves what fn makes of a passkey.
	UpdatePasskey(ctx context.Context, id ID, fn func(*Passkey) ([]cloud.Event, error)) (Passkey, error)
	RemovePasskey(ctx context.Context, id ID, events ...cloud.Event) error
	User(ctx context.Context, id cloud.UserID) (cloud.User, error)
}

// copied reports whether a device whose counter stands at count is not the only one that
// has this key: then one of them counts behind the other (Level 3, 6.1.1). Keys that are
// meant to be on several devices do not count at all.
func (p *Passkey) copied(count uint32) bool {
	return (count != 0 || p.SignCount != 0) && count <= p.SignCount
}

// idOf is the reverse of bytes.
func idOf(raw []byte) ID { return ID(base64.RawURLEncoding.EncodeToString(raw)) }

// bytes is what the device calls the key; nil for what is no ID.
func (id ID) bytes() []byte {
	raw, err := base64.RawURLEncoding.DecodeString(string(id))
	if err != nil {
		return nil
	}
	return raw
}

// credential is the passkey as the library has it.
func (p *Passkey) credential() webauthn.Credential {
	c := webauthn.Credential{
		ID: p.ID.bytes(), PublicKey: p.PublicKey,
		Flags:         webauthn.CredentialFlags{BackupEligible: p.Syncs, BackupState: p.Synced},
		Authenticator: webauthn.Authenticator{SignCount: p.SignCount},
	}
	for _, t := range p.Transports {
		c.Transport = append(c.Transport, protocol.AuthenticatorTransport(t))
	}
	return c
}

// person is somebody with passkeys as the library wants it.
type person struct {
	user cloud.User
	keys []Passkey
}

// WebAuthnID is what devices know the account by: the id says nothing of the person.
func (p person) WebAuthnID() []byte { return []byte(p.user.ID) }

// WebAuthnName tells a person's accounts apart on the device.
func (p person) WebAuthnName() string { return p.user.Email }

// WebAuthnDisplayName is what the device calls the person.
func (p person) WebAuthnDisplayName() string { return cmp.Or(p.user.Name, p.user.Email) }

// WebAuthnCredentials are the passkeys.
func (p person) WebAuthnCredentials() []webauthn.Credential {
	list := make([]webauthn.Credential, 0, len(p.keys))
	for i := range p.keys {
		list = append(list, p.keys[i].credential())
	}
	return list
}
