package server

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"platen/cloud/archive"
	"platen/cloud/blob"
	"platen/cloud/web"
	"platen/internal/cli"
	"platen/internal/config"
)

// installation is what the pages of administration show of a running server.
type installation struct{ s *Server }

// Health says how the server is, from what costs nothing to look at.
func (i installation) Health(context.Context) web.Health {
	s := i.s
	h := web.Health{
		Version: cli.Version(), Since: s.since, Address: s.base, State: s.cfg.StateDir,
		Rendering: web.RenderingOff, Backup: backedUp(s.cfg.StateDir),
	}
	for _, name := range []string{archive.Database, archive.Database + "-wal"} {
		if info, err := os.Stat(filepath.Join(s.cfg.StateDir, name)); err == nil {
			h.Database += info.Size()
		}
	}
	if space, err := blob.SpaceAt(s.cfg.StateDir); err == nil {
		h.DiskFree, h.DiskSize, h.DiskLow = space.Free, space.Size, space.Low()
	}
	h.Push = s.pushHealth()
	if s.renderer != nil {
		h.Rendering = web.RenderingWorks
		if s.renderer.broken.Load() {
			h.Rendering = web.RenderingBroken
		}
	}
	return h
}

// pushHealth says how notifications go out.
func (s *Server) pushHealth() string {
	switch {
	case s.cfg.Push.Driver == DriverNone:
		return web.PushHTTPS
	case s.link != nil && s.link.Connected():
		return web.PushServer
	case s.link != nil:
		return web.PushLost
	case s.direct != nil || s.starttls != nil:
		return web.PushXMPP
	}
	return web.PushOff
}

// backedUp is when the last backup of a state folder was written; zero if none was.
func backedUp(folder string) time.Time {
	text, err := os.ReadFile(filepath.Join(folder, lastBackup))
	if err != nil {
		return time.Time{}
	}
	at, _ := time.Parse(time.RFC3339, strings.TrimSpace(string(text))) // zero for what we did not write
	return at
}

// Examine tries what the doctor tries.
func (i installation) Examine(ctx context.Context) []web.Finding {
	cfg := i.s.cfg
	cfg.BaseURL = i.s.base
	cfg.live = i.s.link
	if i.s.direct != nil {
		cfg.Push.Direct = i.s.direct.Addr().String()
	}
	if i.s.starttls != nil {
		cfg.Push.STARTTLS = i.s.starttls.Addr().String()
	}
	return findings(Examine(ctx, cfg))
}

// Settings lists the settings in force, without secrets.
func (i installation) Settings(ctx context.Context) (file string, list []web.Setting) {
	told := i.s.cfg.Told
	if told == nil {
		var err error
		if told, err = config.InForce(config.File{}, "", i.s.cfg); err != nil {
			i.s.log.ErrorContext(ctx, "settings in force", slog.Any("err", err))
		}
	}
	for _, t := range told {
		list = append(list, web.Setting{Key: t.Key, Value: t.Value, Variable: t.Variable, Source: string(t.Source)})
	}
	return i.s.cfg.Settings, list
}

// CheckProvider tries what the doctor tries of the OpenID Connect provider.
func (i installation) CheckProvider(ctx context.Context) []web.Finding {
	if i.s.cfg.OIDC.Issuer == "" {
		return nil
	}
	return findings(examineProvider(ctx, i.s))
}

// findings are the doctor's, for a page.
func findings(list []cli.Finding) []web.Finding {
	shown := make([]web.Finding, len(list))
	for i, f := range list {
		shown[i] = web.Finding(f)
	}
	return shown
}
