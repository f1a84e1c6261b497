package printer

import (
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// supplyKind says which supplies a reason speaks of.
type supplyKind string

// The kinds that reasons tell apart. Others are what marker-types calls them.
const (
	colorant  supplyKind = ""          // whatever makes the print
	toner     supplyKind = "toner"     // and none if there is no toner
	ink       supplyKind = "ink"       // likewise
	developer supplyKind = "developer" // these five are told by few printers
	drum      supplyKind = "opc"
	fuser     supplyKind = "fuser"
	cleaner   supplyKind = "cleaner"
	ribbon    supplyKind = "ribbon"
	waste     supplyKind = "waste"
	staples   supplyKind = "staples"
)

// suppliesOf returns which supplies a reason speaks of; false for none.
func suppliesOf(word string) (supplyKind, bool) {
	for _, k := range []struct {
		prefix string
		kind   supplyKind
	}{
		{"marker-waste", waste},
		{"marker-toner", toner},
		{"toner-", toner},
		{"marker-ink", ink},
		{"marker-developer", developer},
		{"developer-", developer},
		{"marker-opc", drum},
		{"opc-", drum},
		{"marker-fuser", fuser},
		{"fuser-", fuser},
		{"marker-cleaner", cleaner},
		{"cleaner-", cleaner},
		{"marker-print-ribbon", ribbon},
		{"marker-", colorant},
		{"lamp-", colorant},
		{"laser-", colorant},
		{"stapler-", staples},
	} {
		if strings.HasPrefix(word, k.prefix) {
			return k.kind, true
		}
	}
	return "", false
}

// supply is one supply of a printer.
type supply struct {
	id    string // of the marker in the CDD
	kind  string // of marker-types (PWG 5100.9, 5.2)
	level int    // in percent; negative if it is not known
	spent bool   // nothing is left, or of a waste container: no room is left
	low   bool   // little is left, by what the printer takes for little
}

// matches reports whether a supply is of a kind.
func (s supply) matches(k supplyKind) bool {
	if strings.HasPrefix(s.kind, "waste") || s.kind == "staples" {
		return strings.HasPrefix(s.kind, string(k)) && k != colorant
	}
	if k != colorant {
		return strings.Contains(s.kind, string(k))
	}
	for _, worn := range []supplyKind{drum, developer, fuser, cleaner, "transfer", "pad", "bander", "binding", "wire"} {
		if strings.Contains(s.kind, string(worn)) {
			return false
		}
	}
	return true
}

// suppliesIn reads the levels of the described markers.
func suppliesIn(m attributes, described []gcp.Marker) []supply {
	levels, low, high := m.numbers("marker-levels"), m.numbers("marker-low-levels"), m.numbers("marker-high-levels")
	types := kindsOfSupplies(m, len(described))
	list := make([]supply, len(described))
	for i, k := range described {
		s := supply{id: k.VendorID, kind: kindOfMarker(k.Type), level: -1}
		if types != nil {
			s.kind = types[i]
		}
		if len(levels) == len(described) {
			s.level = levels[i]
		}
		if s.level < 0 || s.level > 100 {
			s.level = tableLevel(m, i, len(described))
		}
		mark, full := 1, 100
		if len(low) == len(described) && low[i] >= 0 {
			mark = low[i]
			s.low = s.level >= 0 && s.level <= mark
		}
		if len(high) == len(described) && high[i] > 0 {
			full = high[i]
		}
		switch {
		case s.level < 0:
		case strings.HasPrefix(s.kind, "waste"): // it counts up
			s.spent = s.level >= full
		case saysLowOnly(m):
			s.spent = s.level <= 1
		default:
			s.spent = s.level <= mark
		}
		list[i] = s
	}
	return list
}

// kindsOfSupplies returns what each of the described supplies is, by marker-types or
// else by the printer's own table; nil if that cannot be told.
func kindsOfSupplies(m attributes, supplies int) []string {
	if types := m.texts("marker-types"); len(types) == supplies {
		return types
	}
	rows := m["printer-supply"]
	if len(rows) != supplies {
		return nil
	}
	var kinds []string
	for _, r := range rows {
		kinds = append(kinds, kebab(fields(r.V)["type"]))
	}
	return kinds
}

// saysLowOnly reports whether the printer says that something is low and nothing
// is empty: it is to be believed, whatever it takes for low.
func saysLowOnly(m attributes) bool {
	low := false
	for _, keyword := range m.texts("printer-state-reasons") {
		switch mean := readReason(keyword).mean; {
		case mean.part != partMarker, mean.supplies == waste, mean.supplies == staples:
		case mean.state == gcp.UnitExhausted:
			return false
		case mean.state == gcp.UnitOK:
			low = true
		}
	}
	return low
}

func kindOfMarker(t gcp.MarkerType) string {
	switch t {
	case gcp.MarkerToner:
		return "toner"
	case gcp.MarkerInk:
		return "ink"
	case gcp.MarkerStaples:
		return "staples"
	}
	return "other"
}

// tableLevel returns the level of supply i by the printer's own table, which has
// its maximum (PWG 5100.13, printer-supply), or -1.
func tableLevel(m attributes, i, supplies int) int {
	rows := m["printer-supply"]
	if len(rows) != supplies {
		return -1
	}
	if level, ok := percentOf(fields(rows[i].V)); ok {
		return level
	}
	return -1
}

// percentOf returns the level of a row of a printer's table.
func percentOf(row map[string]string) (int, bool) {
	level, err := strconv.Atoi(row["level"])
	if err != nil || level < 0 { // of the Printer MIB: other, unknown, some left
		return 0, false
	}
	if level == 0 {
		return 0, true
	}
	most, err := strconv.Atoi(row["maxcapacity"])
	if err != nil || most <= 0 || level > most {
		return 0, false
	}
	return max(1, int(int64(level)*100/int64(most))), true // a little is not nothing
}

// fields reads "type=toner;level=10;" (PWG 5100.13).
func fields(v goipp.Value) map[string]string {
	var text string
	switch s := v.(type) {
	case goipp.Binary:
		text = string(s)
	case goipp.String:
		text = string(s)
	}
	row := map[string]string{}
	for item := range strings.SplitSeq(text, ";") {
		if name, value, ok := strings.Cut(item, "="); ok {
			row[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return row
}
