package xmpp

import (
	"fmt"
	"time"
)

// noAnswer is the error of a service that was silent for so long.
type noAnswer time.Duration

// Error says how long.
func (n noAnswer) Error() string { return fmt.Sprintf("no answer within %s", time.Duration(n)) }

// Timeout says that it is one, as a net.Error does.
func (noAnswer) Timeout() bool { return true }
