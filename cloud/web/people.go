package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"platen/cloud"
)

// peopleRows is how many accounts one page shows.
const peopleRows = 50

// personRow is one account.
type personRow struct {
	ID       cloud.UserID
	Name     string
	Email    string
	Role     string // in words
	State    string // in words; "" for nothing to say
	SignedIn time.Time
	Groups   string
}

type peopleData struct {
	Rows        []personRow
	Search      string
	Group       string
	Groups      []cloud.Group
	Total       string // in words
	Older, Back string // addresses of the next and the page before; "" if there is none
	Invite      inviteForm
}

// inviteForm is the form for an invitation, with what was typed.
type inviteForm struct {
	Email, Name, Problem string
	Roles                []choice
	Days                 []choice
}

func (s *site) showPeople(v *visit) error {
	return s.listPeople(v, http.StatusOK, s.inviteForm("", "", string(cloud.RoleMember)))
}

func (s *site) inviteForm(email, name, role string) inviteForm {
	return inviteForm{Email: email, Name: name, Roles: s.roles(cloud.AccountRole(role)), Days: s.inviteDays()}
}

func (s *site) roles(chosen cloud.AccountRole) []choice {
	var list []choice
	for _, r := range []cloud.AccountRole{cloud.RoleMember, cloud.RoleGuest, cloud.RoleAdministrator} {
		list = append(list, choice{string(r), s.roleWords(r), r == chosen})
	}
	return list
}

func (s *site) roleWords(r cloud.AccountRole) string { return s.pages.words["role."+string(r)] }

// inviteDays are the choices of how long an invitation is good, the usual first.
func (s *site) inviteDays() []choice {
	var list []choice
	for _, d := range []time.Duration{cloud.InviteLifetime, day, 30 * day} {
		list = append(list, choice{Value: strconv.Itoa(int(d / day)), Words: s.inWords(d)})
	}
	return list
}

func (s *site) listPeople(v *visit, status int, invite inviteForm) error {
	q := v.r.URL.Query()
	offset := offsetOf(q)
	f := cloud.UserFilter{Text: q.Get("q"), Group: q.Get("group"), Offset: offset, Limit: peopleRows}
	page, err := s.cfg.Service.People(v.ctx, v.caller, f)
	if err != nil {
		return err
	}
	data := peopleData{Search: f.Text, Group: f.Group, Invite: invite}
	if data.Groups, err = s.cfg.Service.Groups(v.ctx, v.caller); err != nil {
		return err
	}
	for i := range page.Users {
		data.Rows = append(data.Rows, s.personRow(&page.Users[i]))
	}
	if data.Total, err = s.accountsInWords(page.Total); err != nil {
		return err
	}
	if end := offset + len(page.Users); end < page.Total {
		data.Older = peoplePath(f, end)
	}
	if offset > 0 {
		data.Back = peoplePath(f, max(0, offset-peopleRows))
	}
	return s.show(v, status, "people", s.pages.words["people.title"], data)
}

// accountsInWords says how many accounts there are.
func (s *site) accountsInWords(n int) (string, error) {
	if n == 1 {
		return s.pages.words["people.one"], nil
	}
	return s.pages.text("people.total", n)
}

// peoplePath is the address of a page of the list.
func peoplePath(f cloud.UserFilter, from int) string {
	return address("/people", map[string]string{"q": f.Text, "group": f.Group, "from": offsetText(from)})
}

func (s *site) personRow(u *cloud.User) personRow {
	row := personRow{
		ID: u.ID, Name: u.Name, Email: u.Email, Role: s.roleWords(u.Role()), SignedIn: u.SignInTime, Groups: strings.Join(u.Groups, ", "),
	}
	switch {
	case u.Disabled:
		row.State = s.pages.words["people.disabled"]
	case u.PasswordHash == "" && u.SignInTime.IsZero():
		row.State = s.pages.words["people.invited"]
	}
	return row
}

// linkData is a secret that is shown this once.
type linkData struct{ Lead, Link, Note, Back string }

// invite adds an account and shows its link, this once.
func (s *site) invite(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	n := cloud.NewUser{Email: form.Get("email"), Name: form.Get("name"), Role: cloud.AccountRole(form.Get("role"))}
	var u cloud.User
	var token string
	if n.Expire, err = s.chosenDays(form.Get("days")); err == nil { // 0 is the usual time
		u, token, err = s.cfg.Service.Invite(v.ctx, v.caller, n)
	}
	if cloud.KindOf(err) == cloud.KindInvalid {
		again := s.inviteForm(n.Email, n.Name, string(n.Role))
		again.Problem = err.Error()
		return s.listPeople(v, http.StatusBadRequest, again)
	}
	if err != nil {
		return err
	}
	return s.showLink(v, "people.linklead", u, token)
}

// showLink shows the link by which somebody chooses a password.
func (s *site) showLink(v *visit, lead string, u cloud.User, token string) error {
	words, err := s.pages.text(lead, u.Email)
	if err != nil {
		return err
	}
	data := linkData{words, s.absolute(JoinPath + token), s.pages.words["people.linknote"], "/people/" + string(u.ID)}
	return s.show(v, http.StatusOK, "once", s.pages.words["people.linktitle"], data)
}
