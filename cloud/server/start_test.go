package server

import (
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A port that is taken is named by its setting.
func TestPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	for setting, set := range map[string]func(*Config){
		"listen":               func(c *Config) { c.Listen = taken.Addr().String() },
		"push.direct_listen":   func(c *Config) { c.Push.Direct = taken.Addr().String() },
		"push.starttls_listen": func(c *Config) { c.Push.STARTTLS = taken.Addr().String() },
	} {
		cfg := Default()
		cfg.StateDir, cfg.Listen, cfg.Push.Direct, cfg.Push.STARTTLS = t.TempDir(), "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
		set(&cfg)
		s, err := Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		err = s.Run(t.Context(), nil)
		if err == nil || !strings.HasPrefix(err.Error(), setting+": ") || !strings.Contains(err.Error(), "another platen-cloud serve") {
			t.Errorf("%s: %v", setting, err)
		}
		_ = s.Close()
	}
}

// The authority's file is there whole or not at all, and one that cannot be used
// is not replaced in silence: connectors trust it.
func TestAuthorityFile(t *testing.T) {
	dir := t.TempDir()
	made, err := openAuthority(dir)
	if err != nil {
		t.Fatal(err)
	}
	again, err := openAuthority(dir)
	if err != nil || string(again.pem) != string(made.pem) {
		t.Errorf("opened again: %v", err)
	}
	path := filepath.Join(dir, "ca.pem")
	files, err := os.ReadDir(dir)
	if info, serr := os.Stat(path); err != nil || serr != nil || info.Mode().Perm() != 0o600 || len(files) != 1 {
		t.Errorf("the folder: %v, %v, %v", files, err, serr)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, torn := range [][]byte{nil, whole[:len(whole)/2]} {
		if err := os.WriteFile(path, torn, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := openAuthority(dir)
		if err == nil || !strings.Contains(err.Error(), "delete it") || !strings.Contains(err.Error(), path) {
			t.Errorf("%d bytes: %v", len(torn), err)
		}
	}
}
