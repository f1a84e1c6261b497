package printer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/gcp/ticket"
)

// The vendor capabilities that do not become the attribute of their own name.
const (
	finishingsID = "finishings" // also "finishings/staple" and so on: joined to one attribute
	templateID   = "finishing-template"
	sourceID     = "media-source"
	typeID       = "media-type"
	numberUpID   = ticket.NumberUp
	qualityID    = "print-quality"
	turnID       = "orientation-requested"
	directionID  = "presentation-direction-number-up"
	passwordID   = "job-password"
	ppdPrefix    = "ppd:"
)

// ourDirection is the value of presentation-direction-number-up that the renderer
// lays out pages by (PWG 5100.3, 3.13).
const ourDirection = "toright-tobottom"

// noFinishing is the value of finishings for none (RFC 8011, 5.2.6).
const noFinishing = 3

// vendorWish is what a ticket's vendor items ask for.
type vendorWish struct {
	finishings []int // of the groups that the ticket names; may hold noFinishing
	groups     []string
	template   string
	quality    int // print-quality, 0 if not asked for
	direction  string
	turn       bool             // the orientation is among attrs
	attrs      goipp.Attributes // everything else, ready
}

// vendorTag returns the syntax of an attribute that a vendor capability names. What
// is not listed is a keyword.
func vendorTag(id string) goipp.Tag {
	switch id {
	case numberUpID, "job-priority", "print-darkness", "print-speed", "job-pages-per-set":
		return goipp.TagInteger
	case finishingsID, qualityID, turnID:
		return goipp.TagEnum
	case passwordID, "document-password":
		return goipp.TagString
	case "job-account-id", "job-accounting-user-id":
		return goipp.TagName
	}
	return goipp.TagKeyword
}

// readVendor reads the vendor items. An id that the printer does not know is among
// the notes already; one without a value asks for nothing.
func (w *wish) readVendor() error {
	seen := map[string]bool{}
	for _, item := range w.asked.VendorTicketItem {
		c := find(w.can.VendorCapability, func(c gcp.VendorCapability) bool { return c.ID == item.ID })
		if c == nil || item.Value == "" || seen[item.ID] {
			continue
		}
		seen[item.ID] = true
		if err := w.readItem(*c, string(item.Value)); err != nil {
			return err
		}
	}
	if w.asksTwice("JobType") {
		return refuse("The ticket asks for a locked print and for another type of job.")
	}
	if w.vendor.turn && w.orientation != "" {
		return refuse("The ticket asks for two orientations.")
	}
	if w.vendor.template != "" && slices.ContainsFunc(w.vendor.finishings, func(n int) bool { return n != noFinishing }) {
		return refuse("The ticket asks for finishings in two ways, of which the printer takes one.") // PWG 5100.1, 5.2
	}
	return nil
}

// asksTwice reports whether two items became the same attribute.
func (w *wish) asksTwice(name string) bool {
	n := 0
	for _, a := range w.vendor.attrs {
		if a.Name == name {
			n++
		}
	}
	return n > 1
}

func (w *wish) readItem(c gcp.VendorCapability, value string) error {
	v := &w.vendor
	switch group, _, _ := strings.Cut(c.ID, "/"); {
	case strings.HasPrefix(c.ID, ppdPrefix):
		return w.readPPD(c, value)
	case group == finishingsID:
		n, err := number(c, value)
		v.finishings, v.groups = append(v.finishings, n), append(v.groups, c.ID)
		return err
	case c.ID == templateID:
		v.template = value
		return nil
	case c.ID == sourceID:
		w.media.source = value
		return nil
	case c.ID == typeID:
		w.media.kind = value
		return nil
	case c.ID == numberUpID:
		n, err := number(c, value)
		w.numberUp = n
		return err
	case c.ID == passwordID:
		attrs, err := w.caps.Password.attributes(value)
		v.attrs = append(v.attrs, attrs...)
		return err
	}
	a, err := vendorAttribute(c, value)
	if err != nil {
		return err
	}
	switch c.ID {
	case qualityID:
		v.quality, err = number(c, value)
	case turnID:
		v.turn = true
	case directionID:
		v.direction = value
		return nil
	}
	v.attrs.Add(a)
	return err
}

// vendorAttribute makes the attribute of a vendor item by the type that its name has.
func vendorAttribute(c gcp.VendorCapability, value string) (goipp.Attribute, error) {
	if !attributeName(c.ID) {
		return goipp.Attribute{}, refuse("The printer's option %s cannot be chosen.", named(c))
	}
	switch tag := vendorTag(c.ID); tag {
	case goipp.TagInteger, goipp.TagEnum:
		n, err := number(c, value)
		return integer(c.ID, tag, n), err
	case goipp.TagString:
		return goipp.MakeAttribute(c.ID, tag, goipp.Binary(value)), nil
	case goipp.TagName:
		if len(value) > maxName {
			return goipp.Attribute{}, refuse("The text for %s is longer than %d bytes.", named(c), maxName)
		}
		return goipp.MakeAttribute(c.ID, tag, goipp.String(value)), nil
	}
	if len(value) > maxName {
		return goipp.Attribute{}, refuse("The text for %s is longer than %d bytes.", named(c), maxName)
	}
	return keyword(c.ID, value), nil
}

