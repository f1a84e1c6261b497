package connector

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"platen/gcp"
	"platen/printer"
)

// match returns for each of the local printers the index of its identity, or -1.
// A printer is known by its UUID, whatever its name is now; the name decides
// only where the UUID says nothing. No identity is given twice.
func match(locals []printer.Printer, ids []Identity) []int {
	found := slices.Repeat([]int{-1}, len(locals))
	taken := make([]bool, len(ids))
	for _, same := range []func(printer.Printer, Identity) bool{
		func(p printer.Printer, id Identity) bool {
			return p.UUID != "" && p.UUID == id.UUID && p.Name == id.Name
		},
		func(p printer.Printer, id Identity) bool { return p.UUID != "" && p.UUID == id.UUID },
		func(p printer.Printer, id Identity) bool { return p.Name == id.Name },
	} {
		for i, p := range locals {
			if found[i] >= 0 {
				continue
			}
			for k, id := range ids {
				if !taken[k] && same(p, id) {
					found[i], taken[k] = k, true
					break
				}
			}
		}
	}
	return found
}

// hash returns a fingerprint of what the service is told of a printer beside its
// state.
func hash(p printer.Printer) string {
	b, err := json.Marshal([]string{
		string(p.Name), p.UUID, p.Info, p.Location, p.Manufacturer, p.Model, p.Firmware, p.MoreInfo, p.CapsHash,
	})
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

// missingState is the state of a printer that was there and is not found now.
func missingState() gcp.CDS {
	return gcp.CDS{Version: "1.0", Printer: &gcp.PrinterState{
		State: gcp.PrinterStopped,
		VendorState: &gcp.VendorStateSection{Item: []gcp.VendorStateItem{
			{State: gcp.VendorError, Description: "printer not found on its connector"},
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
