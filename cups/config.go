package cups

import (
	"log/slog"
	"time"

	"platen/internal/secret"
	"platen/printer"
)

// Server is one CUPS server.
type Server struct {
	// Label tells the queues of several servers apart: "" leaves queue names as
	// they are, "x" makes them "queue@x".
	Label string
	// Address is a socket's path ("/run/cups/cups.sock"), "host:port" or an
	// http, https, ipp or ipps URL.
	Address string
}

// Direct is an IPP printer added by address.
type Direct struct {
	Name printer.Name `json:"name"`
	URI  string       `json:"uri"` // ipp://host[:port]/path or ipps://…, without credentials
}

// PinStore keeps the keys of printers whose certificate nobody vouches for. It
// is called by several goroutines.
type PinStore interface {
	// Pin returns the fingerprint kept for a target, "" if none.
	Pin(target string) string
	// SetPin keeps the fingerprint of a target seen for the first time.
	SetPin(target, fingerprint string) error
}

// Config is what a System works with.
type Config struct {
	Servers []Server
	Direct  []Direct

	// Render says that a renderer is there, for what printers lack.
	Render bool
	// Raw reports whether the owner of a printer allows documents in its own
	// language. Nil: of none.
	Raw func(printer.Name) bool
	// Credentials returns user and password for a server's address or a
	// printer's URI; an empty user means none. May be nil.
	Credentials func(uri string) (user string, password secret.Text)
	// Pins keeps the keys of self-signed printers, named by Direct.Name or
	// Server.Address. Nil keeps them for the life of the System only.
	Pins PinStore
	// User is the requesting-user-name of what is not done for a sender:
	// listing and subscriptions. "" means "platen".
	User string
	Idle time.Duration // between two questions to an idle printer; 0 is 20 s
	Log  *slog.Logger  // nil discards
}

// origin says where the attributes of a printer come from.
func (c Config) origin(n printer.Name, from printer.Source, uri string) printer.Origin {
	return printer.Origin{Name: n, Source: from, URI: uri, Render: c.Render, Raw: c.Raw != nil && c.Raw(n)}
}
