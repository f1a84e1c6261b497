package cloud

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"platen/gcp"
)

// Condition is how a printer is, as lists are filtered by it.
type Condition string

// The conditions.
const (
	ConditionOnline  Condition = "online"
	ConditionOffline Condition = "offline"
	ConditionTrouble Condition = "trouble" // online, and it says that something is wrong
	ConditionPaused  Condition = "paused"
)

// PrinterListQuery selects a page of a person's printers.
type PrinterListQuery struct {
	Text      string          // words, each of which is in a name, the location, the description, the model, a tag or the owner's address
	Tag       string          // given by people; "" for any
	Condition Condition       // "" for any
	IDs       []gcp.PrinterID // only these; nil for any
	Offset    int
	Limit     int // 0 for all
}

// PrinterList is a page of printers in the order of their shown names.
type PrinterList struct {
	Printers []PrinterView // without Capabilities and Defaults
	Matching []gcp.PrinterID
	Total    int      // how many there are without the conditions
	Tags     []string // all that people gave any of them
}

// PrinterList lists the printers that a person may use. What is long of them is
// not read, and only those of the page are looked at closely.
func (s *Service) PrinterList(ctx context.Context, c Caller, q PrinterListQuery) (PrinterList, error) {
	if c.User == nil {
		return PrinterList{}, errSignIn
	}
	all, err := s.brief(ctx, c)
	if err != nil {
		return PrinterList{}, err
	}
	list := PrinterList{Total: len(all), Tags: labelsOf(all)}
	v := s.newViewer(c)
	var match []Printer
	for _, p := range all {
		ok, err := v.matches(ctx, p, q)
		if err != nil {
			return PrinterList{}, err
		}
		if ok {
			match, list.Matching = append(match, p), append(list.Matching, p.ID)
		}
	}
	match = match[min(max(0, q.Offset), len(match)):]
	if q.Limit > 0 {
		match = match[:min(q.Limit, len(match))]
	}
	if err := v.gather(ctx, match); err != nil {
		return PrinterList{}, err
	}
	for _, p := range match {
		view, err := v.view(ctx, p)
		if errors.Is(err, ErrNotFound) {
			continue // taken back meanwhile
		}
		if err != nil {
			return PrinterList{}, err
		}
		list.Printers = append(list.Printers, view)
	}
	return list, nil
}

// brief returns what is short of all printers that a person may use.
func (s *Service) brief(ctx context.Context, c Caller) ([]Printer, error) {
	all, err := s.cfg.Store.ListPrinters(ctx, PrinterFilter{Owner: c.User.ID, Parts: PartsBrief})
	if err != nil {
		return nil, err
	}
	shared, err := s.sharedWith(ctx, c.User, all, PrinterFilter{Parts: PartsBrief})
	if err != nil {
		return nil, err
	}
	all = append(all, shared...)
	slices.SortStableFunc(all, func(a, b Printer) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.ShownName()), strings.ToLower(b.ShownName())), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

func labelsOf(printers []Printer) []string {
	var labels []string
	for _, p := range printers {
		labels = append(labels, p.Labels...)
	}
	slices.Sort(labels)
	return slices.Compact(labels)
}

func (v *viewer) matches(ctx context.Context, p Printer, q PrinterListQuery) (bool, error) {
	if q.IDs != nil && !slices.Contains(q.IDs, p.ID) {
		return false, nil
	}
	if q.Tag != "" && !slices.Contains(p.Labels, q.Tag) {
		return false, nil
	}
	if q.Text != "" {
		owner, err := v.owner(ctx, p.Owner)
		if err != nil || !p.hasWords(q.Text, owner.Email) {
			return false, err
		}
	}
	if q.Condition == "" {
		return true, nil
	}
	robot, err := v.robot(ctx, p.Robot)
	online := connection(robot, v.now) == gcp.ConnectionOnline
	switch q.Condition {
	case ConditionOnline:
		return online, err
	case ConditionOffline:
		return !online, err
	case ConditionTrouble:
		return online && p.trouble(), err
	case ConditionPaused:
		return p.Paused, err
	}
	return false, &Error{Kind: KindInvalid, Message: "There is no such state of printers."}
}

// hasWords reports whether each word is in something that people know a printer by.
func (p *Printer) hasWords(text, owner string) bool {
	known := append([]string{
		p.Name, p.DisplayName, p.DefaultDisplayName, p.Place(), p.Description, p.Manufacturer, p.Model, owner,
	}, p.Labels...)
	return hasWords(SearchWords(text), known...)
}

// placeTag begins the tag with which connectors say where a printer stands.
const placeTag = "__cp__printer-location="

// Place is where a printer stands: as people say, or else its connector.
func (p *Printer) Place() string {
	if p.Location != "" {
		return p.Location
	}
	for _, t := range p.Tags {
		if place, ok := strings.CutPrefix(t, placeTag); ok {
			return place
		}
	}
	return ""
}

// trouble reports whether a printer said last that something is wrong with it.
func (p *Printer) trouble() bool {
	var state gcp.CDS
	if len(p.SemanticState) == 0 || json.Unmarshal(p.SemanticState, &state) != nil || state.Printer == nil {
		return false
	}
	s := state.Printer
	if s.State == gcp.PrinterStopped {
		return true
	}
	for _, u := range []*gcp.UnitStates{s.InputTrayState, s.OutputBinState, s.MarkerState, s.CoverState, s.MediaPathState} {
		if u != nil && slices.ContainsFunc(u.Item, func(i gcp.UnitStateItem) bool { return i.State != gcp.UnitOK }) {
			return true
		}
	}
	return s.VendorState != nil && slices.ContainsFunc(s.VendorState.Item, func(i gcp.VendorStateItem) bool { return i.State != gcp.VendorInfo })
}
