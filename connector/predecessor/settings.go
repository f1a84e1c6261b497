package predecessor

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"platen/gcp"
	"platen/internal/config"
	"platen/internal/secret"
)

// Settings are what the settings of a predecessor become.
type Settings struct {
	Changes []config.Change // of platen.toml
	Rules   string          // text of a file of printer rules; "" for none

	// Proxy names the installation in the cloud: paired under it again its printers
	// keep their ids. "" if it had none.
	Proxy gcp.ProxyID
	// Cloud is the base address of a cloud of one's own that it was pointed at; "" for
	// Google's, which is no more.
	Cloud string
	// Token is the robot's refresh token at Cloud: it proves there that this is the
	// connector of that name.
	Token secret.Text

	Keys []Key // each key of the file, in its order of meaning
}

// Key is what becomes of one key of the file.
type Key struct {
	Key     string `json:"key"`
	Becomes string `json:"becomes,omitempty"` // what says it here; "" if nothing does
	Why     string `json:"why,omitempty"`     // it means nothing any more, or what is different
}

// Read reads a file. An error means that it is no such file, or that a value cannot be;
// no error holds a value of a secret key.
func Read(text []byte) (Settings, error) {
	var values map[string]json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&values); err != nil {
		return Settings{}, fmt.Errorf("this is no JSON file of the old connector: %w", err)
	}
	r := reading{values: values}
	known := map[string]bool{}
	for _, k := range keys {
		known[k.name] = true
		raw, there := values[k.name]
		if !there || string(raw) == "null" {
			continue
		}
		becomes, why, err := k.take(&r, raw)
		if err != nil {
			if k.secret {
				err = errSecret
			}
			return Settings{}, fmt.Errorf("%s: %w", k.name, err)
		}
		r.out.Keys = append(r.out.Keys, Key{k.name, becomes, why})
	}
	if len(r.out.Keys) == 0 {
		return Settings{}, fmt.Errorf("none of its keys is one of the old connector")
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !known[name] {
			r.out.Keys = append(r.out.Keys, Key{Key: name, Why: "the old connector did not know it either"})
		}
	}
	r.finish()
	return r.out, nil
}

// reading is a file while it is read.
type reading struct {
	values map[string]json.RawMessage
	out    Settings
	prefix string
	scope  string
}

// set notes a setting of platen.toml.
func (r *reading) set(key string, value any) string {
	r.out.Changes = append(r.out.Changes, config.Change{Key: key, Value: value})
	return key
}

// finish makes the rules of what was read.
func (r *reading) finish() {
	if r.out.Cloud == "" {
		r.out.Token = secret.Text{} // Google's, and good for nothing
	}
	if r.prefix == "" && r.scope == "" {
		return
	}
	var b strings.Builder
	b.WriteString("# Taken over from the settings of google/cloud-print-connector. docs/rules.md has the format.\n[[rule]]\n")
	if r.prefix != "" {
		fmt.Fprintf(&b, "name_prefix = %s\n", quoted(r.prefix))
	}
	if r.scope != "" {
		kind, who := "people", r.scope
		if domain, ok := strings.CutPrefix(r.scope, "/hd/domain/"); ok {
			kind, who = "domains", domain
		}
		if group, ok := strings.CutPrefix(r.scope, "/group/"); ok {
			kind, who = "groups", group
		}
		fmt.Fprintf(&b, "share = [{ %s = [%s] }]\n", kind, quoted(who))
	}
	r.out.Rules = b.String()
}

// quoted writes a text as TOML does: JSON's form of it is one of TOML's.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""` // texts always encode
	}
	return string(b)
}

// google are the hosts of the service that is no more.
func google(host string) bool {
	return host == "google.com" || strings.HasSuffix(host, ".google.com") || strings.HasSuffix(host, ".googleapis.com")
}

// cloudOf returns the base address of a cloud of one's own, "" for Google's.
func cloudOf(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return "", fmt.Errorf("%q is no address", address)
	}
	if google(strings.ToLower(u.Hostname())) {
		return "", nil
	}
	return u.Scheme + "://" + u.Host + strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/cloudprint"), nil
}
