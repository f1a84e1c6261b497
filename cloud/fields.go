package cloud

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"platen/gcp"
)

// applyDevice sets what a device tells of itself. It may have so many tags and
// private data.
func (p *Printer) applyDevice(f PrinterFields, tags int, now time.Time) error {
	p.UpdateTime = now
	for _, m := range []struct {
		from *string
		to   *string
	}{
		{f.Name, &p.Name},
		{f.DefaultDisplayName, &p.DefaultDisplayName},
		{f.Description, &p.Description},
		{f.UUID, &p.UUID},
		{f.Manufacturer, &p.Manufacturer},
		{f.Model, &p.Model},
		{f.GCPVersion, &p.GCPVersion},
		{f.Firmware, &p.Firmware},
		{f.SetupURL, &p.SetupURL},
		{f.SupportURL, &p.SupportURL},
		{f.UpdateURL, &p.UpdateURL},
		{f.Status, &p.Status},
		{f.CapsHash, &p.CapsHash},
		{f.Defaults, &p.Defaults},
		{f.ContentTypes, &p.ContentTypes},
		{f.Proxy, (*string)(&p.Proxy)},
		{f.NotificationChannel, (*string)(&p.NotificationChannel)},
	} {
		if m.from != nil {
			*m.to = ValidText(*m.from)
		}
	}
	if p.NotificationChannel == "" {
		p.NotificationChannel = gcp.ChannelXMPP
	}
	if f.LocalSettings != nil && f.LocalSettings.Current != nil {
		p.LocalSettings = settle(p.LocalSettings, f.LocalSettings.Current)
	}
	if err := p.applyTags(f, tags); err != nil {
		return err
	}
	if err := p.applyState(f); err != nil {
		return err
	}
	return p.applyCapabilities(f.Capabilities)
}

// applyPerson sets what an owner or, the first part, a manager may.
func (p *Printer) applyPerson(f PrinterFields, role gcp.Role, now time.Time) {
	p.UpdateTime = now
	if f.DisplayName != nil {
		p.DisplayName = CleanTitle(*f.DisplayName)
	}
	if f.LocalSettings != nil && f.LocalSettings.Pending != nil {
		p.LocalSettings.Pending = f.LocalSettings.Pending
		p.LocalSettings = settle(p.LocalSettings, p.LocalSettings.Current)
	}
	p.applySettings(f)
	if role != gcp.RoleOwner {
		return
	}
	for _, m := range []struct{ from, to *string }{
		{f.DefaultDisplayName, &p.DefaultDisplayName}, {f.Description, &p.Description},
	} {
		if m.from != nil {
			*m.to = CleanTitle(*m.from)
		}
	}
	for _, m := range []struct{ from, to *bool }{
		{f.TOSAccepted, &p.TOSAccepted}, {f.QuotaEnabled, &p.QuotaEnabled}, {f.Public, &p.Public},
	} {
		if m.from != nil {
			*m.to = *m.from
		}
	}
	if f.DailyQuota != nil {
		p.DailyQuota = max(0, *f.DailyQuota)
	}
	if f.PersonQuota != nil {
		p.PersonQuota = max(0, *f.PersonQuota)
	}
	if f.ExpireAfter != nil {
		p.ExpireAfter = time.Duration(*f.ExpireAfter) * time.Second
	}
}

// applySettings sets what a device does not know of.
func (p *Printer) applySettings(f PrinterFields) {
	if f.Location != nil {
		p.Location = strings.TrimSpace(CleanTitle(*f.Location))
	}
	if f.Labels != nil {
		p.Labels = cleanLabels(*f.Labels)
	}
	if len(f.AddLabels) > 0 {
		p.Labels = cleanLabels(slices.Concat(p.Labels, f.AddLabels))
	}
	if f.Paused != nil {
		p.Paused = *f.Paused
	}
	if f.HoldJobs != nil {
		p.HoldJobs = *f.HoldJobs
	}
	if f.Choices != nil {
		p.Choices = f.Choices
	}
}

// applyTags removes first, then adds: connectors send ".*" with the whole new set.
func (p *Printer) applyTags(f PrinterFields, most int) error {
	tags, err := changeList(p.Tags, f.RemoveTags, f.AddTags, most)
	if err != nil {
		return err
	}
	data, err := changeList(p.Data, f.RemoveData, f.AddData, most)
	if err != nil {
		return err
	}
	p.Tags, p.Data = tags, data
	return nil
}

