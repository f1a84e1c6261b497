package oauth

import (
	"context"
	"net/http"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
	"platen/internal/secret"
)

// addressPrefix begins the secret of each personal address.
const addressPrefix = "at_"

// maxAddresses is how many personal addresses one account may have.
const maxAddresses = 100

// Address is a personal address at a printer, without its secret: whoever has the
// address prints there as the person, and can do nothing else. It is for systems that
// can send no credentials.
type Address struct {
	ID         string // to revoke it
	Printer    gcp.PrinterID
	Label      string // what it is for, as the person says
	CreateTime time.Time
	UsedTime   time.Time // to within some minutes; zero for never
}

// MakeAddress makes a personal address. Its secret is not kept: this is the only time
// that it can be shown. Whether the person may print at the printer is looked at each
// time it is used.
func (s *Server) MakeAddress(ctx context.Context, u cloud.UserID, p gcp.PrinterID, label string) (secret.Text, Address, error) {
	if label = strings.TrimSpace(label); label == "" || len(label) > maxLabel {
		return secret.Text{}, Address{}, invalid("Give the address a short name, such as the device that it is for.")
	}
	owner, err := s.account(ctx, u)
	switch {
	case err != nil:
		return secret.Text{}, Address{}, err
	case owner.Visitor():
		return secret.Text{}, Address{}, &cloud.Error{Kind: cloud.KindForbidden, Message: "Visitors have no addresses of their own."}
	}
	switch held, err := s.cfg.Store.UserTokens(ctx, u, KindAddress); {
	case err != nil:
		return secret.Text{}, Address{}, err
	case len(held) >= maxAddresses:
		return secret.Text{}, Address{}, invalid("There are 100 addresses already. Remove one that is not needed any more.")
	}
	text, t := s.newToken(KindAddress, "", 0)
	t.User, t.Label, t.Scope = u, label, string(p)
	if err := s.cfg.Store.AddTokens(ctx, t); err != nil {
		return secret.Text{}, Address{}, err
	}
	return text, addressOf(t), nil
}

// Addresses lists a person's addresses at a printer, oldest first; at all printers if p is
// "", also at those that the person may not use any more.
func (s *Server) Addresses(ctx context.Context, u cloud.UserID, p gcp.PrinterID) ([]Address, error) {
	tokens, err := s.cfg.Store.UserTokens(ctx, u, KindAddress)
	if err != nil {
		return nil, err
	}
	var list []Address
	for _, t := range tokens {
		if a := addressOf(t); p == "" || a.Printer == p {
			list = append(list, a)
		}
	}
	return list, nil
}

// RevokeAddress ends an address of a person by its ID.
func (s *Server) RevokeAddress(ctx context.Context, u cloud.UserID, id string) error {
	tokens, err := s.cfg.Store.UserTokens(ctx, u, KindAddress)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		if addressOf(t).ID == id {
			return s.revoke(ctx, Selection{Grant: t.Grant})
		}
	}
	return &cloud.Error{Kind: cloud.KindNotFound, Message: "Unknown address."}
}

func addressOf(t Token) Address {
	return Address{
		ID: strings.ToLower(string(t.Grant)), Printer: gcp.PrinterID(t.Scope), Label: t.Label,
		CreateTime: t.CreateTime, UsedTime: t.UsedTime,
	}
}

// AddressRequest returns whom the secret of an address at a printer speaks for: one
// that is unknown, revoked or another printer's is cloud.ErrCredentials. Who shows too
// many wrong ones is refused for a while.
func (s *Server) AddressRequest(r *http.Request, p gcp.PrinterID, token string) (c cloud.Caller, err error) {
	err = s.counted(r, func() error {
		c, err = s.addressCaller(r.Context(), p, token)
		return err
	})
	return c, err
}

func (s *Server) addressCaller(ctx context.Context, p gcp.PrinterID, token string) (cloud.Caller, error) {
	if token == "" || len(token) > maxSecret {
		return cloud.Caller{}, refused(errShape)
	}
	t, err := s.live(ctx, HashOf(token), KindAddress)
	if err != nil {
		return cloud.Caller{}, err
	}
	if gcp.PrinterID(t.Scope) != p {
		return cloud.Caller{}, refused(errKind)
	}
	u, err := s.account(ctx, t.User)
	if err != nil {
		return cloud.Caller{}, err
	}
	s.touch(ctx, t)
	return cloud.Caller{User: &u, Via: cloud.ViaToken, Scopes: []string{string(ScopePrint)}}, nil
}
