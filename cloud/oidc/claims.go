package oidc

import (
	"strings"

	"platen/cloud"
)

// claims are what a provider tells of a person.
type claims map[string]any

// complete reports whether nothing that we read is missing.
func (c claims) complete(cfg Config) bool {
	_, email := c["email"]
	_, verified := c["email_verified"]
	_, groups := c[cfg.GroupsClaim]
	return email && verified && (groups || cfg.GroupsClaim == "")
}

// add adds what is not known yet: the ID token, which is signed, comes first. An
// address and whether it is verified belong together.
func (c claims) add(more claims) {
	if email, ok := c["email"]; ok && email != more["email"] {
		delete(more, "email_verified")
	}
	for name, value := range more {
		if _, ok := c[name]; !ok {
			c[name] = value
		}
	}
}

func (c claims) text(name string) string {
	s, _ := c[name].(string)
	return s
}

// truth reads a truth value; some providers send it as a string.
func (c claims) truth(name string) bool {
	b, _ := c[name].(bool)
	return b || strings.EqualFold(c.text(name), "true")
}

// list reads a list of strings; a single one may stand without its list.
func (c claims) list(name string) []string {
	if s := c.text(name); s != "" {
		return []string{s}
	}
	list := []string{}
	values, _ := c[name].([]any)
	for _, v := range values {
		if s, ok := v.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

func (c claims) identity(cfg Config) cloud.Identity {
	id := cloud.Identity{
		Issuer: cfg.Issuer, Subject: c.text("sub"), Email: c.text("email"), Verified: c.truth("email_verified"), Name: c.text("name"),
	}
	if cfg.GroupsClaim != "" { // providers leave the claim out for whoever is in none
		id.Groups = c.list(cfg.GroupsClaim)
	}
	return id
}
