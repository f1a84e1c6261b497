package cups

import (
	"context"
	"time"

	"platen/gcp"
	"platen/printer"
)

// sight is how a printer was found, and why it could not be reached.
type sight struct {
	state gcp.CDS
	err   error
}

// idler returns how the printer is asked while it is idle: a connection is all that
// it can be asked for. From then on a look makes none.
func (s *socket) idler() idler {
	take := func(state gcp.CDS, err error) bool {
		before := s.seen.Swap(&sight{state, err})
		return before == nil || stateKey(before.state) != stateKey(state)
	}
	return idler{
		key:  "socket " + string(s.name) + " " + s.uri,
		busy: s.sends.Load,
		ask: func(ctx context.Context) (bool, error) {
			busy, err := s.reach(ctx, idleTimeout)
			if err != nil || busy {
				return false, err
			}
			return take(gcp.CDS{Version: "1.0", Printer: &gcp.PrinterState{State: gcp.PrinterIdle}}, nil), nil
		},
		lost: func(err error) bool { return take(printer.Offline("it does not answer"), err) },
		soon: func() time.Duration { return 0 },
	}
}
