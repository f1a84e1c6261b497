package cloud

import (
	"cmp"
	"time"
)

// Limits bound what people and connectors may leave with the service. Zero
// members take their default; negative ones mean no limit. docs/limits.md lists
// them.
type Limits struct {
	StoredBytes   int64         // of documents, for each user; 5 GiB
	DiskPercent   int           // how full the disk of the documents may get; 80
	Waiting       int           // QUEUED jobs of a printer; 500
	SubmitsMinute int           // submissions of a user in a minute; 60
	Capabilities  int           // bytes of a printer's capabilities; 2 MiB
	Ticket        int           // bytes of a ticket; 64 KiB
	Tags          int           // of a printer; 200
	Expire        time.Duration // how long a job waits; 14 days
	Hold          time.Duration // how long a person may hold a job; 8 h
	Silence       time.Duration // a connector's, about a job that it took; 3 days
	JobRows       time.Duration // how long ended jobs and their traces are kept; 90 days
	Audit         time.Duration // how long the audit log is kept; 365 days
	Keys          time.Duration // how long keys of submissions are kept; 14 days
	Hidden        time.Duration // how long a printer that its connector deleted is kept; 30 days
}

const day = 24 * time.Hour

// WithDefaults returns l with its zero members set.
func (l Limits) WithDefaults() Limits {
	l.StoredBytes = cmp.Or(l.StoredBytes, 5<<30)
	l.DiskPercent = cmp.Or(l.DiskPercent, 80)
	l.Waiting = cmp.Or(l.Waiting, 500)
	l.SubmitsMinute = cmp.Or(l.SubmitsMinute, 60)
	l.Capabilities = bounded(cmp.Or(l.Capabilities, 2<<20), MaxCapabilities)
	l.Ticket = bounded(cmp.Or(l.Ticket, 64<<10), MaxTicket)
	l.Tags = bounded(cmp.Or(l.Tags, 200), MaxTags)
	l.Expire = cmp.Or(l.Expire, 14*day)
	l.Hold = cmp.Or(l.Hold, 8*time.Hour)
	l.Silence = cmp.Or(l.Silence, 3*day)
	l.JobRows = cmp.Or(l.JobRows, 90*day)
	l.Audit = cmp.Or(l.Audit, 365*day)
	l.Keys = cmp.Or(l.Keys, 14*day)
	l.Hidden = cmp.Or(l.Hidden, 30*day)
	return l
}
