package announce

import (
	"cmp"
	"fmt"

	"platen/gcp"
)

// Status is what became of the printers.
type Status struct {
	Printers []PrinterStatus
	Trouble  error // why printers are not announced, or not as the cloud has them now; nil if they are
}

// PrinterStatus is what became of one.
type PrinterStatus struct {
	ID        gcp.PrinterID
	Name      string // on the network, where it may have a number behind it
	Announced bool
	Why       string // it is not, or not as the cloud has it now; "" if it is, or will be soon
}

// Status returns what became of the printers, by ID.
func (a *Announcer) Status() Status {
	states, trouble := a.Responder.States()
	a.mu.Lock()
	defer a.mu.Unlock()
	s := Status{Trouble: cmp.Or(a.trouble, trouble)}
	for i, p := range a.offered {
		one := PrinterStatus{ID: p.ID, Name: p.Name}
		if k := a.known[p.ID]; k != nil && k.err != nil {
			one.Why = k.err.Error()
		}
		if i >= maxPrinters {
			one.Why = fmt.Sprintf("only %d printers are announced", maxPrinters)
		}
		for _, at := range states {
			if at.ID == string(p.ID) {
				one.Name, one.Announced = at.Name, at.Announced
			}
		}
		s.Printers = append(s.Printers, one)
	}
	return s
}