// readPPD makes the job attribute by which CUPS hears of a PPD option: its keyword,
// with the choice.
func (w *wish) readPPD(c gcp.VendorCapability, value string) error {
	if c.ID == lockedPrintID && w.caps.LockedPrint != nil {
		attrs, err := w.caps.LockedPrint.attributes(value)
		w.vendor.attrs = append(w.vendor.attrs, attrs...)
		return err
	}
	name := strings.TrimPrefix(c.ID, ppdPrefix)
	if !attributeName(name) || len(value) > maxName {
		return refuse("The printer's option %s cannot be chosen.", named(c))
	}
	if c.TypedValueCap != nil && c.TypedValueCap.ValueType == gcp.ValueBoolean {
		yes, err := strconv.ParseBool(value)
		if err != nil {
			return refuse("%q is neither true nor false for %s.", value, named(c))
		}
		value = map[bool]string{true: "True", false: "False"}[yes]
	}
	w.vendor.attrs.Add(keyword(name, value))
	return nil
}

// number reads a value as a number of IPP (RFC 8011, 5.1.5).
func number(c gcp.VendorCapability, value string) (int, error) {
	n, err := strconv.ParseInt(value, 10, 32)
	if err != nil {
		return 0, refuse("%q is no whole number for %s.", value, named(c))
	}
	return int(n), nil
}

func named(c gcp.VendorCapability) string {
	if c.DisplayName != "" {
		return fmt.Sprintf("%q", c.DisplayName)
	}
	return fmt.Sprintf("%q", c.ID)
}

// finishings joins the groups: what the ticket chooses in some, and in the others
// what the printer does by itself. Nil: the ticket names none.
func (w *wish) finishings() []int {
	v := w.vendor
	if len(v.groups) == 0 {
		return nil
	}
	all := slices.Clone(v.finishings)
	for _, c := range w.can.VendorCapability {
		group, _, _ := strings.Cut(c.ID, "/")
		if group != finishingsID || slices.Contains(v.groups, c.ID) || c.SelectCap == nil {
			continue
		}
		if o := find(c.SelectCap.Option, func(o gcp.SelectCapOption) bool { return o.IsDefault }); o != nil {
			if n, err := strconv.Atoi(string(o.Value)); err == nil {
				all = append(all, n)
			}
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	if len(all) > 1 {
		all = slices.DeleteFunc(all, func(n int) bool { return n == noFinishing })
	}
	return all
}

// finished reports whether the ticket asks for stapling, folding and the like.
func (w *wish) finished() bool {
	return w.vendor.template != "" || slices.ContainsFunc(w.vendor.finishings, func(n int) bool { return n != noFinishing })
}

// vendorAttributes makes the attributes of the vendor items.
func (w *wish) vendorAttributes(r route) (goipp.Attributes, error) {
	var out goipp.Attributes
	if n := w.numberUpAttribute(r); n > 0 {
		out.Add(integer(numberUpID, goipp.TagInteger, n))
	}
	if all := w.finishings(); len(all) > 0 && w.vendor.template == "" {
		a := goipp.Attribute{Name: finishingsID}
		for _, n := range all {
			a.Values.Add(goipp.TagEnum, goipp.Integer(n))
		}
		out.Add(a)
	}
	if t := w.vendor.template; t != "" {
		out.Add(goipp.MakeAttribute("finishings-col", goipp.TagBeginCollection, goipp.Collection{keyword(templateID, t)}))
	}
	if r.layout && (w.vendor.turn || w.vendor.direction != "" && w.vendor.direction != ourDirection && w.numberUp > 1) {
		return nil, refuse("The pages of this document are laid out before the printer gets it, and not in the order or direction that the ticket asks for.")
	}
	if d := w.vendor.direction; d != "" && !r.layout {
		out.Add(keyword(directionID, d))
	}
	return append(out, w.vendor.attrs...), nil
}

// numberUpAttribute returns what the printer is asked for, 0 for nothing. One that
// puts several pages on a side by itself must not do so with finished sheets.
func (w *wish) numberUpAttribute(r route) int {
	n := w.numberUp
	if r.layout {
		n = min(1, w.usualNumberUp()-1)
	}
	if n == 1 && !w.numberUpOffered(1) || w.caps.Rendered.NumberUp && !w.caps.Native.NumberUp {
		return 0
	}
	return n
}

func (w *wish) numberUpOffered(n int) bool {
	c := find(w.can.VendorCapability, func(c gcp.VendorCapability) bool { return c.ID == numberUpID })
	return c != nil && c.SelectCap != nil && slices.ContainsFunc(c.SelectCap.Option, func(o gcp.SelectCapOption) bool {
		return string(o.Value) == strconv.Itoa(n)
	})
}

// usualNumberUp is how many pages the printer puts on a side by itself.
func (w *wish) usualNumberUp() int {
	c := find(w.can.VendorCapability, func(c gcp.VendorCapability) bool { return c.ID == numberUpID })
	if c == nil || c.SelectCap == nil {
		return 1
	}
	o := find(c.SelectCap.Option, func(o gcp.SelectCapOption) bool { return o.IsDefault })
	if o == nil {
		return 1
	}
	n, err := strconv.Atoi(string(o.Value))
	if err != nil {
		return 1
	}
	return max(n, 1)
}
