package gcp

// Request is the request member of an envelope: who asked, and with what.
type Request struct {
	Time   string              `json:"time"` // seconds the service needed
	User   string              `json:"user,omitempty"`
	Users  []string            `json:"users,omitempty"`
	Params map[string][]string `json:"params"`
}

// Invite is an unanswered invitation to use a printer.
type Invite struct {
	Sender   InviteParty `json:"sender"`
	Receiver InviteParty `json:"receiver"`
	Printer  *Printer    `json:"printer,omitempty"`
}

// InviteParty is one side of an invitation.
type InviteParty struct {
	Type  ScopeType `json:"type,omitempty"`
	Name  string    `json:"name,omitempty"`
	Email string    `json:"email,omitempty"`
	Scope string    `json:"scope,omitempty"`
}

// Registration is what an anonymous /register adds to the answer.
type Registration struct {
	RegistrationToken  string `json:"registration_token"`
	TokenDuration      Int64  `json:"token_duration"` // seconds
	InviteURL          string `json:"invite_url"`
	CompleteInviteURL  string `json:"complete_invite_url"`
	InvitePageURL      string `json:"invite_page_url"`
	AutomatedInviteURL string `json:"automated_invite_url"`
	PollingURL         string `json:"polling_url"` // ends in "oauth_client_id="
	OAuthScope         string `json:"oauth_scope"`
}

// Robot is what /createrobot and /getauthcode add to the answer.
type Robot struct {
	AuthorizationCode   string `json:"authorization_code,omitempty"`
	XMPPJID             string `json:"xmpp_jid,omitempty"`
	UserEmail           string `json:"user_email,omitempty"`
	ConfirmationPageURL string `json:"confirmation_page_url,omitempty"`

	Push *PushEndpoint `json:"push,omitempty"` // Platen's addition, see docs/extensions.md
}

// PushEndpoint tells a connector where and how to open its notification stream.
type PushEndpoint struct {
	Host         string `json:"host"`                    // name or address to dial, and the certificate's name; "" for what the records of Domain say (XEP-0368)
	DirectPort   int    `json:"direct_port,omitempty"`   // TLS at once; 0 if not offered
	STARTTLSPort int    `json:"starttls_port,omitempty"` // 0 if not offered
	Domain       string `json:"domain"`                  // XMPP domain of the robots' JIDs
	Service      string `json:"service"`                 // JID that pushes come from
	CA           string `json:"ca,omitempty"`            // PEM of the authority that signed the certificate, if not a public one
	PubSub       string `json:"pubsub,omitempty"`        // address of the PubSub service that pushes come by (XEP-0060); "" for none
}

// XMPP reports whether there is a stream to open at all. Without it notifications come
// by calls of the service's own address alone.
func (e PushEndpoint) XMPP() bool {
	return e.DirectPort != 0 || e.STARTTLSPort != 0 || e.Host == "" && e.Domain != ""
}

// PushNode returns the PubSub node that a robot's pushes come by.
func PushNode(robot RobotID) string { return "platen/robots/" + string(robot) }

// Answer is the envelope of every JSON answer with all the members that one
// interface or another adds, as a client reads it. (A service writes its answers
// member by member, because empty lists must be there.)
type Answer struct {
	Success   bool      `json:"success"`
	Message   string    `json:"message,omitempty"`
	ErrorCode ErrorCode `json:"errorCode,omitempty"`
	XSRFToken string    `json:"xsrf_token,omitempty"`
	Request   *Request  `json:"request,omitempty"`

	Printers []Printer `json:"printers,omitempty"`
	Printer  *Printer  `json:"printer,omitempty"`
	Jobs     []Job     `json:"jobs,omitempty"`
	Job      *Job      `json:"job,omitempty"`
	Range    *Range    `json:"range,omitempty"`
	Invites  []Invite  `json:"invites,omitempty"`

	Installation *Installation `json:"installation,omitempty"`  // Platen's addition to /list
	Connectors   []Connector   `json:"connectors,omitempty"`    // of /connectors, Platen's addition
	Hints        *Hints        `json:"notifications,omitempty"` // of /notifications, Platen's addition

	*Registration
	*Robot
}
