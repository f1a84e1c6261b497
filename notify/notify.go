// Package notify keeps one notification channel open, whatever carries it, and
// says which printer has work. A notification is a hint: the job table is the
// truth, and after each connect the receiver catches up once.
package notify

import (
	"time"

	"platen/gcp"
)

// Sink takes what a channel brings. Its methods must not block.
type Sink interface {
	// Hint is called for each notification with the time it was read.
	Hint(n gcp.Notification, received time.Time)
	// Connected is called after each connect, before the first hint.
	Connected()
}
