package cloud_test

import (
	"testing"

	"platen/cloud"
)

// A connector is revoked by its owner alone; to others it is as if there were none.
func TestForeignConnectorIsNotRevoked(t *testing.T) {
	w := newWorld(t)
	if err := w.RevokeConnector(t.Context(), w.bob, w.robot.Robot.ID); cloud.KindOf(err) != cloud.KindNotFound {
		t.Errorf("another person: %v", err)
	}
	if err := w.RevokeConnector(t.Context(), w.robot, w.robot.Robot.ID); cloud.KindOf(err) != cloud.KindCredentials {
		t.Errorf("the connector itself: %v", err)
	}
}
