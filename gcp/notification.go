package gcp

import (
	"encoding/base64"
	"errors"
	"strings"
)

// NotificationKind says what a notification is about.
type NotificationKind string

// The kinds of notification. A connector ignores kinds that it does not know.
const (
	NotifyJobs     NotificationKind = ""                // jobs wait, or something about a job changed
	NotifySettings NotificationKind = "update_settings" // local settings have a pending part
	NotifyDelete   NotificationKind = "delete"          // the printer was deleted
)

// Notification is one push: a hint that a printer has work. It carries no job,
// may be lost and may be repeated.
type Notification struct {
	Printer PrinterID
	Kind    NotificationKind
}

// maxNotification bounds the decoded payload: a printer id and a suffix.
const maxNotification = 512

var errNotification = errors.New("notification without a printer id")

// String returns the payload as it is before base64: "ID" or "ID/kind".
func (n Notification) String() string {
	if n.Kind == NotifyJobs {
		return string(n.Printer)
	}
	return string(n.Printer) + "/" + string(n.Kind)
}

// Encode returns the payload as push:data carries it.
func (n Notification) Encode() string {
	return base64.StdEncoding.EncodeToString([]byte(n.String()))
}

// DecodeNotification reads the text of a push:data element.
func DecodeNotification(data string) (Notification, error) {
	data = strings.TrimSpace(data)
	if len(data) > base64.StdEncoding.EncodedLen(maxNotification) {
		return Notification{}, errors.New("notification too long")
	}
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return Notification{}, err
	}
	var n Notification
	if err := n.UnmarshalText(raw); err != nil {
		return Notification{}, err
	}
	return n, nil
}
