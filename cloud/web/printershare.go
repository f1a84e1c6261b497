package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// shareRow is one entry of who may use a printer.
type shareRow struct {
	Scope   string
	Who     string
	Role    string
	Pending bool
	Joined  bool      // by the printer's public page
	Until   time.Time // zero for ever
	Takable bool      // the person may take it back
}

// sharingData is the part of the settings about who uses the printer.
type sharingData struct {
	Shares     []shareRow
	Requests   []string // addresses of those who wait for an answer
	Groups     []string
	Times      []choice
	Links      []linkRow
	Lifetimes  []choice
	Visitors   bool // the person may make links for people without an account
	Public     bool
	Approval   bool
	PublicLink string
}

func (s *site) sharing(v *visit, p *cloud.PrinterView) (sharingData, error) {
	data := sharingData{
		Times: v.choose("share", "expire_after", s.shareTimes()), Lifetimes: v.choose("links", "lifetime", s.linkTimes()), Public: p.Public, Approval: p.Approval,
		Visitors: p.Role == gcp.RoleOwner && s.cfg.Service.VisitorsAllowed(),
	}
	for _, sh := range p.Shares {
		if sh.Asked {
			data.Requests = append(data.Requests, sh.Scope)
			continue
		}
		data.Shares = append(data.Shares, s.shareRow(v, p, sh))
	}
	var err error
	if data.Groups, err = s.groupNames(v); err != nil {
		return data, err
	}
	if p.Public && p.Role == gcp.RoleOwner {
		q := url.Values{"printerid": {string(p.ID)}, "key": {p.PublicKey}}
		data.PublicLink = s.absolute("/cloudprint/addpublicprinter.html?" + q.Encode())
	}
	data.Links, err = s.linkRows(v, p.ID)
	return data, err
}

// groupNames are the groups that the person may share with.
func (s *site) groupNames(v *visit) ([]string, error) {
	if v.caller.User.Guest {
		return nil, nil
	}
	groups, err := s.cfg.Service.Groups(v.ctx, v.caller)
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = g.Name
	}
	return names, err
}

func (s *site) shareRow(v *visit, p *cloud.PrinterView, sh cloud.Share) shareRow {
	row := shareRow{Scope: sh.Scope, Who: sh.Scope, Role: s.pages.words["role.user"], Pending: sh.Pending, Until: sh.ExpireTime, Joined: sh.Type == gcp.ScopePublic}
	if domain, ok := strings.CutPrefix(sh.Scope, cloud.DomainScope("")); ok {
		row.Who, _ = s.pages.text("share.domain", domain) // a test knows that it is there
	}
	if group, ok := strings.CutPrefix(sh.Scope, cloud.GroupScope("")); ok {
		row.Who, _ = s.pages.text("share.group", group) // likewise
	}
	if sh.Role == gcp.RoleManager {
		row.Role = s.pages.words["role.manager"]
	}
	row.Takable = p.Role == gcp.RoleOwner || sh.Role != gcp.RoleManager || sh.Scope == v.caller.User.Email
	return row
}

// shareTimes are the choices of how long a share lasts, in seconds.
func (s *site) shareTimes() []choice {
	list := []choice{{Words: s.pages.words["share.forever"]}}
	for _, d := range []time.Duration{day, 7 * day, 30 * day, 90 * day, 365 * day} {
		list = append(list, s.timeChoice(d))
	}
	return list
}

// sharePrinter lets somebody use a printer, or everybody who has its link.
func (s *site) sharePrinter(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	r := cloud.ShareRequest{
		Printer: gcp.PrinterID(v.r.PathValue("id")), Role: gcp.Role(form.Get("role")), Public: form.Has("public"), Approval: form.Has("approval"),
	}
	r.ExpireAfter, err = s.chosenTime(form.Get("expire_after"))
	if err == nil {
		r.Scope, err = s.scopeIn(v, form)
	}
	if err == nil {
		err = s.cfg.Service.Share(v.ctx, v.caller, r)
	}
	if err != nil {
		return s.again(v, err, s.showSettings)
	}
	return v.redirect("/printers/" + string(r.Printer) + "/settings#sharing")
}

