package cloud

import (
	"context"
	"crypto/subtle"
	"errors"
	"slices"
	"strings"

	"platen/gcp"
)

// maxRequests bounds how many people wait for a printer.
const maxRequests = 100

// AddPublic puts a public printer on the caller's list: whoever knows the key of
// its page may. Where the printer wants an approval the caller waits for it: the
// view then has the role "".
func (s *Service) AddPublic(ctx context.Context, c Caller, id gcp.PrinterID, key string) (PrinterView, error) {
	p, err := s.publicPrinter(ctx, c, id, key)
	if err != nil {
		return PrinterView{}, err
	}
	role, err := s.printerRole(ctx, c, rightsOf(p))
	if err != nil {
		return PrinterView{}, err
	}
	if role == "" {
		waits, err := s.joinPublic(ctx, c, p)
		if err != nil || waits {
			return PrinterView{Printer: Printer{ID: p.ID, Name: p.ShownName()}}, err
		}
	}
	return s.newViewer(c).view(ctx, p)
}

// publicPrinter returns a public printer to whoever knows its key.
func (s *Service) publicPrinter(ctx context.Context, c Caller, id gcp.PrinterID, key string) (Printer, error) {
	switch {
	case c.User == nil:
		return Printer{}, errSignIn
	case c.User.Visitor():
		return Printer{}, errVisitor
	}
	p, err := s.cfg.Store.Printer(ctx, id)
	if err != nil {
		return Printer{}, unknownPrinter(err)
	}
	if !p.Hidden.IsZero() || !p.Public || p.PublicKey == "" || subtle.ConstantTimeCompare([]byte(p.PublicKey), []byte(key)) != 1 {
		return Printer{}, errUnknownPrinter
	}
	return p, nil
}

// joinPublic shares a public printer with the caller, who does not use it yet, and
// reports whether that waits for an answer.
func (s *Service) joinPublic(ctx context.Context, c Caller, p Printer) (waits bool, err error) {
	shares, err := s.shares(ctx, p.ID)
	if err != nil {
		return false, err
	}
	own := slices.IndexFunc(shares, func(sh Share) bool { return sh.Scope == c.User.Email })
	sh := Share{Printer: p.ID, Scope: c.User.Email, Type: gcp.ScopePublic, Role: gcp.RoleUser, Sender: p.Owner}
	switch {
	case own >= 0 && !shares[own].Asked: // an invitation, which this answers
		sh = shares[own]
		sh.Pending = false
	case p.Approval && own >= 0:
		return true, nil
	case p.Approval && len(requests(shares)) >= maxRequests:
		return false, &Error{Kind: KindQuota, Message: "100 people wait for this printer already. Ask its owner to answer them."}
	case p.Approval:
		sh.Pending, sh.Asked = true, true
	}
	e := s.changed(rightsOf(p))
	if sh.Asked {
		e = s.decided(c, rightsOf(p), "asked for the printer "+p.ShownName())
	}
	return sh.Asked, s.cfg.Store.PutShare(ctx, sh, e)
}

// requests are the shares that wait for who shares the printer.
func requests(shares []Share) []Share {
	return slices.DeleteFunc(slices.Clone(shares), func(sh Share) bool { return !sh.Asked })
}

// AnswerRequest lets somebody use a printer who asked for it, or does not. Owner and
// managers answer.
func (s *Service) AnswerRequest(ctx context.Context, c Caller, id gcp.PrinterID, scope string, accept bool) error {
	scope = strings.ToLower(strings.TrimSpace(scope))
	of, err := s.sharer(ctx, c, ShareRequest{Printer: id, Scope: scope})
	if err != nil {
		return err
	}
	sh, err := s.share(ctx, id, scope)
	if errors.Is(err, ErrNotFound) || err == nil && !sh.Asked {
		return &Error{Kind: KindNotFound, Message: "This person does not wait for the printer any more."}
	}
	if err != nil {
		return err
	}
	if !accept {
		return s.cfg.Store.RemoveShare(ctx, id, scope, s.decided(c, of, "refused the printer "+of.Name+" to "+scope))
	}
	sh.Pending, sh.Asked = false, false
	if c.User != nil {
		sh.Sender = c.User.ID
	}
	return s.cfg.Store.PutShare(ctx, sh, s.decided(c, of, "granted the printer "+of.Name+" to "+scope))
}

// Wishes lists the printers that the caller asked for and waits for, by their names.
func (s *Service) Wishes(ctx context.Context, c Caller) ([]PrinterName, error) {
	if c.User == nil {
		return nil, errSignIn
	}
	shares, err := s.sharesWith(ctx, c.User)
	var names []PrinterName
	for _, sh := range requests(shares) {
		of, err := s.cfg.Store.PrinterRights(ctx, sh.Printer)
		if errors.Is(err, ErrNotFound) || of.Hidden {
			continue
		}
		if err != nil {
			return nil, err
		}
		names = append(names, PrinterName{ID: sh.Printer, Name: of.Name})
	}
	return names, err
}
