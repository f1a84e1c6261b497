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
	Logger      *slog.Logger     // nil logs nothing
	Now         func() time.Time // nil is time.Now
	Options     Options
}

// Options are the connector's settings; zero members take their default.
type Options struct {
	// Share says whether a printer is shared; nil shares all.
	Share func(printer.Printer) bool
	// UserName is how the sender is named to the printer; UserFull by default.
	UserName UserName

	PrinterPoll       time.Duration // between two looks at the local printers; 60 s
	FetchLimit        int           // jobs asked for at once; 64
	Downloads         int           // documents at once, all printers; 8
	PrinterDownloads  int           // documents at once for one printer; 4
	Ahead             int           // documents on disk for one printer before their turn; 8
	Reports           int           // reports at once; 16
	Following         int           // jobs that one printer has at once; 128
	StepAside         time.Duration // a job without its document lets others pass; 10 min
	DocumentGiveUp    time.Duration // and ends; 24 h
	DocumentStall     time.Duration // without a byte a download is begun again; 2 min
	CallTimeout       time.Duration // of one call to the service; 60 s
	RoomCheck         time.Duration // between two looks at a full disk; 30 s
	CancelPause       time.Duration // between two questions for cancelled jobs; 1 s
	UnconfirmedFollow time.Duration // an unconfirmed job may still turn out done; 10 min
	Unreachable       time.Duration // a hand-over that waits longer is told as STOPPED; 60 s
	StopGrace         time.Duration // for documents on their way to a printer at stop; 10 s
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		at *time.Duration
		v  time.Duration
	}{
		{&o.PrinterPoll, time.Minute},
		{&o.StepAside, 10 * time.Minute},
		{&o.DocumentGiveUp, 24 * time.Hour},
		{&o.DocumentStall, 2 * time.Minute},
		{&o.CallTimeout, time.Minute},
		{&o.RoomCheck, 30 * time.Second},
		{&o.CancelPause, time.Second},
		{&o.UnconfirmedFollow, 10 * time.Minute},
		{&o.Unreachable, time.Minute},
		{&o.StopGrace, 10 * time.Second},
	} {
		if *d.at <= 0 {
			*d.at = d.v
		}
	}
	for _, n := range []struct {
		at *int
		v  int
	}{
		{&o.FetchLimit, 64}, {&o.Downloads, 16}, {&o.PrinterDownloads, 4}, {&o.Ahead, 8}, {&o.Reports, 16}, {&o.Following, 128},
	} {
		if *n.at <= 0 {
			*n.at = n.v
		}
	}
	if o.UserName == "" {
		o.UserName = UserFull
	}
	if o.Share == nil {
		o.Share = func(printer.Printer) bool { return true }
	}
	return o
}
