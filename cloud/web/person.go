package web

import (
	"net/http"
	"strings"

	"platen/cloud"
)

// personData is one account and what an administrator can do with it.
type personData struct {
	personRow
	Disabled bool
	Own      bool // the administrator's own: another one must change it
	Roles    []choice
	Problem  string
	Heir     string // as it was typed
}

func (s *site) showPerson(v *visit) error { return s.showPersonWith(v, http.StatusOK, "", "") }

func (s *site) showPersonWith(v *visit, status int, problem, heir string) error {
	u, err := s.cfg.Service.Person(v.ctx, v.caller, s.personID(v))
	if err != nil {
		return err
	}
	data := personData{
		personRow: s.personRow(&u), Disabled: u.Disabled, Own: u.ID == v.caller.User.ID,
		Roles: s.roles(u.Role()), Problem: problem, Heir: heir,
	}
	return s.show(v, status, "person", u.Name, data)
}

func (s *site) personID(v *visit) cloud.UserID { return cloud.UserID(v.r.PathValue("id")) }

// personAction is a form of a person's page; what the service refuses is said there.
func (s *site) personAction(do func(v *visit, id cloud.UserID) error) pageFunc {
	return func(v *visit) error {
		if _, err := s.form(v); err != nil {
			return err
		}
		err := do(v, s.personID(v))
		if cloud.KindOf(err) == cloud.KindInvalid {
			return s.showPersonWith(v, http.StatusBadRequest, err.Error(), v.r.PostForm.Get("heir"))
		}
		return err
	}
}

func (s *site) backToPerson(v *visit, err error) error {
	if err != nil {
		return err
	}
	return v.redirect("/people/" + v.r.PathValue("id"))
}

func (s *site) setRole(v *visit, id cloud.UserID) error {
	return s.backToPerson(v, s.cfg.Service.SetRole(v.ctx, v.caller, id, cloud.AccountRole(v.r.PostForm.Get("role"))))
}

func (s *site) disablePerson(v *visit, id cloud.UserID) error {
	return s.backToPerson(v, s.cfg.Service.Disable(v.ctx, v.caller, id))
}

func (s *site) enablePerson(v *visit, id cloud.UserID) error {
	return s.backToPerson(v, s.cfg.Service.Enable(v.ctx, v.caller, id))
}

func (s *site) signOutPerson(v *visit, id cloud.UserID) error {
	return s.backToPerson(v, s.cfg.Service.SignOut(v.ctx, v.caller, id))
}

// resetPerson shows the link for a new password, this once.
func (s *site) resetPerson(v *visit, id cloud.UserID) error {
	token, err := s.cfg.Service.ResetPassword(v.ctx, v.caller, id)
	if err != nil {
		return err
	}
	u, err := s.cfg.Service.Person(v.ctx, v.caller, id)
	if err != nil {
		return err
	}
	return s.showLink(v, "people.resetlead", u, token)
}

func (s *site) removePerson(v *visit, id cloud.UserID) error {
	var heir cloud.User
	if address := strings.TrimSpace(v.r.PostForm.Get("heir")); address != "" {
		var err error
		heir, err = s.cfg.Service.PersonByEmail(v.ctx, v.caller, address)
		if cloud.KindOf(err) == cloud.KindNotFound {
			return &cloud.Error{Kind: cloud.KindInvalid, Message: s.pages.words["people.noheir"]}
		}
		if err != nil {
			return err
		}
	}
	if err := s.cfg.Service.Remove(v.ctx, v.caller, id, heir.ID); err != nil {
		return err
	}
	return v.redirect("/people")
}
