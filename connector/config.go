package connector

import (
	"log/slog"
	"time"

	"platen/printer"
)

// UserName says how the sender is named to the printer.
type UserName string

// The ways to name the sender.
const (
	UserFull  UserName = "full"  // ann@example.org
	UserShort UserName = "short" // ann
)

// Config is what a Connector is built from.
type Config struct {
	Cloud       Cloud
	Registry    Registry
	PrintSystem PrintSystem
	Spool       Spool
	Identities  Identities
	Runs        Runs
	Renderer    Renderer     // nil: documents go as they are
	Logger      *slog.Logger // nil logs nothing
	Death       Death        // of the process before; see poison.go
	Options     Options

	// Ended hears of each job whose end the service knows, once, and must not block;
	// it may be nil.
	Ended func(JobStatus)
	// Viewed hears of all printers after each look at them, and must not block; it may be
	// nil.
	Viewed func([]PrinterStatus)
}

// Options are the connector's settings; zero members take their default.
type Options struct {
	// Share says whether a printer is shared without being asked for; nil shares
	// plain queues.
	Share func(printer.Printer) bool
	// Rule returns what the administrator wants of a printer; nil wants nothing. It may
	// answer otherwise after the rules were changed: call Sync or Refresh then. It is
	// called by many goroutines.
	Rule func(printer.Printer) Rule
	// UserName is how the sender is named to the printer; UserFull by default.
	UserName UserName
	// Host and Version are how this installation is named to the service.
	Host, Version string
	// Place is another one when the state folder may have been copied since the
	// last run, or its machine was started anew: then its last user may live.
	Place string

	PrinterPoll    time.Duration // between two looks at the local printers; 60 s
	Downloads      int           // documents at once, all printers; 16
	Renders        int           // documents rendered at once, all printers; 1
	Ahead          int           // documents on disk for one printer before their turn; 8
	StepAside      time.Duration // a job without its document lets others pass; 10 min
	DocumentGiveUp time.Duration // and ends; 24 h
	StopGrace      time.Duration // for documents on their way to a printer at stop; 10 s
}

const (
	// callTimeout bounds one call to the service.
	callTimeout = time.Minute
	// maxReports is how many reports are sent at once.
	maxReports = 16
)

func (o Options) withDefaults() Options {
	orDefault(&o.PrinterPoll, time.Minute)
	orDefault(&o.Downloads, 16)
	orDefault(&o.Renders, 1)
	orDefault(&o.Ahead, 8)
	orDefault(&o.StepAside, 10*time.Minute)
	orDefault(&o.DocumentGiveUp, 24*time.Hour)
	orDefault(&o.StopGrace, 10*time.Second)
	if o.UserName == "" {
		o.UserName = UserFull
	}
	if o.Share == nil {
		o.Share = func(p printer.Printer) bool { return p.Kind == printer.KindPlain }
	}
	return o
}

func orDefault[T int | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}
