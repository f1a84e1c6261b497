package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"platen/cloud"
)

// Installation is what the pages of administration show of the program around them.
// cloud/server satisfies it. The caller's right is checked before it is asked.
type Installation interface {
	// Health says how the service is, from what costs nothing to look at.
	Health(ctx context.Context) Health
	// Examine tries what an installation needs, which takes a while.
	Examine(ctx context.Context) []Finding
	// Settings lists the settings in force, without secrets, and the file that was read.
	Settings(ctx context.Context) (file string, list []Setting)
	// CheckProvider asks the OpenID Connect provider for what a sign-in needs; nil if
	// there is none.
	CheckProvider(ctx context.Context) []Finding
}

// Finding is the result of one check.
type Finding struct {
	Check  string
	OK     bool
	Detail string
	Advice string // what to do, if not OK
}

// Setting is one setting in force.
type Setting struct {
	Key      string // with its table
	Value    string // without what is secret
	Variable string // of the environment that sets it; "" if none does
	Source   string // where it was written: default, file, environment or command line
}

// How jobs are announced, and how documents are made ready.
const (
	PushOff         = "off"
	PushXMPP        = "xmpp"
	PushServer      = "server" // by an XMPP server
	PushLost        = "lost"   // which does not take them now
	PushHTTPS       = "https"  // no streams
	RenderingOff    = "off"
	RenderingWorks  = "works"
	RenderingBroken = "broken"
)

// Health is how the service is.
type Health struct {
	Version   string
	Since     time.Time // when it started
	Address   string    // public
	State     string    // folder
	Database  int64     // bytes
	DiskFree  int64     // bytes, of the state folder's disk
	DiskSize  int64
	DiskLow   bool      // somebody should make room
	Push      string    // PushOff, PushXMPP, PushServer, PushLost or PushHTTPS
	Rendering string    // RenderingOff, RenderingWorks or RenderingBroken
	Backup    time.Time // of the last backup; zero if none is known
}

// adminData is the overview of administration.
type adminData struct {
	Facts    []adminFact
	Problems []string  // to be looked at
	Findings []Finding // nil before somebody asked
}

type adminFact struct {
	Name, Value string
	Time        time.Time // instead of Value; zero for none
}

// oldBackup is when a backup is so old that one should look.
const oldBackup = 7 * 24 * time.Hour

// administers keeps a page for administrators of an installation that is known.
func (s *site) administers(v *visit) error {
	if err := v.caller.Administrator(); err != nil {
		return err
	}
	if s.cfg.Installation == nil {
		return s.notFound(v)
	}
	return nil
}

// showAdmin shows how the service is.
func (s *site) showAdmin(v *visit) error {
	if err := s.administers(v); err != nil {
		return err
	}
	return s.showHealth(v, nil)
}

// checkAdmin shows it with what only trying tells.
func (s *site) checkAdmin(v *visit) error {
	if err := s.administers(v); err != nil {
		return err
	}
	if _, err := s.form(v); err != nil {
		return err
	}
	if err := v.patient(); err != nil {
		return err
	}
	return s.showHealth(v, s.cfg.Installation.Examine(v.ctx))
}

func (s *site) showHealth(v *visit, findings []Finding) error {
	census, err := s.cfg.Service.Census(v.ctx, v.caller)
	if err != nil {
		return err
	}
	h := s.cfg.Installation.Health(v.ctx)
	data := adminData{Facts: s.healthFacts(h, census), Problems: s.healthProblems(h, census), Findings: findings}
	return s.show(v, http.StatusOK, "admin", s.pages.words["admin.title"], data)
}

// healthFacts are the lines of the overview.
func (s *site) healthFacts(h Health, c cloud.Census) []adminFact {
	w := s.pages.words
	text := func(key string, args ...any) string { return fmt.Sprintf(w[key], args...) }
	facts := []adminFact{
		{Name: w["admin.version"], Value: h.Version},
		{Name: w["admin.since"], Time: h.Since},
		{Name: w["admin.address"], Value: h.Address},
		{Name: w["admin.database"], Value: bytesText(h.Database)},
		{Name: w["admin.disk"], Value: text("admin.diskfree", bytesText(h.DiskFree), bytesText(h.DiskSize))},
		{Name: w["admin.documents"], Value: text("admin.kept", c.Documents, bytesText(c.Bytes))},
		{Name: w["admin.open"], Value: fmt.Sprint(c.Open)},
		{Name: w["admin.connectors"], Value: text("admin.online", c.Online, c.Connectors)},
		{Name: w["admin.printers"], Value: fmt.Sprint(c.Printers)},
		{Name: w["admin.people"], Value: fmt.Sprint(c.People)},
		{Name: w["admin.push"], Value: w["admin.push."+h.Push]},
		{Name: w["admin.rendering"], Value: w["admin.rendering."+h.Rendering]},
	}
	backup := adminFact{Name: w["admin.backup"], Value: w["admin.nobackup"], Time: h.Backup}
	return append(facts, backup)
}

// healthProblems are what an administrator should look at.
func (s *site) healthProblems(h Health, c cloud.Census) []string {
	var keys []string
	switch h.Push {
	case PushOff:
		keys = append(keys, "admin.warn.push")
	case PushLost:
		keys = append(keys, "admin.warn.lost")
	}
	if h.Rendering == RenderingBroken {
		keys = append(keys, "admin.warn.rendering")
	}
	if h.DiskLow {
		keys = append(keys, "admin.warn.disk")
	}
	if time.Since(h.Backup) > oldBackup {
		keys = append(keys, "admin.warn.backup")
	}
	if c.Connectors > 0 && c.Online == 0 {
		keys = append(keys, "admin.warn.offline")
	}
	problems := make([]string, len(keys))
	for i, key := range keys {
		problems[i] = s.pages.words[key]
	}
	return problems
}

// bytesText is a size as people read it.
func bytesText(n int64) string {
	const step = 1024
	if n < step {
		return fmt.Sprintf("%d B", n)
	}
	size, unit := float64(n)/step, "KiB"
	for _, next := range []string{"MiB", "GiB", "TiB"} {
		if size < step {
			break
		}
		size, unit = size/step, next
	}
	return fmt.Sprintf("%.1f %s", size, unit)
}

// showAbout says which program this is, to everybody who is signed in.
func (s *site) showAbout(v *visit) error {
	version := ""
	if s.cfg.Installation != nil {
		version = s.cfg.Installation.Health(v.ctx).Version
	}
	return s.show(v, http.StatusOK, "about", s.pages.words["about.title"], version)
}
