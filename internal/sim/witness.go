package sim

import "platen/connector"

// witness is a spool that watches that no job goes on which has ended.
type witness struct {
	connector.Spool
	w    *world
	host *host
}

// Write implements connector.Journal.
func (s witness) Write(e connector.Event) error {
	if err := s.Spool.Write(e); err != nil {
		return err
	}
	s.w.witnessMu.Lock()
	defer s.w.witnessMu.Unlock()
	switch e.Kind {
	case connector.EventEnded:
		s.host.ended[e.ID] = true
	case connector.EventSending, connector.EventResend:
		if s.host.ended[e.ID] {
			s.w.ledger.broken("%s: %s is to be sent although it ended", s.host.name, s.w.nameOf(e.ID))
		}
	}
	return nil
}
