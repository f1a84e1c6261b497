package api

import (
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// jobFields says which extra members a job object has.
type jobFields struct {
	ticket   bool
	document bool
	trace    bool
}

func (c *call) jobFields() jobFields {
	return jobFields{
		ticket: c.args.extra(gcp.ExtraTicket), document: c.args.extra(gcp.ExtraDocument), trace: c.args.extra(gcp.ExtraTrace),
	}
}

// emptyTicket is the ticket of a job that asks for nothing.
var emptyTicket = json.RawMessage(`{"version":"1.0","print":{}}`)

// jobOf writes a job for the caller.
func (c *call) jobOf(j *cloud.JobView, extra jobFields) gcp.Job {
	id := url.QueryEscape(string(j.ID))
	file := c.h.url("download?id=") + id
	out := gcp.Job{
		ID: j.ID, PrinterID: j.Printer, PrinterName: j.PrinterName, PrinterType: gcp.PrinterTypeGoogle,
		Title: j.Title, ContentType: j.ContentType,
		FileURL: file, RasterURL: file + "&forcepwg=1",
		TicketURL: c.h.url("ticket?format=ppd&output=json&jobid=") + id,
		OwnerID:   j.OwnerEmail, CreateTime: gcp.MillisOf(j.CreateTime), UpdateTime: gcp.MillisOf(j.UpdateTime),
		Status: gcp.StatusOf(j.State), Message: j.Message, Tags: c.jobTags(j),
		NumberOfPages: j.Pages, UIState: jobUIState(&j.Job),
		SemanticState: gcp.CJS{
			Version: "1.0", State: j.State,
			PagesPrinted: &j.PagesPrinted, DeliveryAttempts: &j.DeliveryAttempts,
		},
		CancelRequested: !j.CancelRequested.IsZero() && !j.State.Type.Ended(),
		Restored:        j.Restored != "", AgainOf: j.AgainOf,
	}
	if !j.ExpireTime.IsZero() && !j.State.Type.Ended() {
		out.ExpireTime = gcp.MillisOf(j.ExpireTime)
		out.ExpiresIn = gcp.Int64(max(1, int64(time.Until(j.ExpireTime)/time.Second)))
	}
	out.Notes = j.Notes
	if extra.ticket {
		out.Ticket = ticketOf(j)
	}
	// What a connector downloads may be another document than was sent. Its length
	// and digest are known when it is made.
	made := j.Device && !j.Work.IsZero()
	if made && j.Work.To != "" {
		out.ContentType = j.Work.To
	}
	if extra.document && !made {
		out.ContentLength, out.ContentDigest = gcp.Int64(j.Document.Size), j.Document.Digest
	}
	if extra.trace {
		out.Trace = j.Trace
	}
	return out
}

func (c *call) jobsOf(views []cloud.JobView, extra jobFields) []gcp.Job {
	out := make([]gcp.Job, 0, len(views))
	for i := range views {
		out = append(out, c.jobOf(&views[i], extra))
	}
	return out
}

// ticketOf is the ticket as it was sent; a connector gets what the service has not
// done itself.
func ticketOf(j *cloud.JobView) json.RawMessage {
	t := j.Ticket
	if j.Device {
		t = j.ServedTicket()
	}
	if len(t) == 0 || string(t) == "{}" {
		return emptyTicket
	}
	return t
}

// shortestTag is the length under which the classic connector, which cuts six
// characters off every tag, panics.
const shortestTag = 6

func (c *call) jobTags(j *cloud.JobView) []string {
	tags := make([]string, 0, len(j.Tags)+1)
	if c.caller.User != nil && c.caller.User.ID == j.Owner {
		tags = append(tags, "^own")
	}
	return c.safeTags(append(tags, j.Tags...))
}

// safeTags leaves out the tags that robots cannot take.
func (c *call) safeTags(tags []string) []string {
	if c.caller.Robot == nil {
		return tags
	}
	kept := make([]string, 0, len(tags))
	for _, t := range tags {
		if len(t) >= shortestTag {
			kept = append(kept, t)
		}
	}
	return kept
}

func jobUIState(j *cloud.Job) *gcp.JobUIState {
	ui := &gcp.JobUIState{Summary: gcp.SummaryOf(j.State), Cause: j.Message}
	if j.PagesPrinted > 0 {
		ui.Progress = "Pages printed: " + strconv.Itoa(j.PagesPrinted)
	}
	switch {
	case j.Restored != "":
		ui.Cause = "Restored from a backup: release to print"
	case ui.Cause == "":
		ui.Cause = causeOf(j.State)
	}
	return ui
}

// causeOf says a cause in words where the connector gave none.
func causeOf(s gcp.JobState) string {
	switch {
	case s.UserAction != nil && s.UserAction.ActionCode == gcp.UserCancelled:
		return "Cancelled"
	case s.UserAction != nil && s.UserAction.ActionCode == gcp.UserPaused:
		return "Paused"
	case s.DeviceState != nil:
		return deviceCauses[s.DeviceState.ErrorCode]
	case s.DeviceAction != nil:
		return actionCauses[s.DeviceAction.ErrorCode]
	case s.ServiceAction != nil && s.ServiceAction.ErrorCode == gcp.ServicePrinterDeleted:
		return "The printer was deleted"
	case s.ServiceAction != nil && s.ServiceAction.ErrorCode == gcp.ServiceExpiration:
		return "Waited too long"
	case s.ServiceAction != nil && s.ServiceAction.ErrorCode == gcp.ServiceConversion:
		return "The document could not be made ready for the printer"
	}
	return ""
}

var deviceCauses = map[gcp.DeviceStateError]string{
	gcp.DeviceInputTray: "An input tray needs attention",
	gcp.DeviceMarker:    "A supply is used up",
	gcp.DeviceMediaPath: "Paper is jammed",
	gcp.DeviceMediaSize: "The wrong paper size is loaded",
	gcp.DeviceMediaType: "The wrong kind of paper is loaded",
	gcp.DeviceOther:     "The printer needs attention",
}

var actionCauses = map[gcp.DeviceActionError]string{
	gcp.DeviceDownloadFailure: "The document could not be had",
	gcp.DeviceInvalidTicket:   "The printer cannot do what was asked for",
	gcp.DevicePrintFailure:    "Printing failed",
}
