package server

import (
	"fmt"
	"time"

	"platen/cloud"
	"platen/internal/config"
)

// LimitsConfig bounds what people and connectors may leave with the service; 0 is
// the default and -1 no limit. docs/limits.md explains each.
type LimitsConfig struct {
	StoredMiBPerUser      int64 `toml:"stored_mib_per_user"`      // documents that one person may have here
	DiskPercent           int   `toml:"disk_percent"`             // how full the disk of the documents may get
	WaitingJobsPerPrinter int   `toml:"waiting_jobs_per_printer"` // jobs of a printer that no connector has fetched
	SubmitsPerMinute      int   `toml:"submits_per_minute"`       // jobs that one person may send in a minute
	CapabilitiesKiB       int   `toml:"capabilities_kib"`         // size of what a printer says it can do; never more than 16 MiB
	TicketKiB             int   `toml:"ticket_kib"`               // size of a job's ticket; never more than 1 MiB
	TagsPerPrinter        int   `toml:"tags_per_printer"`         // tags of a printer; never more than 10000
	ExpireDays            int   `toml:"expire_days"`              // how long a job waits; never more than 90
	HoldHours             int   `toml:"hold_hours"`               // how long a person may hold a job
	SilenceHours          int   `toml:"silence_hours"`            // how long a connector may be silent about a job that it took
	JobRowsDays           int   `toml:"job_rows_days"`            // how long ended jobs and their traces are kept
	AuditDays             int   `toml:"audit_days"`               // how long the audit log is kept
	KeysDays              int   `toml:"keys_days"`                // how long keys of submissions are kept
	HiddenDays            int   `toml:"hidden_days"`              // how long a printer that its connector deleted is kept
}

const day = 24 * time.Hour

// defaultLimits writes the defaults out, so that "config check" shows them.
func defaultLimits() LimitsConfig {
	l := cloud.Limits{}.WithDefaults()
	return LimitsConfig{
		StoredMiBPerUser: l.StoredBytes >> 20, DiskPercent: l.DiskPercent, WaitingJobsPerPrinter: l.Waiting,
		SubmitsPerMinute: l.SubmitsMinute, CapabilitiesKiB: l.Capabilities >> 10, TicketKiB: l.Ticket >> 10,
		TagsPerPrinter: l.Tags, ExpireDays: int(l.Expire / day), HoldHours: int(l.Hold / time.Hour),
		SilenceHours: int(l.Silence / time.Hour), JobRowsDays: int(l.JobRows / day), AuditDays: int(l.Audit / day),
		KeysDays: int(l.Keys / day), HiddenDays: int(l.Hidden / day),
	}
}

// check refuses what no limit can be.
func (l LimitsConfig) check() error {
	for _, m := range []struct {
		name string
		n    int64
		most int64
	}{
		{"stored_mib_per_user", l.StoredMiBPerUser, 1 << 40},
		{"disk_percent", int64(l.DiskPercent), 100},
		{"waiting_jobs_per_printer", int64(l.WaitingJobsPerPrinter), 1 << 30},
		{"submits_per_minute", int64(l.SubmitsPerMinute), 1 << 30},
		{"capabilities_kib", int64(l.CapabilitiesKiB), cloud.MaxCapabilities >> 10},
		{"ticket_kib", int64(l.TicketKiB), cloud.MaxTicket >> 10},
		{"tags_per_printer", int64(l.TagsPerPrinter), cloud.MaxTags},
		{"expire_days", int64(l.ExpireDays), int64(cloud.MaxExpire / day)},
		{"hold_hours", int64(l.HoldHours), 100_000},
		{"silence_hours", int64(l.SilenceHours), 100_000},
		{"job_rows_days", int64(l.JobRowsDays), 36_500},
		{"audit_days", int64(l.AuditDays), 36_500},
		{"keys_days", int64(l.KeysDays), 36_500},
		{"hidden_days", int64(l.HiddenDays), 36_500},
	} {
		if m.n < -1 || m.n > m.most {
			return &config.Wrong{
				Key: "limits." + m.name, Value: m.n,
				Want: fmt.Sprintf("between 1 and %d, or 0 for the default, or -1 for no limit", m.most),
			}
		}
	}
	return nil
}

// limits returns the settings as the service takes them.
func (l LimitsConfig) limits() cloud.Limits {
	times := func(n int, unit time.Duration) time.Duration { return time.Duration(n) * unit }
	return cloud.Limits{
		StoredBytes: scaled(l.StoredMiBPerUser, 20), DiskPercent: l.DiskPercent, Waiting: l.WaitingJobsPerPrinter,
		SubmitsMinute: l.SubmitsPerMinute, Capabilities: int(scaled(int64(l.CapabilitiesKiB), 10)),
		Ticket: int(scaled(int64(l.TicketKiB), 10)), Tags: l.TagsPerPrinter,
		Expire: times(l.ExpireDays, day), Hold: times(l.HoldHours, time.Hour), Silence: times(l.SilenceHours, time.Hour),
		JobRows: times(l.JobRowsDays, day), Audit: times(l.AuditDays, day), Keys: times(l.KeysDays, day),
		Hidden: times(l.HiddenDays, day),
	}.WithDefaults()
}

// scaled returns n units of so many bits, or -1 for no limit.
func scaled(n int64, bits uint) int64 {
	if n < 0 {
		return -1
	}
	return n << bits
}
