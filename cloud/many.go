package cloud

import (
	"context"
	"sync"

	"platen/gcp"
)

// Change is what is done to many printers at once.
type Change struct {
	Fields PrinterFields
	Share  *ShareRequest // whatever its printer; nil to share nothing
}

// Outcome is what became of one printer.
type Outcome struct {
	Printer gcp.PrinterID
	Err     error // nil if it was changed
}

// manyAtOnce is how many printers are changed at the same moment: the store
// commits them together.
const manyAtOnce = 16

// ChangePrinters changes many printers, each as if it were alone: what the caller
// may not do with one is refused for that one.
func (s *Service) ChangePrinters(ctx context.Context, c Caller, ids []gcp.PrinterID, change Change) []Outcome {
	done := make([]Outcome, len(ids))
	turn := make(chan struct{}, manyAtOnce)
	var all sync.WaitGroup
	for i, id := range ids {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			done[i] = Outcome{id, s.changeOne(ctx, c, id, change)}
		})
	}
	all.Wait()
	return done
}

func (s *Service) changeOne(ctx context.Context, c Caller, id gcp.PrinterID, change Change) error {
	if change.Share != nil {
		share := *change.Share
		share.Printer = id
		return s.Share(ctx, c, share)
	}
	_, err := s.UpdatePrinter(ctx, c, id, change.Fields)
	return err
}