// changeList removes what a pattern matches as a whole and adds what is not there
// yet. The list given is not changed. Go's regular expressions need time in
// proportion to their input, so that no pattern can keep the service busy.
func changeList(list, remove, add []string, most int) ([]string, error) {
	list = slices.Clone(list)
	for _, pattern := range remove {
		re, err := regexp.Compile("^(?:" + pattern + ")$")
		if err != nil {
			return nil, &Error{Kind: KindInvalid, Message: "A pattern of tags to remove is not a regular expression.", Cause: err}
		}
		list = slices.DeleteFunc(list, re.MatchString)
	}
	for _, v := range add {
		// Tags that begin with ^ are the service's own.
		if v = ValidText(v); v != "" && !strings.HasPrefix(v, "^") && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	if len(list) > most {
		return nil, &Error{Kind: KindTooLarge, Message: fmt.Sprintf("There are more than %d tags, which is the limit (tags_per_printer).", most)}
	}
	return list, nil
}

// applyState replaces the device's state, or merges members into it.
func (p *Printer) applyState(f PrinterFields) error {
	if len(f.SemanticState) > 0 {
		var state gcp.CDS
		if err := json.Unmarshal(f.SemanticState, &state); err != nil {
			return &Error{Kind: KindInvalid, Message: "The semantic_state is not a device state.", Cause: err}
		}
		p.SemanticState = json.RawMessage(f.SemanticState)
	}
	if len(f.SemanticStateDiff) == 0 {
		return nil
	}
	merged, err := mergeJSON(p.SemanticState, f.SemanticStateDiff)
	if err != nil {
		return &Error{Kind: KindInvalid, Message: "The semantic_state_diff is not a device state.", Cause: err}
	}
	p.SemanticState = merged
	return nil
}

// mergeJSON merges the members of an object into another, as RFC 7396 does but
// for null, which no device sends.
func mergeJSON(base, diff json.RawMessage) (json.RawMessage, error) {
	var from map[string]json.RawMessage
	if err := json.Unmarshal(diff, &from); err != nil {
		return nil, err
	}
	into := map[string]json.RawMessage{}
	if len(base) > 0 {
		if err := json.Unmarshal(base, &into); err != nil {
			return nil, err
		}
	}
	for name, v := range from {
		if old, ok := into[name]; ok && isObject(old) && isObject(v) {
			m, err := mergeJSON(old, v)
			if err != nil {
				return nil, err
			}
			v = m
		}
		into[name] = v
	}
	return json.Marshal(into)
}

func isObject(raw json.RawMessage) bool { return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) }

// applyCapabilities keeps a CDD as it came, and the text of older printers as a
// JSON string. The label on the request is not to be trusted, so look: a PPD
// begins with "*PPD-Adobe", PrintCapabilities are XML.
func (p *Printer) applyCapabilities(caps []byte) error {
	if len(caps) == 0 {
		return nil
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(caps, []byte("\xef\xbb\xbf")))
	if isObject(text) {
		var cdd gcp.CDD
		if err := json.Unmarshal(text, &cdd); err != nil {
			return &Error{Kind: KindInvalid, Message: "The capabilities are not a device description (CDD).", Cause: err}
		}
		p.Capabilities, p.CapsFormat = json.RawMessage(text), ""
	} else {
		quoted, err := json.Marshal(ValidText(string(caps)))
		if err != nil {
			return fmt.Errorf("encode capabilities: %w", err)
		}
		p.Capabilities, p.CapsFormat = quoted, "ppd"
		if bytes.HasPrefix(text, []byte("<")) {
			p.CapsFormat = "xps"
		}
	}
	return nil
}

// settle takes over a device's current settings, and drops what was pending and
// is now so.
func settle(l gcp.LocalSettings, current *gcp.Settings) gcp.LocalSettings {
	l.Current = current
	if l.Pending == nil || current == nil {
		return l
	}
	p := *l.Pending
	for _, m := range []struct {
		want **bool
		have *bool
	}{
		{&p.LocalDiscovery, current.LocalDiscovery},
		{&p.AccessTokenEnabled, current.AccessTokenEnabled},
		{&p.LocalPrintingEnabled, current.LocalPrintingEnabled},
		{&p.ConversionPrintingEnabled, current.ConversionPrintingEnabled},
	} {
		if *m.want != nil && m.have != nil && **m.want == *m.have {
			*m.want = nil
		}
	}
	if p.XMPPTimeoutValue != nil && current.XMPPTimeoutValue != nil && *p.XMPPTimeoutValue == *current.XMPPTimeoutValue {
		p.XMPPTimeoutValue = nil
	}
	l.Pending = &p
	if p == (gcp.Settings{}) {
		l.Pending = nil
	}
	return l
}

// digestOf names bytes by their content.
func digestOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
