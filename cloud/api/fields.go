package api

import (
	"bytes"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// fields reads what /register and /update set. Both spellings of each name are
// known: one client has its names from an archived description in camel case.
func (c *call) fields() (cloud.PrinterFields, error) {
	a := c.args
	f := cloud.PrinterFields{
		Name: a.text("name", "printer"), DisplayName: a.text("display_name", "displayName"),
		DefaultDisplayName: a.text("default_display_name", "defaultDisplayName"),
		Description:        a.text("description"), UUID: a.text("uuid"), Manufacturer: a.text("manufacturer"),
		Model: a.text("model"), GCPVersion: a.text("gcp_version", "gcpVersion"), Firmware: a.text("firmware"),
		SetupURL: a.text("setup_url", "setupUrl"), SupportURL: a.text("support_url", "supportUrl"),
		UpdateURL: a.text("update_url", "updateUrl"), Status: a.text("status"), Proxy: a.text("proxy"),
		CapsHash: a.text("capsHash", "caps_hash"), Defaults: a.text("defaults"),
		ContentTypes: a.text("content_types", "contentTypes", "supportedContentTypes"),
		RemoveTags:   append(a["remove_tag"], a["removeTag"]...), AddTags: a["tag"],
		RemoveData: append(a["remove_data"], a["removeData"]...), AddData: a["data"],
		NotificationChannel: a.text("notification_channel", "notificationChannel"),
		TOSAccepted:         a.flag("is_tos_accepted", "isTosAccepted"), Public: a.flag("public"),
		QuotaEnabled: a.flag("quota_enabled", "quotaEnabled"), DailyQuota: a.number("daily_quota", "dailyQuota"),
		PersonQuota: a.number("daily_quota_per_person", "dailyQuotaPerPerson"),
		ExpireAfter: a.number("expire_after", "expireAfter"),
	}
	var err error
	if f.Capabilities, err = strict(a.get("capabilities"), "capabilities"); err != nil {
		return f, err
	}
	if f.SemanticState, err = strict(a.first("semantic_state", "semanticState"), "semantic_state"); err != nil {
		return f, err
	}
	if f.SemanticStateDiff, err = strict(a.first("semantic_state_diff", "semanticStateDiff"), "semantic_state_diff"); err != nil {
		return f, err
	}
	if s := a.first("local_settings", "localSettings"); s != "" {
		f.LocalSettings = new(gcp.LocalSettings)
		if err := gcp.DecodeLenient([]byte(s), f.LocalSettings); err != nil {
			return f, invalid("The argument local_settings is not a set of settings.")
		}
	}
	return f, nil
}

// strict returns an object in strict JSON, however the client wrote it; anything
// else than an object (a PPD, for example) as it is.
func strict(text, name string) ([]byte, error) {
	if text == "" {
		return nil, nil
	}
	raw := []byte(text)
	if !strings.HasPrefix(strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")), "{") {
		if name != "capabilities" {
			return nil, invalid("The argument " + name + " is not an object.")
		}
		return raw, nil
	}
	out, err := gcp.StrictJSON(bytes.TrimPrefix(raw, []byte("\ufeff")))
	if err != nil {
		return nil, invalid("The argument " + name + " is not readable JSON.")
	}
	return out, nil
}
