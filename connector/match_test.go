package connector

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"platen/gcp"
	"platen/printer"
)

// local reads a printer written as name/uuid/serial/device.
func local(s string) printer.Printer {
	f := strings.Split(s, "/")
	p := printer.Printer{Name: printer.Name(f[0]), UUID: f[1], Serial: f[2], Source: printer.SourceCUPS}
	if f[3] != "" {
		p.DeviceURI = "socket://" + f[3]
	}
	return p
}

// known writes an identity as id=name/uuid/serial/device, of which this connector
// has told the service if id ends in "!".
func known(s string) Identity {
	id, rest, _ := strings.Cut(s, "=")
	p := local(rest)
	k := Identity{ID: gcp.PrinterID(strings.TrimSuffix(id, "!"))}
	k.tie(p)
	if strings.HasSuffix(id, "!") {
		k.Hash = "told"
	}
	return k
}

func all(Identity) bool  { return true }
func none(Identity) bool { return false }

// recognised writes what match found as "name=id", and as "name?id,id" what it was
// not sure of.
func recognised(locals []printer.Printer, ids []Identity, gone func(Identity) bool) []string {
	m := match(locals, ids, gone)
	var out []string
	for i, p := range locals {
		switch k := m.found[i]; {
		case k >= 0:
			out = append(out, fmt.Sprintf("%s=%s", p.Name, ids[k].ID))
		case m.unsure[i] != nil:
			var may []string
			for _, k := range m.unsure[i] {
				may = append(may, string(ids[k].ID))
			}
			slices.Sort(may)
			out = append(out, fmt.Sprintf("%s?%s", p.Name, strings.Join(may, ",")))
		}
	}
	slices.Sort(out)
	return out
}

