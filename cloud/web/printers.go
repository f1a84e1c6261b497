package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// listedPrinters is how many printers a page of the list has.
const listedPrinters = 50

// printerRow is a printer as lists show it.
type printerRow struct {
	ID      gcp.PrinterID
	Name    string
	Place   string
	State   string // in words
	Tone    string // the colour that goes with the words
	Supply  string // the lowest one, in words
	Owner   string
	Labels  []string
	Queued  int
	Manages bool // the person may change it
	Picked  bool // to be changed with others
}

// printersData is the start page.
type printersData struct {
	Printers    []printerRow
	Invitations []invitationRow
	Twins       []twinData
	Filter      printerFilter
	Total       int // without the filter
	Matching    int
	From, To    int // of those that match, counted from 1
	Offset      int
	Earlier     string
	Later       string
	Manages     bool // some of those shown
	Groups      []string
	Times       []choice // that a share may last
	Live        cloud.Seq
}

func (d printersData) after() cloud.Seq { return d.Live }

// printerFilter is what the list was filtered by.
type printerFilter struct {
	Text, Tag, Condition string
	Tags, Conditions     []choice
}

func (f printerFilter) Any() bool { return f.Text != "" || f.Tag != "" || f.Condition != "" }

// query is the address of a page of the list.
func (f printerFilter) query(offset int) string {
	return address("/printers", map[string]string{"q": f.Text, "tag": f.Tag, "state": f.Condition, "from": offsetText(offset)})
}

func filterOf(q url.Values) printerFilter {
	return printerFilter{Text: strings.TrimSpace(q.Get("q")), Tag: q.Get("tag"), Condition: q.Get("state")}
}

func (f printerFilter) list(offset, limit int) cloud.PrinterListQuery {
	return cloud.PrinterListQuery{
		Text: f.Text, Tag: f.Tag, Condition: cloud.Condition(f.Condition), Offset: offset, Limit: limit,
	}
}

func (s *site) showPrinters(v *visit) error {
	last, err := s.cfg.Service.LastEvent(v.ctx) // before what it tells of is read
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	if v.shows("many") {
		q = v.r.PostForm
	}
	offset, filter := offsetOf(q), filterOf(q)
	found, err := s.cfg.Service.PrinterList(v.ctx, v.caller, filter.list(offset, listedPrinters))
	if err != nil {
		return err
	}
	data := printersData{Total: found.Total, Matching: len(found.Matching), Offset: offset, Live: last}
	for i := range found.Printers {
		row := s.printerRow(&found.Printers[i])
		row.Picked = v.shows("many") && slices.Contains(v.r.PostForm["printer"], string(row.ID))
		data.Printers, data.Manages = append(data.Printers, row), data.Manages || row.Manages
	}
	if n := len(data.Printers); n > 0 {
		data.From, data.To = offset+1, offset+n
	}
	if offset > 0 {
		data.Earlier = filter.query(max(0, offset-listedPrinters))
	}
	if data.To > 0 && data.To < data.Matching {
		data.Later = filter.query(data.To)
	}
	data.Filter = s.choices(filter, found.Tags)
	if data.Manages {
		data.Times = v.choose("many", "expire_after", s.shareTimes())
		if data.Groups, err = s.groupNames(v); err != nil {
			return err
		}
	}
	if data.Invitations, err = s.invitations(v); err != nil {
		return err
	}
	if data.Twins, err = s.twins(v, ""); err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "printers", s.pages.words["printers.title"], data)
}

// choices fills in what the list can be filtered by.
func (s *site) choices(f printerFilter, tags []string) printerFilter {
	words := s.pages.words
	f.Conditions = []choice{{"", words["filter.any"], f.Condition == ""}}
	for _, c := range []struct {
		value cloud.Condition
		words string
	}{
		{cloud.ConditionOnline, words["filter.online"]},
		{cloud.ConditionOffline, words["filter.offline"]},
		{cloud.ConditionTrouble, words["filter.trouble"]},
		{cloud.ConditionPaused, words["filter.paused"]},
	} {
		f.Conditions = append(f.Conditions, choice{string(c.value), c.words, f.Condition == string(c.value)})
	}
	if len(tags) == 0 {
		return f
	}
	f.Tags = []choice{{"", words["filter.any"], f.Tag == ""}}
	for _, t := range tags {
		f.Tags = append(f.Tags, choice{t, t, f.Tag == t})
	}
	return f
}

func (s *site) printerRow(p *cloud.PrinterView) printerRow {
	state, tone := s.printerWords(p)
	return printerRow{
		ID: p.ID, Name: p.ShownName(), Place: p.Place(), State: state, Tone: tone, Supply: s.lowestSupply(p),
		Owner: p.OwnerUser.Email, Labels: p.Labels, Queued: p.Queued, Manages: manages(p),
	}
}

// manages reports whether the person may change the printer; the service decides
// again when it is done.
func manages(p *cloud.PrinterView) bool { return p.Role == gcp.RoleOwner || p.Role == gcp.RoleManager }
