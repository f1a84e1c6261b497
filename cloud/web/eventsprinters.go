package web

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"platen/cloud"
	"platen/gcp"
)

// maxWatched is how many printers a page may follow: those that it shows.
const maxWatched = 2 * listedPrinters

// livePrinter is what a page is told of a printer.
type livePrinter struct {
	Printer gcp.PrinterID `json:"printer"`
	State   string        `json:"state"` // in words
	Tone    string        `json:"tone"`
	Supply  string        `json:"supply"` // in words
	Queued  int           `json:"queued"`
}

// watch is the printers that a page shows.
type watch struct {
	ids  []gcp.PrinterID
	told map[gcp.PrinterID]livePrinter // what the page has heard since it listens
}

// watchOf reads which printers a page asks about. What is not the person's is
// never told.
func watchOf(list string) watch {
	w := watch{told: map[gcp.PrinterID]livePrinter{}}
	for id := range strings.SplitSeq(list, ",") {
		if id != "" && len(w.ids) < maxWatched {
			w.ids = append(w.ids, gcp.PrinterID(id))
		}
	}
	return w
}

// touched reports whether events may have changed a printer that the page shows.
// Which connector serves which printer is not known here, so that any that comes
// or goes may.
func (w watch) touched(events []cloud.Event) bool {
	if len(w.ids) == 0 {
		return false
	}
	for _, e := range events {
		if e.Kind == cloud.EventRobotPresence {
			return true
		}
		if slices.Contains(w.ids, e.Printer) {
			return true
		}
	}
	return false
}

// tellPrinters tells what is new of the printers that the page shows.
func (st *stream) tellPrinters() error {
	if len(st.watch.ids) == 0 {
		return nil
	}
	found, err := st.s.cfg.Service.PrinterList(st.v.ctx, st.v.caller, cloud.PrinterListQuery{IDs: st.watch.ids})
	if err != nil {
		return err
	}
	for i := range found.Printers {
		row := st.s.printerRow(&found.Printers[i])
		now := livePrinter{row.ID, row.State, row.Tone, row.Supply, row.Queued}
		if st.watch.told[row.ID] == now {
			continue
		}
		st.watch.told[row.ID] = now
		data, err := json.Marshal(now)
		if err != nil {
			return err
		}
		if err := st.write(fmt.Sprintf("id: %d\nevent: printer\ndata: %s\n\n", st.at, data)); err != nil {
			return err
		}
	}
	return nil
}
