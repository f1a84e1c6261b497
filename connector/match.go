package connector

import (
	"maps"
	"slices"

	"platen/printer"
)

// face is what a printer is recognised by; "" says nothing. Serial number and
// address of the device are marks, see identify.go.
type face struct{ name, uuid, serial, device string }

func faceOf(p printer.Printer) face {
	return face{name: string(p.Name), uuid: p.UUID, serial: serialMark(p), device: deviceMark(p)}
}

func (id Identity) face() face {
	return face{name: string(id.Name), uuid: id.UUID, serial: id.Serial, device: id.Device}
}

// rule is one kind of evidence that a local printer is the one of an identity.
type rule func(p, id face, own bool) bool

// rules are the kinds of evidence, the best first. own means that this connector
// has told the service of the identity itself.
func rules() []rule {
	return []rule{
		func(p, id face, own bool) bool { return own && p.uuid != "" && p.name == id.name && p.uuid == id.uuid },
		func(p, id face, _ bool) bool { return p.uuid != "" && p.name == id.name && p.uuid == id.uuid },
		func(p, id face, _ bool) bool { return p.uuid != "" && p.uuid == id.uuid },
		func(p, id face, _ bool) bool { return p.serial != "" && p.serial == id.serial },
		func(p, id face, _ bool) bool {
			other := p.serial != "" && id.serial != "" && p.serial != id.serial // at the same address
			return p.device != "" && p.device == id.device && !other
		},
		func(p, id face, _ bool) bool { return p.name != "" && p.name == id.name },
	}
}

// matching says which local printer is which identity.
type matching struct {
	found  []int   // for each local printer the index of its identity, or -1
	unsure [][]int // for each without one those that it may be, in ascending order
}

// match recognises the local printers. The evidence is looked at in the order of
// rules, and counts only where it ties one printer to one identity; an identity in
// use by a printer that is there is no longer to be had. What is ambiguous may be
// decided by the next kind of evidence, but only among those that the better kind
// named. gone says of an identity whether its printer would have been seen under
// its old name: only then can it have got another one. No identity is given twice,
// and the order of locals and ids does not matter.
func match(locals []printer.Printer, ids []Identity, gone func(Identity) bool) matching {
	m := newMatcher(locals, ids, gone)
	for m.round() { // each tie may leave one candidate where there were two
	}
	return m.result()
}

type matcher struct {
	ids    []Identity
	gone   func(Identity) bool
	locals []face
	known  []face
	found  []int         // by local
	freeL  []int         // locals without identity
	freeK  []int         // identities without local
	may    map[int][]int // local to the identities that the best evidence names
	mayBe  map[int][]int // and back
}

func newMatcher(locals []printer.Printer, ids []Identity, gone func(Identity) bool) *matcher {
	m := &matcher{ids: ids, gone: gone, found: slices.Repeat([]int{-1}, len(locals))}
	for i, p := range locals {
		m.locals, m.freeL = append(m.locals, faceOf(p)), append(m.freeL, i)
	}
	for k, id := range ids {
		m.known, m.freeK = append(m.known, id.face()), append(m.freeK, k)
	}
	return m
}

// round goes through the evidence once, and reports whether it tied anything.
func (m *matcher) round() bool {
	m.may, m.mayBe = map[int][]int{}, map[int][]int{}
	return slices.ContainsFunc(rules(), m.apply)
}

// apply ties what one kind of evidence makes unambiguous, and else keeps whom it
// names.
func (m *matcher) apply(r rule) bool {
	named, namedBy := map[int][]int{}, map[int][]int{}
	for _, i := range m.freeL {
		for _, k := range m.freeK {
			if r(m.locals[i], m.known[k], m.ids[k].Hash != "") && allows(m.may[i], k) && allows(m.mayBe[k], i) {
				named[i], namedBy[k] = append(named[i], k), append(namedBy[k], i)
			}
		}
	}
	tied := false
	for i, ks := range named {
		if k := ks[0]; len(ks) == 1 && len(namedBy[k]) == 1 && m.mayMove(i, k) {
			m.found[i], tied = k, true
		}
	}
	if tied {
		m.freeL = slices.DeleteFunc(m.freeL, func(i int) bool { return m.found[i] >= 0 })
		m.freeK = slices.DeleteFunc(m.freeK, func(k int) bool { return slices.Contains(m.found, k) })
		return true
	}
	maps.Copy(m.may, named)
	maps.Copy(m.mayBe, namedBy)
	return false
}

func allows(only []int, x int) bool { return only == nil || slices.Contains(only, x) }

// mayMove reports whether an identity can belong to a local printer now: under its
// old name always, under another one only if the old one is gone.
func (m *matcher) mayMove(i, k int) bool {
	return m.locals[i].name == m.known[k].name || m.gone(m.ids[k])
}

func (m *matcher) result() matching {
	unsure := make([][]int, len(m.locals))
	for _, i := range m.freeL {
		unsure[i] = m.may[i]
	}
	return matching{found: m.found, unsure: unsure}
}
