package cups

import (
	"context"
	"errors"

	"github.com/OpenPrinting/goipp"

	"platen/printer"
)

// errSaysNothing is why a printer without IPP has no answer.
var errSaysNothing = errors.New("a printer that takes bytes on a port tells nothing of itself")

// Answer returns the bytes of what a printer answers to Get-Printer-Attributes for
// all that it is: the one of a name, or the one at an address if d has one. An answer
// that cannot be understood is one, too.
func (s *System) Answer(ctx context.Context, d Direct) ([]byte, error) {
	at, err := s.find(d.Name)
	switch {
	case isSocket(d) || d.URI == "" && at.socket != nil:
		return nil, errSaysNothing
	case d.URI != "":
		v, err := newDirect(d, s.probing(d.Name))
		if err != nil {
			return nil, err
		}
		defer v.peer.close()
		at = place{peer: v.peer, uri: v.uri, path: v.path}
	case err != nil:
		return nil, err
	}
	r := newRequest(goipp.OpGetPrinterAttributes, at.path).uri(at.uri).user(s.cfg.User).
		wanting("all", "media-col-database")
	r.keeps = true
	_, err = at.peer.ask(ctx, r, networkLimit)
	if r.bytes != nil && refused(err) == nil {
		return r.bytes, nil
	}
	return nil, explain(r.op, err)
}

// probing are the settings with which a printer is asked that is not added: the key
// that is pinned for its name counts, and none is pinned.
func (s *System) probing(n printer.Name) Config {
	cfg := s.cfg
	cfg.Pins = &memoryPins{pins: map[string]string{string(n): s.cfg.Pins.Pin(string(n))}}
	return cfg
}