// scopeIn reads whom a form shares with: of which kind, and the name. A group that
// nobody is in is taken for a slip.
func (s *site) scopeIn(v *visit, form url.Values) (string, error) {
	who := strings.TrimSpace(form.Get("who"))
	switch {
	case who == "":
		return "", nil
	case form.Get("kind") == "domain":
		return cloud.DomainScope(strings.TrimPrefix(who, "@")), nil
	case form.Get("kind") != "group":
		return scopeOf(who), nil
	}
	groups, err := s.groupNames(v)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(groups, func(g string) bool { return strings.EqualFold(g, who) }) {
		words, err := s.pages.text("share.nogroup", who)
		if err != nil {
			return "", err
		}
		return "", &cloud.Error{Kind: cloud.KindInvalid, Message: words}
	}
	return cloud.GroupScope(who), nil
}

// scopeOf turns what a person typed into a scope: "@example.com" is everybody with
// an address there.
func scopeOf(text string) string {
	text = strings.TrimSpace(text)
	if domain, ok := strings.CutPrefix(text, "@"); ok {
		return cloud.DomainScope(domain)
	}
	return text
}

func (s *site) unsharePrinter(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	r := cloud.ShareRequest{Printer: gcp.PrinterID(v.r.PathValue("id")), Scope: form.Get("scope"), Public: form.Has("public")}
	if err := s.cfg.Service.Unshare(v.ctx, v.caller, r); err != nil {
		return err
	}
	if r.Scope == v.caller.User.Email {
		return v.redirect("/printers") // it may not be the person's any more
	}
	return v.redirect("/printers/" + string(r.Printer) + "/settings#sharing")
}

// answerRequest lets somebody use a printer who asked for it, or does not.
func (s *site) answerRequest(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	id := gcp.PrinterID(v.r.PathValue("id"))
	if err := s.cfg.Service.AnswerRequest(v.ctx, v.caller, id, form.Get("scope"), form.Get("answer") == "accept"); err != nil {
		return err
	}
	return v.redirect("/printers/" + string(id) + "/settings#sharing")
}

// invitationRow is a printer that somebody offers to the person.
type invitationRow struct {
	ID   gcp.PrinterID
	Name string
	From string // "" for one that the person asked for
}

// invitations are the printers that wait for the person's answer, and those whose
// people the person waits for.
func (s *site) invitations(v *visit) ([]invitationRow, error) {
	found, err := s.cfg.Service.Invites(v.ctx, v.caller)
	if err != nil {
		return nil, err
	}
	var rows []invitationRow
	for i := range found {
		rows = append(rows, invitationRow{found[i].Share.Printer, found[i].Printer.ShownName(), found[i].Sender.Email})
	}
	wishes, err := s.cfg.Service.Wishes(v.ctx, v.caller)
	for _, w := range wishes {
		rows = append(rows, invitationRow{ID: w.ID, Name: w.Name})
	}
	return rows, err
}

// answerInvitation takes a printer that somebody shares, or does not.
func (s *site) answerInvitation(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	id, accept := gcp.PrinterID(v.r.PathValue("id")), form.Get("answer") == "accept"
	if _, err := s.cfg.Service.ProcessInvite(v.ctx, v.caller, id, accept); err != nil {
		return err
	}
	if accept {
		return v.redirect("/printers/" + string(id))
	}
	return v.redirect("/printers")
}

// addPublic adds a printer that is open to everybody, or asks for it.
func (s *site) addPublic(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	p, err := s.cfg.Service.AddPublic(v.ctx, v.caller, gcp.PrinterID(form.Get("printerid")), form.Get("key"))
	if err != nil {
		return err
	}
	if p.Role != "" {
		return v.redirect("/printers/" + string(p.ID))
	}
	words, err := s.pages.text("wish.done", p.Name)
	if err != nil {
		return err
	}
	return s.show(v, http.StatusOK, "message", s.pages.words["claim.title"], words)
}
