package cloud

import (
	"net/netip"

	"platen/internal/secret"
)

// Login is what somebody shows to begin an XMPP session.
type Login struct {
	User  string // whom the client says that it is; "" where that counts for nothing
	Token secret.Text
	From  netip.Addr // where the client is, or of its network; zero if nobody tells
}
