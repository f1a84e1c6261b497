package gcp

import (
	"errors"
	"strings"
	"time"
)

// HintsQuery is a call of /notifications: a connector that no stream reaches asks for
// its notifications over HTTPS. It is Platen's addition, see docs/extensions.md.
type HintsQuery struct {
	Session string        // of the answer before; "" begins one
	Got     int           // number of the last answer that came
	Wait    time.Duration // how long the service may hold the call; 0 for an answer at once
	Return  time.Duration // how long after an answer the next call may take to come
	Leave   bool          // the connector stops: its session ends
}

// Hints is what the service answers.
type Hints struct {
	Session string         `json:"session"`
	Number  int            `json:"number"`          // of this answer within its session
	Fresh   bool           `json:"fresh,omitempty"` // the session is new: what was before is not known
	Hints   []Notification `json:"hints"`
}

// MarshalText writes the payload as it is before base64.
func (n Notification) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (n *Notification) UnmarshalText(text []byte) error {
	if len(text) > maxNotification {
		return errors.New("notification too long")
	}
	id, kind, _ := strings.Cut(string(text), "/")
	if id == "" {
		return errNotification
	}
	*n = Notification{Printer: PrinterID(id), Kind: NotificationKind(kind)}
	return nil
}