// The rows of docs/identity.md, and what lies between them.
func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		name   string
		locals []string
		ids    []string
		gone   func(Identity) bool
		want   []string
	}{
		{"nothing changed", []string{"lp/u//d"}, []string{"1=lp/u//d"}, none, []string{"lp=1"}},
		{"renamed in printers.conf", []string{"office/u//d"}, []string{"1=lp/u//d"}, all, []string{"office=1"}},
		{"renamed, known by its serial number", []string{"office/v/s/e"}, []string{"1=lp/u/s/d"}, all, []string{"office=1"}},
		{"renamed, known by its device", []string{"office/v//d"}, []string{"1=lp/u//d"}, all, []string{"office=1"}},
		{"deleted and added again", []string{"lp/v//d"}, []string{"1=lp/u//d"}, none, []string{"lp=1"}},
		{"another device in its place", []string{"lp/v/t/e"}, []string{"1=lp/u/s/d"}, none, []string{"lp=1"}},
		{"another printer at its address", []string{"new/v/t/d"}, []string{"1=lp/u/s/d"}, all, nil},
		{"nothing in common", []string{"new/v/t/e"}, []string{"1=lp/u/s/d"}, all, nil},

		{"the old name may be hidden", []string{"office/v//d"}, []string{"1=lp/u//d"}, none, []string{"office?1"}},
		{"the old name may be hidden, same uuid", []string{"office/u//d"}, []string{"1=lp/u//d"}, none, []string{"office?1"}},
		{"a second queue for one device", []string{"lp/u//d", "photo/v//d"}, []string{"1=lp/u//d"}, all, []string{"lp=1"}},
		{"two queues exchange names", []string{"a/v/t/e", "b/u/s/d"}, []string{"1=a/x/s/d", "2=b/y/t/e"}, all, []string{"a=2", "b=1"}},
		{"all made anew, two for one device", []string{"a/v//d", "b/w//d"}, []string{"1=a/x//d", "2=b/y//d"}, none, []string{"a=1", "b=2"}},
		{"servers change places", []string{"lp/v//e", "lp@cups2/u//d"}, []string{"1=lp/u//d", "2=lp@cups2/v//e"}, all, []string{"lp=2", "lp@cups2=1"}},

		{"a copied image beside the original", []string{"lp/u//d", "lp@cups2/u//e"}, []string{"1=lp/u//d"}, all, []string{"lp=1"}},
		{"both copies known", []string{"lp/u//d", "lp@cups2/u//e"}, []string{"1=lp/u//d", "2=lp@cups2/u//e"}, all, []string{"lp=1", "lp@cups2=2"}},
		{"both copies renamed, devices differ", []string{"a/u//d", "b/u//e"}, []string{"1=lp/u//d", "2=lp@cups2/u//e"}, all, []string{"a=1", "b=2"}},
		{"both copies renamed, one device moved", []string{"a/u//d", "b/u//f"}, []string{"1=lp/u//d", "2=lp@cups2/u//e"}, all, []string{"a=1", "b=2"}},
		{"both copies renamed, nothing tells them apart", []string{"a/u//", "b/u//"}, []string{"1=x/u//", "2=y/u//"}, all, []string{"a?1,2", "b?1,2"}},
		{"one copy, two memories", []string{"a/u//"}, []string{"1=x/u//", "2=y/u//"}, all, []string{"a?1,2"}},
		{"one copy, its name decides", []string{"y/u//"}, []string{"1=x/u//", "2=y/u//"}, all, []string{"y=2"}},
		{"a better rule named two, a weaker one a third", []string{"c/u//"}, []string{"1=x/u//", "2=y/u//", "3=c/v//"}, all, []string{"c?1,2"}},

		{"two memories of one name", []string{"lp/v//"}, []string{"1=lp/u//", "2=lp/w//"}, all, []string{"lp?1,2"}},
		{"our own memory before the list's", []string{"lp/u//"}, []string{"1!=lp/u//", "2=lp/u//"}, all, []string{"lp=1"}},
		{"tied to nothing any more", []string{"lp/u//"}, []string{"1=///"}, all, nil},
		{"one device, two lost queues", []string{"new/w//d"}, []string{"1=a/x//d", "2=b/y//d"}, all, []string{"new?1,2"}},
		{"no uuid in old lists", []string{"lp/u//d"}, []string{"1=lp///"}, none, []string{"lp=1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var locals []printer.Printer
			for _, s := range tt.locals {
				locals = append(locals, local(s))
			}
			var ids []Identity
			for _, s := range tt.ids {
				ids = append(ids, known(s))
			}
			if diff := cmp.Diff(tt.want, recognised(locals, ids, tt.gone)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Whatever the printers are: no identity is given twice, and neither the order of
// the printers nor that of the identities matters.
func TestMatchDoesNotDependOnOrder(t *testing.T) {
	for seed := range uint64(3000) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		pick := func(of ...string) string { return of[rnd.IntN(len(of))] }
		face := func(name string) string {
			return name + "/" + pick("", "u", "v", "w") + "/" + pick("", "", "s", "t") + "/" + pick("", "d", "e", "f")
		}
		var locals []printer.Printer
		for i := range 1 + rnd.IntN(6) { // names are unique
			locals = append(locals, local(face(fmt.Sprintf("q%d", i))))
		}
		var ids []Identity
		for k := range rnd.IntN(7) {
			ids = append(ids, known(fmt.Sprintf("%d%s=%s", k, pick("", "!"), face(pick("q0", "q1", "q2", "q3", "x", "y")))))
		}
		hidden := map[gcp.PrinterID]bool{}
		for _, id := range ids {
			hidden[id.ID] = rnd.IntN(4) == 0
		}
		gone := func(id Identity) bool { return !hidden[id.ID] }
		want := recognised(locals, ids, gone)
		given := map[int]bool{}
		for _, k := range match(locals, ids, gone).found {
			if k >= 0 && given[k] {
				t.Fatalf("seed %d: identity %s was given twice", seed, ids[k].ID)
			}
			given[k] = true
		}
		for range 5 {
			rnd.Shuffle(len(locals), func(i, j int) { locals[i], locals[j] = locals[j], locals[i] })
			rnd.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
			if diff := cmp.Diff(want, recognised(locals, ids, gone)); diff != "" {
				t.Fatalf("seed %d, another order:\n%s", seed, diff)
			}
		}
	}
}

// What is tied once is tied the same way at the next look.
func TestMatchIsSettled(t *testing.T) {
	locals := []printer.Printer{local("a/u//d"), local("b/u//e"), local("c/w/s/")}
	ids := []Identity{known("1=lp/u//d"), known("2=x/u//e"), known("3=old/v/s/")}
	first := match(locals, ids, all).found
	for i, k := range first {
		if k < 0 {
			t.Fatalf("%s is not recognised", locals[i].Name)
		}
		ids[k].tie(locals[i])
	}
	if diff := cmp.Diff(first, match(locals, ids, none).found); diff != "" {
		t.Error(diff)
	}
}

func TestLearned(t *testing.T) {
	for _, tt := range []struct {
		remote gcp.Printer
		want   Identity
	}{
		{gcp.Printer{ID: "1", Name: "lp", UUID: "u"}, Identity{ID: "1", Name: "lp", UUID: "u"}}, // before the wire names
		{
			gcp.Printer{ID: "1", Name: "cups:lp@b", UUID: "u", Tags: []string{"x", "__cp__platen-serial=0a", "__cp__platen-device=0b"}},
			Identity{ID: "1", Name: "lp@b", UUID: "u", Serial: "0a", Device: "0b"},
		},
		{gcp.Printer{ID: "1", Name: "ipp:u"}, Identity{ID: "1", Name: "ipp:u", UUID: "u"}},
		{gcp.Printer{ID: "1", Name: "cups:ipp:x"}, Identity{ID: "1", Name: "ipp:x"}},
	} {
		if diff := cmp.Diff(tt.want, learned(tt.remote)); diff != "" {
			t.Error(diff)
		}
	}
	p := printer.Printer{Name: "lp", UUID: "u", Serial: "s", DeviceURI: "socket://h", Source: printer.SourceCUPS}
	told := learned(gcp.Printer{ID: "1", Name: WireName(p), UUID: p.UUID, Tags: IdentityTags(p)})
	tied := Identity{ID: "1"}
	tied.tie(p)
	if diff := cmp.Diff(tied, told); diff != "" {
		t.Errorf("what a new machine learns is not what this one knows: %s", diff)
	}
}

// The expected value is of: printf VCF9192281 | sha256sum | head -c 16.
func TestMark(t *testing.T) {
	if got := mark("VCF9192281"); got != "86b05ba16002f1d0" || mark("") != "" {
		t.Errorf("marks %q and %q", got, mark(""))
	}
}

func TestDevice(t *testing.T) {
	same := [][]string{
		{"ipp://Printer.local/ipp/print", "ipps://printer.local:631/ipp/print/"},
		{"usb://HP/LaserJet?serial=1", "usb://HP/LaserJet?serial=1"},
	}
	for _, s := range same {
		if device(s[0]) != device(s[1]) || device(s[0]) == "" {
			t.Errorf("%s is %q, %s is %q", s[0], device(s[0]), s[1], device(s[1]))
		}
	}
	for _, s := range []string{"", "file:///dev/null", "file:/dev/null", "///dev/null", "cups-pdf:/", "implicitclass://lp/"} {
		if d := device(s); d != "" {
			t.Errorf("%q names the device %q", s, d)
		}
	}
	seen := map[string]string{}
	for _, s := range []string{"ipp://h/printers/a", "ipp://h/printers/b", "ipp://h:8631/printers/a", "lab:/dir", "usb://HP/LaserJet?serial=1", "dnssd://A%20B._ipp._tcp.local/?uuid=u"} {
		if other, ok := seen[device(s)]; ok {
			t.Errorf("%s and %s are one device", s, other)
		}
		seen[device(s)] = s
	}
}
