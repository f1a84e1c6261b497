package web

import (
	"net/http"
	"strings"
)

// settingsGroup are the settings of one table of the settings file.
type settingsGroup struct {
	Title string
	Note  string
	Rows  []settingRow
}

type settingRow struct {
	Setting
	About, From string // sentences
}

// installationData are the settings in force.
type installationData struct {
	File   string
	Groups []settingsGroup
}

// showInstallation shows the settings in force, and what each is for. They are written
// in one place, the settings file, and are not changed here.
func (s *site) showInstallation(v *visit) error {
	if err := s.administers(v); err != nil {
		return err
	}
	file, list := s.cfg.Installation.Settings(v.ctx)
	data := installationData{File: file}
	for _, setting := range list {
		table, _, ok := strings.Cut(setting.Key, ".")
		if !ok {
			table = "service"
		}
		title := s.pages.words["settings.group."+table]
		if n := len(data.Groups); n == 0 || data.Groups[n-1].Title != title {
			data.Groups = append(data.Groups, settingsGroup{Title: title, Note: s.pages.words["settings.note."+table]})
		}
		g := &data.Groups[len(data.Groups)-1]
		g.Rows = append(g.Rows, settingRow{setting, s.pages.words["setting."+setting.Key], s.pages.words["settings.from."+strings.ReplaceAll(setting.Source, " ", "")]})
	}
	return s.show(v, http.StatusOK, "installation", s.pages.words["settings.inforce"], data)
}

// providerData are the settings of the sign-in with an organization's provider.
type providerData struct {
	Rows     []settingRow
	On       bool
	Return   string // address to register at the provider
	Findings []Finding
	Asked    bool
}

func (s *site) showProviderSettings(v *visit) error {
	if err := s.administers(v); err != nil {
		return err
	}
	return s.providerPage(v, nil)
}

// checkProvider asks the provider, and says what is wrong.
func (s *site) checkProvider(v *visit) error {
	if err := s.administers(v); err != nil {
		return err
	}
	if _, err := s.form(v); err != nil {
		return err
	}
	findings := s.cfg.Installation.CheckProvider(v.ctx)
	if findings == nil {
		findings = []Finding{}
	}
	return s.providerPage(v, findings)
}

func (s *site) providerPage(v *visit, findings []Finding) error {
	data := providerData{
		On: s.cfg.Provider != nil, Return: s.absolute(ProviderReturn),
		Findings: findings, Asked: findings != nil,
	}
	_, list := s.cfg.Installation.Settings(v.ctx)
	for _, setting := range list {
		if strings.HasPrefix(setting.Key, "oidc.") {
			data.Rows = append(data.Rows, settingRow{Setting: setting, About: s.pages.words["setting."+setting.Key]})
		}
	}
	return s.show(v, http.StatusOK, "provider", s.pages.words["provider.title"], data)
}
