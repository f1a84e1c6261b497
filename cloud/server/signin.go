package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"platen/cloud"
	"platen/cloud/web"
	"platen/internal/disk"
	"platen/internal/secret"
)

// SignInLink makes an address that signs a person in, once.
func (s *Server) SignInLink(ctx context.Context, id cloud.UserID) (secret.Text, error) {
	link, err := s.oauth.NewSignInLink(ctx, id)
	if err != nil {
		return secret.Text{}, err
	}
	return secret.New(s.base + "/link/" + link.Reveal()), nil
}

// JoinLink returns the address by which somebody chooses a password, once, of
// what Service.Invite and Service.ResetPassword return.
func (s *Server) JoinLink(token string) string { return s.base + web.JoinPath + token }

// SetupLink returns the address by which the first administrator comes in, while
// there is no account and Run runs; else none.
func (s *Server) SetupLink(ctx context.Context) (secret.Text, error) {
	none, err := s.service.NoAccounts(ctx)
	if err != nil || !none || s.setup.Empty() {
		return secret.Text{}, err
	}
	return secret.New(s.base + web.SetupPath + s.setup.Reveal()), nil
}

// SetupFile is the file in which SaveSetupLink writes, in the state folder.
const SetupFile = "setup-link"

// SaveSetupLink writes the set-up link to a file that only the service's own user
// can read, and returns its name; without a link it removes the file.
func (s *Server) SaveSetupLink(ctx context.Context) (path string, err error) {
	path = filepath.Join(s.cfg.StateDir, SetupFile)
	link, err := s.SetupLink(ctx)
	if err != nil {
		return "", err
	}
	if link.Empty() {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("remove the set-up link: %w", err)
		}
		return "", nil
	}
	if err := disk.Replace(disk.OS{}, path, []byte(link.Reveal()+"\n")); err != nil {
		return "", fmt.Errorf("write the set-up link: %w", err)
	}
	return path, nil
}
