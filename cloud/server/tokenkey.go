package server

import (
	"errors"
	"path/filepath"

	"platen/cloud/archive"
	"platen/cloud/bearer"
	"platen/cloud/oauth"
)

// signs reports whether the XMPP server checks connectors' access tokens by itself.
func (c PushConfig) signs() bool { return c.Driver.outside() && c.Server.JWTLifetime != 0 }

// tokenKeyFile is where the key of such tokens is.
func (c Config) tokenKeyFile() string { return filepath.Join(c.StateDir, archive.TokenKey) }

// openTokenKey reads that key, or makes it, if there are to be such tokens.
func (s *Server) openTokenKey() (err error) {
	if s.cfg.Push.signs() {
		s.key, err = s.cfg.tokenKey()
	}
	return err
}

// tokenKey reads the key, or makes one.
func (c Config) tokenKey() (*bearer.Key, error) {
	path := c.tokenKeyFile()
	key, err := bearer.Read(path)
	if !errors.Is(err, bearer.ErrNoKey) {
		return key, err
	}
	if key, err = bearer.Make(path); err != nil {
		return nil, err
	}
	return key, giveTo(c.StateDir, path)
}

// PublicTokenKey returns what the XMPP server checks access tokens with, as a JWK (RFC
// 7517). It makes the key if there is none.
func (s *Server) PublicTokenKey() ([]byte, error) {
	key, err := s.cfg.tokenKey()
	if err != nil {
		return nil, err
	}
	return key.Public()
}

// issuer makes robots' access tokens; nil for ones that say nothing.
func (s *Server) issuer() oauth.Issuer {
	if s.key == nil {
		return nil // no pointer to nothing
	}
	return s.cfg.issuer(s.key, s.base)
}

func (c Config) issuer(key *bearer.Key, base string) bearer.Issuer {
	return bearer.Issuer{Key: key, URL: base, Domain: c.Push.Domain}
}
