package web

import (
	"crypto/subtle"
	"net/http"
	"net/url"

	"platen/cloud"
)

// The beginnings of the addresses by which people come in for the first time.
const (
	JoinPath  = "/join/"
	SetupPath = "/setup/"
)

// joinData is the form for a new password; of the first administrator it asks the
// address, too.
type joinData struct {
	Setup                bool
	Email, Name, Problem string
}

// showJoin shows the form and does not spend the link: programs that look at links
// in messages would.
func (s *site) showJoin(v *visit) error {
	u, err := s.joining(v)
	if err != nil {
		return err
	}
	return s.showJoinForm(v, http.StatusOK, joinData{Email: u.Email, Name: u.Name})
}

func (s *site) showJoinForm(v *visit, status int, data joinData) error {
	title := s.pages.words["join.title"]
	if data.Setup {
		title = s.pages.words["setup.title"]
	}
	return s.show(v, status, "join", title, data)
}

// joining returns whose the link is.
func (s *site) joining(v *visit) (cloud.User, error) {
	if err := s.cfg.OAuth.Attempt(v.r); err != nil {
		return cloud.User{}, err
	}
	u, err := s.cfg.OAuth.JoiningUser(v.ctx, v.r.PathValue("token"))
	switch {
	case err == nil:
		s.cfg.OAuth.Proved(v.r, 1)
	case cloud.KindOf(err) == cloud.KindCredentials:
		err = s.spentJoin(err)
	}
	return u, err
}

// join sets the password, spends the link, and signs in. Whoever was signed in in
// this browser is not any more.
func (s *site) join(v *visit) error {
	if s.joined(v) {
		return v.redirect("/printers") // a second click, and the first was answered already
	}
	form, err := s.form(v)
	if err != nil {
		return err
	}
	u, err := s.joining(v)
	if cloud.KindOf(err) == cloud.KindForbidden {
		return s.joinedBefore(v, form, err)
	}
	if err != nil {
		return err
	}
	data := joinData{Email: u.Email, Name: form.Get("name")}
	if data.Problem = s.passwordProblem(form.Get("password"), form.Get("again")); data.Problem != "" {
		return s.showJoinForm(v, http.StatusBadRequest, data)
	}
	if data.Name != "" && data.Name != u.Name {
		err := s.cfg.Service.SetName(v.ctx, cloud.Caller{User: &u}, data.Name)
		if cloud.KindOf(err) == cloud.KindInvalid {
			data.Problem = err.Error()
			return s.showJoinForm(v, http.StatusBadRequest, data)
		}
		if err != nil {
			return err
		}
	}
	// The password first: without it a spent link leaves the person outside.
	if err := s.cfg.Service.SetPassword(v.ctx, u.ID, form.Get("password")); err != nil {
		return err
	}
	_, err = s.cfg.OAuth.RedeemJoin(v.ctx, v.r.PathValue("token"))
	if cloud.KindOf(err) == cloud.KindCredentials { // at this moment
		return s.joinedBefore(v, form, s.spentJoin(err))
	}
	if err != nil {
		return err
	}
	return s.enterAnew(v, u.ID)
}

// joined reports whether whoever is signed in chose a password by the link of the address.
func (s *site) joined(v *visit) bool {
	if v.caller.User == nil {
		return false
	}
	u, err := s.cfg.OAuth.JoinedUser(v.ctx, v.r.PathValue("token"))
	return err == nil && u.ID == v.caller.User.ID
}

// joinedBefore lets somebody in whose link is spent, as by a double click, and who knows
// the password that was chosen by it; it is a sign-in like others. Everybody else is told
// what is wrong with the link.
func (s *site) joinedBefore(v *visit, form url.Values, wrong error) error {
	u, err := s.cfg.OAuth.JoinedUser(v.ctx, v.r.PathValue("token"))
	if err == nil {
		u, err = s.cfg.OAuth.SignIn(v.r, u.Email, form.Get("password"))
	}
	switch kind := cloud.KindOf(err); {
	case err == nil:
		return s.enterAnew(v, u.ID)
	case kind == cloud.KindCredentials, kind == cloud.KindForbidden:
		return wrong
	}
	return err
}

func (s *site) spentJoin(cause error) error {
	return &cloud.Error{Kind: cloud.KindForbidden, Message: s.pages.words["join.link"], Cause: cause}
}

// enterAnew lets in who has a new password: to the passkeys, if there are some. They let
// in whatever the password is, and whoever was robbed of one needs to see them.
func (s *site) enterAnew(v *visit, id cloud.UserID) error {
	keys, err := s.cfg.Passkeys.List(v.ctx, id)
	switch {
	case err != nil:
		return err
	case len(keys) > 0:
		return s.enterAs(v, id, "/account#passkeys")
	}
	return s.enterAs(v, id, "/printers")
}

// passwordProblem says what is wrong with a new password that was typed twice; ""
// for nothing.
func (s *site) passwordProblem(password, again string) string {
	if password != again {
		return s.pages.words["password.differ"]
	}
	if err := cloud.CheckNewPassword(password); err != nil {
		return err.Error()
	}
	return ""
}

// settingUp refuses whoever has not got the set-up link.
func (s *site) settingUp(h pageFunc) pageFunc {
	return func(v *visit) error {
		if err := s.cfg.OAuth.Attempt(v.r); err != nil {
			return err
		}
		want := s.cfg.Setup.Reveal()
		none, err := s.cfg.Service.NoAccounts(v.ctx)
		if err != nil {
			return err
		}
		if !none || want == "" || subtle.ConstantTimeCompare([]byte(want), []byte(v.r.PathValue("token"))) != 1 {
			return &cloud.Error{Kind: cloud.KindForbidden, Message: s.pages.words["setup.link"]}
		}
		return h(v)
	}
}

func (s *site) showSetup(v *visit) error {
	return s.showJoinForm(v, http.StatusOK, joinData{Setup: true})
}

// setup makes the first administrator's account, and signs in.
func (s *site) setup(v *visit) error {
	form, err := s.form(v)
	if err != nil {
		return err
	}
	data := joinData{Setup: true, Email: form.Get("email"), Name: form.Get("name")}
	if data.Problem = s.passwordProblem(form.Get("password"), form.Get("again")); data.Problem != "" {
		return s.showJoinForm(v, http.StatusBadRequest, data)
	}
	u, err := s.cfg.Service.FirstAdministrator(v.ctx, cloud.NewUser{Email: data.Email, Name: data.Name}, form.Get("password"))
	if cloud.KindOf(err) == cloud.KindInvalid {
		data.Problem = err.Error()
		return s.showJoinForm(v, http.StatusBadRequest, data)
	}
	if err != nil {
		return err
	}
	return s.enterAs(v, u.ID, "/printers")
}
