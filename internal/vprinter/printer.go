// Package vprinter is an IPP Everywhere printer in software, over real HTTP: the
// demo's printer and the tests'. It keeps what it is sent as files and renders
// nothing.
package vprinter

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/OpenPrinting/goipp"
)

// Options say what the printer is. The zero value of each has a default, except Dir.
type Options struct {
	Name         string   // printer-name and -info; default "Virtual Printer"
	Dir          string   // where received documents go
	Formats      []string // document-format-supported; default PDF, JPEG, PWG raster
	Color        bool
	Duplex       bool
	OneAtATime   bool          // a second job is refused as busy while one is active
	PrintJobOnly bool          // no Create-Job and Send-Document
	Delay        time.Duration // how long a job prints
}

// Job is a job that the printer received.
type Job struct {
	ID         int
	Name       string
	User       string
	Format     string
	Path       string // the document, "" until it is complete
	Attributes goipp.Attributes
	State      int // job-state of RFC 8011, 5.3.7
}

// Fault is something wrong with the printer.
type Fault struct {
	Offline bool     // every connection is cut
	Reject  bool     // jobs are refused: server-error-not-accepting-jobs
	Reasons []string // printer-state-reasons, such as "media-empty-error"; jobs wait while one ends in -error
}

// Printer is a virtual printer.
type Printer struct {
	opt Options
}

// New returns a printer that keeps its documents in o.Dir, which it creates.
func New(o Options) (*Printer, error) { return &Printer{opt: o}, nil }

// Path is where the printer is found on its server.
const Path = "/ipp/print"

// Serve answers on l until ctx ends.
func (p *Printer) Serve(ctx context.Context, l net.Listener) error { return errors.ErrUnsupported }

// ServeHTTP answers one request.
func (p *Printer) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

// Jobs returns the received jobs, oldest first.
func (p *Printer) Jobs() []Job { return nil }

// SetFault changes what is wrong with the printer; the zero Fault mends it.
func (p *Printer) SetFault(f Fault) {}

// URI returns the printer-uri of a printer served at addr.
func URI(addr net.Addr) string { return "ipp://" + addr.String() + Path }
