package cloud

import (
	"encoding/json"
	"slices"
	"strings"

	"platen/gcp/ticket"
	"platen/internal/impose"
)

// ServedTicket is the job's ticket as a connector gets it: without the items that
// the service carries out on the document.
func (j *Job) ServedTicket() json.RawMessage { return without(j.Ticket, j.Work.Layout) }

// without takes the items that a layout carries out off a ticket. Members that we
// do not know stay.
func without(text json.RawMessage, l impose.Layout) json.RawMessage {
	items := carried(l)
	if len(items) == 0 {
		return text
	}
	var whole, print map[string]json.RawMessage
	if json.Unmarshal(text, &whole) != nil || json.Unmarshal(whole["print"], &print) != nil {
		return text // it was checked when it was submitted
	}
	for _, item := range items {
		if id, ok := strings.CutPrefix(item, ticket.VendorItem("")); ok {
			withoutVendor(print, id)
		} else {
			delete(print, item)
		}
	}
	var err error
	if whole["print"], err = json.Marshal(print); err != nil {
		return text
	}
	out, err := json.Marshal(whole)
	if err != nil {
		return text
	}
	return out
}

func withoutVendor(print map[string]json.RawMessage, id string) {
	var list []json.RawMessage
	if json.Unmarshal(print[ticket.ItemVendor], &list) != nil {
		return
	}
	list = slices.DeleteFunc(list, func(raw json.RawMessage) bool {
		var item struct {
			ID string `json:"id"`
		}
		return json.Unmarshal(raw, &item) == nil && item.ID == id
	})
	delete(print, ticket.ItemVendor)
	if len(list) == 0 {
		return
	}
	if raw, err := json.Marshal(list); err == nil {
		print[ticket.ItemVendor] = raw
	}
}
