package rules

import (
	"errors"
	"fmt"
	"net/mail"
	"path"
	"slices"
	"strings"

	"platen/gcp"
	"platen/internal/config"
	"platen/printer"
)

const (
	maxRules = 1000 // of a file
	maxItems = 1000 // of a list in it
	maxText  = 255  // bytes of a name, a tag and so on
)

// File is a file of rules. Later rules go before earlier ones, and add to their tags
// and shares. The zero value wants nothing.
type File struct {
	Rules []Rule `toml:"rule"`
}

// Rule is what is wanted of some printers. What is not named is left as it is.
type Rule struct {
	Include []string `toml:"include"` // names of queues, with * and ?; empty for all
	Exclude []string `toml:"exclude"` // likewise, of those that include names

	Offer      string   `toml:"offer"`       // "yes": shared, of whatever kind; "no": not registered if it is not yet
	Name       string   `toml:"name"`        // for people, in place of the printer's own
	NamePrefix string   `toml:"name_prefix"` // before that name
	Location   string   `toml:"location"`
	Tags       []string `toml:"tags"` // for programs and for searching
	Defaults   Defaults `toml:"defaults"`
	Share      []Share  `toml:"share"`
}

// Defaults are choices for jobs that make none, in IPP's words.
type Defaults struct {
	Color   string   `toml:"color"`   // color or monochrome (PWG 5100.14, print-color-mode)
	Sides   string   `toml:"sides"`   // RFC 8011, 5.2.8
	Media   string   `toml:"media"`   // PWG 5101.1, such as iso_a4_210x297mm
	Options []string `toml:"options"` // "ID=VALUE" of other capabilities, by the ids of 'platen printer explain'
}

// Share is who may use printers.
type Share struct {
	People  []string `toml:"people"`  // addresses; they get an invitation
	Groups  []string `toml:"groups"`  // of the cloud
	Domains []string `toml:"domains"` // everybody with an address of such a one
	Role    string   `toml:"role"`    // user or manager; "" for user
}

// Parse reads a file of rules; name is what errors call it. Its errors say which rule
// cannot be, and why.
func Parse(name string, text []byte) (File, error) {
	var f File
	if text == nil {
		text = []byte{}
	}
	if err := config.Load(config.File{Path: name, Text: text}, "", &f); err != nil {
		return File{}, err
	}
	if err := f.check(); err != nil {
		return File{}, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// check refuses rules that cannot work.
func (f File) check() error {
	if len(f.Rules) > maxRules {
		return fmt.Errorf("there are %d rules, at most %d are allowed", len(f.Rules), maxRules)
	}
	var errs []error
	for i, r := range f.Rules {
		if err := r.check(fmt.Sprintf("rule #%d", i+1)); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (r Rule) check(at string) error {
	key := func(k string) string { return at + "." + k }
	for _, l := range []struct {
		key  string
		list []string
	}{{"include", r.Include}, {"exclude", r.Exclude}, {"tags", r.Tags}, {"defaults.options", r.Defaults.Options}} {
		if err := checkList(key(l.key), l.list); err != nil {
			return err
		}
	}
	for _, p := range slices.Concat(r.Include, r.Exclude) {
		if _, err := path.Match(p, ""); err != nil {
			return &config.Wrong{Key: key("include"), Value: p, Want: "names of queues, in which * stands for any letters and ? for one"}
		}
	}
	for _, tag := range r.Tags {
		// Tags that begin so are the service's own, and the connector's.
		if strings.HasPrefix(tag, "^") || strings.HasPrefix(tag, "__") {
			return &config.Wrong{Key: key("tags"), Value: tag, Want: `a text that does not begin with "^" or "__"`}
		}
	}
	for _, t := range []struct{ key, text string }{{"name", r.Name}, {"name_prefix", r.NamePrefix}, {"location", r.Location}} {
		if len(t.text) > maxText || strings.ContainsFunc(t.text, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			return &config.Wrong{Key: key(t.key), Value: t.text, Want: "one line of at most 255 bytes"}
		}
	}
	if err := oneOf(key("offer"), r.Offer, "yes", "no"); err != nil {
		return err
	}
	if err := r.Defaults.check(key("defaults")); err != nil {
		return err
	}
	for i, s := range r.Share {
		if err := s.check(fmt.Sprintf("%s #%d", key("share"), i+1)); err != nil {
			return err
		}
	}
	return nil
}

func checkList(key string, list []string) error {
	if len(list) > maxItems {
		return fmt.Errorf("%s has %d members, at most %d are allowed", key, len(list), maxItems)
	}
	for _, s := range list {
		if s == "" || len(s) > maxText {
			return &config.Wrong{Key: key, Value: s, Want: "texts of 1 to 255 bytes"}
		}
	}
	return nil
}

func oneOf(key, value string, allowed ...string) error {
	if value == "" || slices.Contains(allowed, value) {
		return nil
	}
	return &config.Wrong{Key: key, Value: value, Want: strings.Join(allowed, ", ") + " or left out"}
}

func (d Defaults) check(at string) error {
	if err := oneOf(at+".color", d.Color, "color", "monochrome"); err != nil {
		return err
	}
	if err := oneOf(at+".sides", d.Sides, "one-sided", "two-sided-long-edge", "two-sided-short-edge"); err != nil {
		return err
	}
	if d.Media != "" && !printer.ReadMediaName(d.Media) {
		return &config.Wrong{Key: at + ".media", Value: d.Media, Want: "a size such as iso_a4_210x297mm or na_letter_8.5x11in"}
	}
	for _, o := range d.Options {
		if id, value, ok := strings.Cut(o, "="); !ok || id == "" || value == "" {
			return &config.Wrong{Key: at + ".options", Value: o, Want: `texts such as "finishings=staple"`}
		}
	}
	return nil
}

func (s Share) check(at string) error {
	for _, l := range []struct {
		key  string
		list []string
	}{{".people", s.People}, {".groups", s.Groups}, {".domains", s.Domains}} {
		if err := checkList(at+l.key, l.list); err != nil {
			return err
		}
	}
	for _, p := range s.People {
		if a, err := mail.ParseAddress(p); err != nil || a.Address != p {
			return &config.Wrong{Key: at + ".people", Value: p, Want: "mail addresses"}
		}
	}
	for _, g := range s.Groups {
		if g != strings.TrimSpace(g) || strings.ContainsFunc(g, func(c rune) bool { return c < ' ' }) {
			return &config.Wrong{Key: at + ".groups", Value: g, Want: "names of groups"}
		}
	}
	for _, d := range s.Domains {
		if strings.ContainsAny(d, "@/ ") {
			return &config.Wrong{Key: at + ".domains", Value: d, Want: "domains such as example.com"}
		}
	}
	return oneOf(at+".role", s.Role, "user", "manager")
}

// role returns what the people of a share may do.
func (s Share) role() gcp.Role {
	if s.Role == "manager" {
		return gcp.RoleManager
	}
	return gcp.RoleUser
}
