package cloud

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"platen/gcp"
)

// Front is a printer as it shows itself to programs that ask what it can do before
// anybody has signed in: an IPP printer must answer that.
type Front struct {
	PrinterView          // of a stranger the Role is ""
	CDD         gcp.CDD  // what can be chosen there, and what the service does in its place
	Accepts     []string // MIME types of documents; nil for any
}

// Front returns a printer for whoever knows its id, which is random and in no list
// of others'. What of it a stranger is shown is the caller's care.
func (s *Service) Front(ctx context.Context, c Caller, id gcp.PrinterID) (Front, error) {
	p, err := s.cfg.Store.Printer(ctx, id)
	if err != nil {
		return Front{}, unknownPrinter(err)
	}
	if !p.Hidden.IsZero() || p.Owner == "" {
		return Front{}, errUnknownPrinter
	}
	v := s.newViewer(c)
	f := Front{}
	if f.PrinterView, err = v.view(ctx, p); errors.Is(err, ErrNotFound) {
		f.PrinterView, err = v.stranger(ctx, p)
	}
	if err != nil {
		return f, err
	}
	caps, err := s.caps.of(p)
	if err != nil {
		return f, err
	}
	if f.CDD, err = s.preferred(p, caps); err != nil {
		return f, err
	}
	f.Accepts, err = s.Accepts(p)
	return f, err
}

// RoleAt returns what the caller may do at a printer now, "" for a stranger to it.
func (s *Service) RoleAt(ctx context.Context, c Caller, id gcp.PrinterID) (gcp.Role, error) {
	p, err := s.cfg.Store.Printer(ctx, id)
	if err != nil {
		return "", unknownPrinter(err)
	}
	return s.printerRole(ctx, c, rightsOf(p))
}

// stranger shows a printer to somebody who may not print there.
func (v *viewer) stranger(ctx context.Context, p Printer) (PrinterView, error) {
	robot, err := v.robot(ctx, p.Robot)
	return PrinterView{Printer: p, Connection: connection(robot, v.now)}, err
}

// preferred is what a printer and the service can, with the choices of whoever manages
// the printer as the defaults.
func (s *Service) preferred(p Printer, caps capabilities) (gcp.CDD, error) {
	own := s.completed(caps)
	if len(p.Choices) == 0 || caps.legacy != nil {
		return own, nil
	}
	text, err := json.Marshal(own)
	if err != nil {
		return own, err
	}
	var cdd gcp.CDD
	return cdd, json.Unmarshal(preferring(text, &p), &cdd)
}

// Takes reports whether documents of a type are taken, as they are or made into what
// the printer takes.
func (f *Front) Takes(kind string) bool {
	return len(f.Accepts) == 0 || slices.ContainsFunc(f.Accepts, func(t string) bool { return matchesType(t, kind) })
}
