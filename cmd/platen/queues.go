package main

import (
	"context"
	"sync"

	"platen/connector/control"
	"platen/printer"
	"platen/printer/spooler"
)

// stateNotServed is the state of a queue that this system has and the connector does not
// print on.
const stateNotServed = "not served"

// unserved returns the queues of the system that the connector cannot print on, why, and
// how their devices can be reached instead.
func unserved(ctx context.Context) ([]control.Printer, error) {
	queues, err := spooler.Queues()
	rows := make([]control.Printer, len(queues))
	var all sync.WaitGroup
	for i, q := range queues {
		all.Go(func() {
			rows[i] = control.Printer{Name: printer.Name(q.Name), Info: q.Driver, State: stateNotServed, Why: q.Why()}
			if address := q.Address(ctx); address != "" {
				rows[i].URI = address
				rows[i].Why += ": platen printer add " + address
			}
		})
	}
	all.Wait()
	return rows, err
}
