package connector

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"platen/gcp"
	"platen/printer"
)

// hash returns a fingerprint of what the service is told of a printer beside its
// state.
func hash(p printer.Printer) string {
	b, err := json.Marshal(append([]string{
		WireName(p), p.UUID, serialMark(p), deviceMark(p), p.Info, p.Location, p.Manufacturer, p.Model, p.Firmware, p.MoreInfo, p.CapsHash,
	}, p.Tags...))
	if err != nil {
		return "" // strings always encode
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// stateKey returns what of a state matters: whether it must be told again.
func stateKey(s gcp.CDS) string {
	b, err := json.Marshal(s.Printer)
	if err != nil {
		return ""
	}
	return string(b)
}

// missingState is the state of a printer that was there and is not found now. ask
// is what a person should be asked of it, or "".
func missingState(ask string) gcp.CDS {
	words := "printer not found on its connector"
	if ask != "" {
		words += ": " + ask
	}
	return gcp.CDS{Version: "1.0", Printer: &gcp.PrinterState{
		State: gcp.PrinterStopped,
		VendorState: &gcp.VendorStateSection{Item: []gcp.VendorStateItem{
			{State: gcp.VendorError, Description: words},
		}},
	}}
}

// withFullSpool returns s with the words that the disk has no room for jobs.
func withFullSpool(s gcp.CDS) gcp.CDS {
	p := gcp.PrinterState{State: gcp.PrinterIdle}
	if s.Printer != nil {
		p = *s.Printer
	}
	v := gcp.VendorStateSection{}
	if p.VendorState != nil {
		v.Item = slices.Clone(p.VendorState.Item)
	}
	v.Item = append(v.Item, gcp.VendorStateItem{State: gcp.VendorError, Description: "spool full"})
	p.VendorState = &v
	s.Printer = &p
	return s
}
