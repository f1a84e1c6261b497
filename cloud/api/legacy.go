package api

import (
	"encoding/json"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// legacyFeature is one choice of an older printer, as its array lists it.
type legacyFeature struct {
	Name        string         `json:"name"`
	DisplayName string         `json:"displayName"`
	Type        string         `json:"type"`
	Options     []legacyOption `json:"options"`
}

type legacyOption struct {
	Name        string `json:"name"`
	DisplayName string `json:"displayName"`
	Default     bool   `json:"default,omitempty"`
	Value       string `json:"ppd:value"`
}

// capabilitiesOf returns a printer's capabilities in the form asked for: a CDD
// printer has a CDD only; an older one an array, or a CDD made from it.
func capabilitiesOf(p *cloud.PrinterView, useCDD *bool) json.RawMessage {
	if p.CapsFormat == "" {
		if len(p.Capabilities) == 0 {
			return json.RawMessage(`{"version":"1.0","printer":{}}`)
		}
		return p.Capabilities
	}
	var text string
	_ = json.Unmarshal(p.Capabilities, &text) // checked when it was stored
	features := []legacyFeature{}
	if p.CapsFormat == "ppd" {
		features = append(features, readPPD(text)...)
	}
	var v any = features
	if useCDD != nil && *useCDD {
		v = cddOf(p, features)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage(`[]`)
	}
	return b
}

// cddOf offers each choice of a PPD as it is: the names are the PPD's own, so
// that they come back in the ticket as the connector knows them.
func cddOf(p *cloud.PrinterView, features []legacyFeature) gcp.CDD {
	cdd := gcp.CDD{Version: "1.0"}
	for kind := range strings.SplitSeq(p.ContentTypes, ",") {
		if kind = strings.TrimSpace(kind); kind != "" {
			cdd.Printer.SupportedContentType = append(cdd.Printer.SupportedContentType, gcp.SupportedContentType{ContentType: kind})
		}
	}
	if cdd.Printer.SupportedContentType == nil {
		cdd.Printer.SupportedContentType = []gcp.SupportedContentType{{ContentType: "application/pdf"}}
	}
	for _, f := range features {
		var options []gcp.SelectCapOption
		for _, o := range f.Options {
			options = append(options, gcp.SelectCapOption{Value: gcp.Text(o.Name), DisplayName: o.DisplayName, IsDefault: o.Default})
		}
		cdd.Printer.VendorCapability = append(cdd.Printer.VendorCapability, gcp.VendorCapability{
			ID: f.Name, DisplayName: f.DisplayName, Type: gcp.VendorSelect, SelectCap: &gcp.SelectCap{Option: options},
		})
	}
	return cdd
}

// readPPD lists the choices of a PPD: the keywords between *OpenUI and *CloseUI
// (PPD specification 4.3, 5.2) and their options.
func readPPD(text string) []legacyFeature {
	var list []legacyFeature
	defaults := map[string]string{}
	open := -1
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok || !strings.HasPrefix(key, "*") {
			if strings.HasPrefix(line, "*CloseUI") {
				open = -1
			}
			continue
		}
		word, rest, _ := strings.Cut(key, " ")
		value = strings.TrimSpace(value)
		switch {
		case word == "*OpenUI" || word == "*JCLOpenUI":
			name, shown := translation(strings.TrimPrefix(strings.TrimSpace(rest), "*"))
			list = append(list, legacyFeature{Name: name, DisplayName: shown, Type: "Feature", Options: []legacyOption{}})
			open = len(list) - 1
		case word == "*CloseUI" || word == "*JCLCloseUI":
			open = -1
		case strings.HasPrefix(word, "*Default"):
			defaults[strings.TrimPrefix(word, "*Default")] = value
		case open >= 0 && word == "*"+list[open].Name && rest != "":
			name, shown := translation(strings.TrimSpace(rest))
			list[open].Options = append(list[open].Options, legacyOption{
				Name: name, DisplayName: shown, Value: strings.Trim(value, `"`),
			})
		}
	}
	for i := range list {
		for k := range list[i].Options {
			list[i].Options[k].Default = list[i].Options[k].Name == defaults[list[i].Name]
		}
	}
	return list
}

// translation splits "A4/A4 Paper" into the keyword and what people read.
func translation(s string) (name, shown string) {
	name, shown, ok := strings.Cut(s, "/")
	if !ok || shown == "" {
		shown = name
	}
	return name, shown
}
