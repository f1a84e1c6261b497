package printer

import (
	"slices"
	"strings"

	"platen/gcp"
)

// levels tells how much is left of each supply. What is not known is left out.
func (b *stateBuilder) levels() {
	told := false
	for _, s := range b.supplies {
		told = told || s.level >= 0
	}
	if !told {
		return
	}
	b.s.MarkerState = &gcp.UnitStates{}
	for _, s := range b.supplies {
		item := gcp.UnitStateItem{VendorID: s.id, State: gcp.UnitOK}
		if s.level >= 0 {
			item.LevelPercent = &s.level
		}
		if s.spent {
			item.State = gcp.UnitExhausted
		}
		b.s.MarkerState.Item = append(b.s.MarkerState.Item, item)
	}
}

// affected returns the supplies that a reason speaks of: of its kind those that are
// spent, or run low, or else all. Where the printer has none of that kind, it is of those that
// make the print; but a waste container or staples are never taken for them.
func (b *stateBuilder) affected(mean meaning) []string {
	all := b.suppliesOf(mean.supplies)
	if all == nil && mean.supplies != waste && mean.supplies != staples {
		all = b.suppliesOf(colorant)
	}
	some := all
	switch {
	case mean.state == gcp.UnitExhausted:
		some = slices.DeleteFunc(slices.Clone(all), func(s supply) bool { return !s.spent })
	case mean.state == gcp.UnitOK && mean.supplies != waste:
		some = running(all)
	}
	if len(some) == 0 {
		some = all
	}
	var ids []string
	for _, s := range some {
		ids = append(ids, s.id)
	}
	return ids
}

func (b *stateBuilder) suppliesOf(k supplyKind) (of []supply) {
	for _, s := range b.supplies {
		if s.matches(k) {
			of = append(of, s)
		}
	}
	return of
}

// running returns the supplies that run low, without those that are spent: what the
// printer takes for low, or else those of which the least is left.
func running(all []supply) []supply {
	var low, least []supply
	for _, s := range all {
		switch {
		case s.level < 0 || s.spent:
			continue
		case least == nil || s.level < least[0].level:
			least = []supply{s}
		case s.level == least[0].level:
			least = append(least, s)
		}
		if s.low {
			low = append(low, s)
		}
	}
	if low != nil {
		return low
	}
	return least
}

// tray is a described tray of which the printer's own table tells how much is in it
// (PWG 5100.13, printer-input-tray).
type tray struct {
	id    string
	level int // in percent
}

func traysIn(m attributes, d gcp.PrinterDescriptionSection) []tray {
	var list []tray
	for _, v := range m["printer-input-tray"] {
		row := fields(v.V)
		level, ok := percentOf(row)
		for _, u := range d.InputTrayUnit {
			if ok && sameWords(row["name"], u.VendorID) {
				list = append(list, tray{id: u.VendorID, level: level})
			}
		}
	}
	return list
}

// inTrays returns the trays that a reason speaks of: those that are known to be
// empty, or of paper that is low the least filled ones; or else all.
func (b *stateBuilder) inTrays(state gcp.UnitState) []string {
	var ids []string
	least := 101
	for _, t := range b.trays {
		switch {
		case state == gcp.UnitEmpty && t.level == 0, state == gcp.UnitOK && t.level == least:
			ids = append(ids, t.id)
		case state == gcp.UnitOK && t.level > 0 && t.level < least:
			ids, least = []string{t.id}, t.level
		}
	}
	if ids == nil {
		return unitIDs(b.described.InputTrayUnit)
	}
	return ids
}

// filled adds to what is said of a tray how much is in it, where it is known.
func (b *stateBuilder) filled(item gcp.UnitStateItem, id string) gcp.UnitStateItem {
	i := slices.IndexFunc(b.trays, func(t tray) bool { return t.id == id })
	if i >= 0 && item.State == gcp.UnitOK {
		item.LevelPercent = &b.trays[i].level
	}
	return item
}

// sameWords compares a name for people with a keyword: "Tray 1" is "tray-1", also
// at the end of "media-source:tray-1".
func sameWords(name, keyword string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), " ", "-")
	_, value, ok := strings.Cut(keyword, ":")
	if !ok {
		value = keyword
	}
	return name != "" && name == value
}
