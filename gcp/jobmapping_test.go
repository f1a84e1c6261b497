package gcp

import "testing"

// Every state has one word and one summary: a client that reads either is told the
// same.
func TestJobStateMapping(t *testing.T) {
	tests := []struct {
		state   JobState
		status  JobStatus
		summary JobSummary
	}{
		{StateOf(JobDraft), "QUEUED", "DRAFT"},
		{StateOf(JobHeld), "HELD", "PAUSED"},
		{StateOf(JobQueued), "QUEUED", "QUEUED"},
		{StateOf(JobInProgress), "IN_PROGRESS", "IN_PROGRESS"},
		{ByUser(JobStopped, UserPaused), "IN_PROGRESS", "PAUSED"},
		{ByDeviceState(JobStopped, DeviceInputTray), "IN_PROGRESS", "ERROR"},
		{ByDevice(JobStopped, DeviceActionOther), "IN_PROGRESS", "ERROR"},
		{StateOf(JobStopped), "IN_PROGRESS", "IN_PROGRESS"},
		{StateOf(""), "IN_PROGRESS", "IN_PROGRESS"},
		{StateOf(JobDone), "DONE", "DONE"},
		{ByUser(JobAborted, UserCancelled), "ERROR", "CANCELLED"},
		{ByService(JobAborted, ServiceExpiration), "ERROR", "EXPIRED"},
		{ByDevice(JobAborted, DevicePrintFailure), "ERROR", "ERROR"},
	}
	for _, tt := range tests {
		if got := StatusOf(tt.state); got != tt.status {
			t.Errorf("StatusOf(%s) = %s, want %s", tt.state.Type, got, tt.status)
		}
		if got := SummaryOf(tt.state); got != tt.summary {
			t.Errorf("SummaryOf(%s %s) = %s, want %s", tt.state.Type, tt.state.Cause(), got, tt.summary)
		}
	}
}

func TestStateOfStatus(t *testing.T) {
	failed := ByDevice(JobAborted, DevicePrintFailure)
	for status, want := range map[JobStatus]JobState{
		"in_progress": StateOf(JobInProgress), "done": StateOf(JobDone), "error": failed, "ABORTED": failed,
		"SPOOLED": StateOf(JobInProgress), "SUBMITTED": StateOf(JobInProgress), "HELD": StateOf(JobHeld), "QUEUED": StateOf(JobQueued),
	} {
		if got, ok := StateOfStatus(status); !ok || !got.Equal(want) {
			t.Errorf("StateOfStatus(%q) = %+v, %t, want %+v", status, got, ok, want)
		}
	}
	if _, ok := StateOfStatus("PRINTED"); ok {
		t.Error("StateOfStatus took a word that is none")
	}
}
