package store

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// The first schema is in the databases of the world: it never changes. What must
// change goes into a new migration.
func TestFirstMigrationIsFrozen(t *testing.T) {
	text, err := migrations.ReadFile("migrations/00001_service.sql")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	if got := hex.EncodeToString(sum[:]); got != firstMigration {
		t.Errorf("migrations/00001_service.sql changed: %s", got)
	}
}

const firstMigration = "5bc282726ce8470ccb121710a2c0ba28a5a5bcdaa9c2dcab186987f7318c3312"
