package passkey

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"platen/cloud"
)

// Config is what a Server is made of.
type Config struct {
	Store   Store
	BaseURL string           // public address, to which passkeys belong
	Now     func() time.Time // nil means time.Now
}

// Server adds passkeys and checks what they sign. Its methods may be called from any
// goroutine.
type Server struct {
	cfg   Config
	party *webauthn.WebAuthn // nil where browsers make no passkeys
	asked challenges
}

// Asked is a challenge that a browser is to have signed.
type Asked struct {
	Options any    // for the browser's script, as JSON
	Key     string // finds the challenge again; for this browser alone
}

var errNotOffered = &cloud.Error{Kind: cloud.KindNotFound, Message: "There are no passkeys here."}

// New returns a Server.
func New(cfg Config) *Server {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s := &Server{cfg: cfg, asked: challenges{waiting: map[string]challenge{}}}
	id, origin, ok := identity(cfg.BaseURL)
	if !ok {
		return s
	}
	wait := webauthn.TimeoutConfig{Timeout: challengeTime, TimeoutUVD: challengeTime}
	party, err := webauthn.New(&webauthn.Config{
		RPID: id, RPDisplayName: "Platen", RPOrigins: []string{origin}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: wait, Registration: wait},
	})
	if err == nil { // else the address is none that a browser could be at
		s.party = party
	}
	return s
}

// Offered reports whether browsers make passkeys for this service.
func (s *Server) Offered() bool { return s.party != nil }

// identity is what passkeys and browsers call a service. Browsers make passkeys for names,
// not for numbers (Level 3, 5.1.3), and only where nobody can change the page on its way
// (Secure Contexts, 3.1).
func identity(base string) (id, origin string, ok bool) {
	u, err := url.Parse(base)
	if err != nil {
		return "", "", false
	}
	id = strings.ToLower(u.Hostname())
	_, notNumber := netip.ParseAddr(id)
	local := id == "localhost" || strings.HasSuffix(id, ".localhost")
	if id == "" || notNumber == nil || u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return "", "", false
	}
	origin = u.Scheme + "://" + id
	if port := u.Port(); port != "" && port != map[string]string{"https": "443", "http": "80"}[u.Scheme] {
		origin += ":" + port
	}
	return id, origin, true
}
