package pubsub

import (
	"context"
	"slices"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// The names of nodes begin so.
const (
	printersPrefix = "platen/printers/" // the states of a printer, and of its jobs
	peoplePrefix   = "platen/people/"   // the printers that somebody may use, and the own jobs
	programsPrefix = "platen/programs/" // what programs publish
)

// JobsNode is the node of the own jobs at the own address (XEP-0163).
const JobsNode = "platen/jobs"

// PrinterNode names the node of a printer.
func PrinterNode(id gcp.PrinterID) string { return printersPrefix + string(id) }

// PersonNode names the node of a person, by the person's address.
func PersonNode(email string) string { return peoplePrefix + email }

// ProgramPrefix begins the names of the nodes of a program's account.
func ProgramPrefix(email string) string { return programsPrefix + email + "/" }

// printerOf returns the printer that a node is of; "" for none.
func printerOf(node string) gcp.PrinterID {
	id, ok := strings.CutPrefix(node, printersPrefix)
	if !ok {
		return ""
	}
	return gcp.PrinterID(id)
}

// nodeKind is what a node is of.
type nodeKind int

const (
	ofPrinter nodeKind = iota
	ofPerson
	ofProgram
	ofOwnJobs // of personal eventing
)

// found is a node that the asker may see.
type found struct {
	kind    nodeKind
	name    string
	title   string
	printer gcp.PrinterID // of ofPrinter
	person  string        // address, of ofPerson
	own     Node          // of ofProgram
}

// find returns a node if the asker may see it. Foreign and unknown are refused alike, so
// that nobody learns what exists.
func (s *Server) find(ctx context.Context, a asker, at place, name string) (found, error) {
	switch {
	case a.stranger():
		return found{}, errForbidden
	case name == "":
		return found{}, errNodeNeeded
	case at == account && name == JobsNode:
		return found{kind: ofOwnJobs, name: name, title: "Own jobs", person: a.caller.User.Email}, nil
	case at == account:
		return found{}, errNoNode
	}
	if id := printerOf(name); id != "" {
		view, err := s.printer(ctx, a.caller, id)
		if err != nil {
			return found{}, err
		}
		return found{kind: ofPrinter, name: name, title: view.ShownName(), printer: id}, nil
	}
	if name == PersonNode(a.caller.User.Email) {
		return found{kind: ofPerson, name: name, title: "Own printers and jobs", person: a.caller.User.Email}, nil
	}
	if strings.HasPrefix(name, programsPrefix) {
		n, err := s.cfg.Store.Node(ctx, name)
		if err == nil && !mayRead(a.caller.User, n) {
			err = errNoNode
		}
		return found{kind: ofProgram, name: name, title: n.Title, own: n}, err
	}
	return found{}, errNoNode
}

// printer returns a printer as somebody may see it.
func (s *Server) printer(ctx context.Context, c cloud.Caller, id gcp.PrinterID) (*cloud.PrinterView, error) {
	view, err := s.followable(ctx, c, id)
	if err == nil && !view.Hidden.IsZero() {
		return nil, errNoNode
	}
	return view, err
}

// followable is printer for who follows it already: its connector may have removed it
// for a moment.
func (s *Server) followable(ctx context.Context, c cloud.Caller, id gcp.PrinterID) (*cloud.PrinterView, error) {
	if c.User == nil {
		return nil, errForbidden
	}
	views, err := s.cfg.Cloud.PrinterFor(ctx, id, []cloud.Caller{c})
	if err != nil {
		return nil, err
	}
	if views[0] == nil {
		return nil, errNoNode
	}
	return views[0], nil
}

// mayRead reports whether somebody may subscribe to a program's node: its owner, and whom
// the owner named, by address or group.
func mayRead(u *cloud.User, n Node) bool {
	if n.Owner == u.ID {
		return true
	}
	scopes := []string{u.Email}
	for _, g := range u.Groups {
		scopes = append(scopes, cloud.GroupScope(g))
	}
	return slices.ContainsFunc(n.Readers, func(r string) bool { return slices.Contains(scopes, r) })
}
