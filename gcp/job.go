package gcp

import "encoding/json"

// JobUIState is a job's state in the words of a page.
type JobUIState struct {
	Summary  JobSummary `json:"summary"`
	Progress string     `json:"progress,omitempty"` // such as "Pages printed: 3"
	Cause    string     `json:"cause,omitempty"`    // free text
}

// Job is a job object as /submit, /jobs, /job, /control and /fetch answer it.
//
// The members from Ticket on are Platen's additions: /fetch and /jobs give them
// only to a caller that names them in extra_fields (see docs/extensions.md).
type Job struct {
	ID            JobID       `json:"id"`
	PrinterID     PrinterID   `json:"printerid"`
	PrinterName   string      `json:"printerName,omitempty"`
	PrinterType   PrinterType `json:"printerType,omitempty"`
	Title         string      `json:"title"`
	ContentType   string      `json:"contentType"` // MIME type
	FileURL       string      `json:"fileUrl"`
	RasterURL     string      `json:"rasterUrl,omitempty"`
	TicketURL     string      `json:"ticketUrl"`
	OwnerID       string      `json:"ownerId"` // address of the person who sent it
	CreateTime    Millis      `json:"createTime"`
	UpdateTime    Millis      `json:"updateTime"`
	Status        JobStatus   `json:"status"`
	ErrorCode     string      `json:"errorCode"` // legacy, usually ""
	Message       string      `json:"message"`
	Tags          []string    `json:"tags"`
	NumberOfPages int         `json:"numberOfPages"` // pages, 0 if not known
	SemanticState CJS         `json:"semanticState"`
	UIState       *JobUIState `json:"uiState,omitempty"`

	Ticket          json.RawMessage `json:"ticket,omitempty"`          // the bare CJT, extra field "ticket"
	ContentLength   Int64           `json:"contentLength,omitempty"`   // bytes, extra field "document"
	ContentDigest   string          `json:"contentDigest,omitempty"`   // "sha256:" and 64 hex digits, extra field "document"
	Trace           Trace           `json:"trace,omitempty"`           // extra field "trace"
	CancelRequested bool            `json:"cancelRequested,omitempty"` // a person asked to cancel a job in progress
	ExpireTime      Millis          `json:"expireTime,omitempty"`      // a job that waits until then ends EXPIRED
	ExpiresIn       Int64           `json:"expiresIn,omitempty"`       // seconds from the answer to expireTime
	Restored        bool            `json:"restored,omitempty"`        // held because the service was restored from a backup
	AgainOf         JobID           `json:"againOf,omitempty"`         // the job that this one prints again
	Notes           []string        `json:"notes,omitempty"`           // sentences about what of the ticket is ignored
}

// Range is the range member of a job listing.
type Range struct {
	JobsTotal Int64 `json:"jobsTotal"` // how many jobs match
	JobsCount int   `json:"jobsCount"` // how many this answer holds
}

// The names of Platen's extra fields of jobs: what the connector asks for with
// /fetch, and what /job and /jobs tell whoever may see the job.
const (
	ExtraTicket   = "ticket"
	ExtraDocument = "document"
	ExtraTrace    = "trace"
)
