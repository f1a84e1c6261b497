package web

import (
	"net/http"

	"platen/cloud"
)

// serviceRow is one service account.
type serviceRow struct {
	ID          cloud.UserID
	Name, Email string
	State       string // in words; "" for nothing to say
	Keeper      string
}

type servicesData struct {
	Rows        []serviceRow
	Search      string
	Total       string // in words
	Older, Back string // addresses of the next and the page before; "" if there is none
	Admin       bool
	New         serviceForm
}

// serviceForm is the form for a new service account, with what was typed.
type serviceForm struct{ Name, Title, Keeper, Problem string }

func (s *site) showServices(v *visit) error {
	return s.listServices(v, http.StatusOK, serviceForm{})
}

func (s *site) listServices(v *visit, status int, form serviceForm) error {
	q := v.r.URL.Query()
	offset := offsetOf(q)
	page, err := s.cfg.Service.ServiceAccounts(v.ctx, v.caller, cloud.ServiceAccountFilter{Text: q.Get("q"), Offset: offset, Limit: peopleRows})
	if err != nil {
		return err
	}
	data := servicesData{Search: q.Get("q"), Admin: v.caller.User.Admin, New: form}
	for i := range page.Users {
		row, err := s.serviceRow(v, &page.Users[i])
		if err != nil {
			return err
		}
		data.Rows = append(data.Rows, row)
	}
	if data.Total, err = s.accountsInWords(page.Total); err != nil {
		return err
	}
	if end := offset + len(page.Users); end < page.Total {
		data.Older = servicesPath(data.Search, end)
	}
	if offset > 0 {
		data.Back = servicesPath(data.Search, max(0, offset-peopleRows))
	}
	return s.show(v, status, "services", s.pages.words["services.title"], data)
}

// servicesPath is the address of a page of the list.
func servicesPath(text string, from int) string {
	return address("/services", map[string]string{"q": text, "from": offsetText(from)})
}

func (s *site) serviceRow(v *visit, u *cloud.User) (serviceRow, error) {
	row := serviceRow{ID: u.ID, Name: u.Name, Email: u.Email}
	if u.Disabled {
		row.State = s.pages.words["people.disabled"]
	}
	var err error
	row.Keeper, err = s.cfg.Service.KeeperName(v.ctx, u)
	return row, err
}

// addService adds a service account and goes to its page, where its keys are made.
func (s *site) addService(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	n := cloud.NewServiceAccount{Name: form.Get("name"), Title: form.Get("title"), Keeper: form.Get("keeper")}
	u, err := s.cfg.Service.AddServiceAccount(v.ctx, v.caller, n)
	if cloud.KindOf(err) == cloud.KindInvalid {
		return s.listServices(v, http.StatusBadRequest, serviceForm{n.Name, n.Title, n.Keeper, err.Error()})
	}
	if err != nil {
		return err
	}
	return v.redirect(servicePath(u.ID))
}

func servicePath(id cloud.UserID) string { return "/services/" + string(id) }

// serviceData is one service account and what its keeper can do with it.
type serviceData struct {
	serviceRow
	Path     string
	Disabled bool
	Admin    bool
	Keys     []keyRow
	To       string // the keeper to be, as it was typed
	Problem  string
}

// keptService returns the service account of a page, which its keepers alone see.
func (s *site) keptService(v *visit) (cloud.User, error) {
	return s.cfg.Service.ServiceAccount(v.ctx, v.caller, s.personID(v))
}

func (s *site) showService(v *visit) error { return s.showServiceWith(v, http.StatusOK, "", "") }

func (s *site) showServiceWith(v *visit, status int, problem, keeper string) error {
	u, err := s.keptService(v)
	if err != nil {
		return err
	}
	data := serviceData{To: keeper, Problem: problem, Path: servicePath(u.ID), Disabled: u.Disabled, Admin: v.caller.User.Admin}
	if data.serviceRow, err = s.serviceRow(v, &u); err != nil {
		return err
	}
	if data.Keys, err = s.keyRows(v, u.ID, data.Path); err != nil {
		return err
	}
	return s.show(v, status, "service", u.Name, data)
}

func (s *site) showNewServiceKey(v *visit) error {
	u, err := s.keptService(v)
	if err != nil {
		return err
	}
	return s.newKeyForm(v, http.StatusOK, newKeyData{Path: servicePath(u.ID)})
}

func (s *site) makeServiceKey(v *visit) error {
	u, err := s.keptService(v)
	if err != nil {
		return err
	}
	return s.makeKeyOf(v, u.ID, servicePath(u.ID), func(what string) error {
		return s.cfg.Service.KeyChanged(v.ctx, v.caller, u.ID, what)
	})
}

func (s *site) revokeServiceKey(v *visit) error {
	if _, err := s.form(v); err != nil {
		return err
	}
	u, err := s.keptService(v)
	if err != nil {
		return err
	}
	if err := s.cfg.OAuth.RevokeKey(v.ctx, u.ID, v.r.PathValue("key")); err != nil {
		return err
	}
	if err := s.cfg.Service.KeyChanged(v.ctx, v.caller, u.ID, "revoked a key"); err != nil {
		return err
	}
	return v.redirect(servicePath(u.ID))
}

// serviceAction is what an administrator does to a service account.
func (s *site) serviceAction(do func(v *visit, id cloud.UserID) error, to func(id cloud.UserID) string) pageFunc {
	return func(v *visit) error {
		if _, err := s.form(v); err != nil {
			return err
		}
		u, err := s.keptService(v)
		if err != nil {
			return err
		}
		if err := do(v, u.ID); err != nil {
			return err
		}
		return v.redirect(to(u.ID))
	}
}

// setKeeper gives a service account to another keeper.
func (s *site) setKeeper(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	u, err := s.keptService(v)
	if err != nil {
		return err
	}
	err = s.cfg.Service.SetKeeper(v.ctx, v.caller, u.ID, form.Get("keeper"))
	if cloud.KindOf(err) == cloud.KindInvalid {
		return s.showServiceWith(v, http.StatusBadRequest, err.Error(), form.Get("keeper"))
	}
	if err != nil {
		return err
	}
	return v.redirect(servicePath(u.ID))
}

func (s *site) disableService() pageFunc {
	return s.serviceAction(func(v *visit, id cloud.UserID) error { return s.cfg.Service.Disable(v.ctx, v.caller, id) }, servicePath)
}

func (s *site) enableService() pageFunc {
	return s.serviceAction(func(v *visit, id cloud.UserID) error { return s.cfg.Service.Enable(v.ctx, v.caller, id) }, servicePath)
}

func (s *site) removeService() pageFunc {
	remove := func(v *visit, id cloud.UserID) error { return s.cfg.Service.Remove(v.ctx, v.caller, id, "") }
	return s.serviceAction(remove, func(cloud.UserID) string { return "/services" })
}
