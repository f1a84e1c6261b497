package pubsub

import (
	"context"

	"platen/cloud"
)

// Tell tells of some events by an outlet that this replica has alone, or that all have.
func (s *Server) Tell(ctx context.Context, out Outlet, local bool, events ...cloud.Event) error {
	return s.newTeller(out, local).tell(ctx, events)
}
