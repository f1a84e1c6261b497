package gcp

import "testing"

// The rows of the mapping table of the protocol's /control page.
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
		{ByDeviceState(JobStopped, DeviceInputTray), "IN_PROGRESS", "IN_PROGRESS"},
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
	for status, want := range map[JobStatus]JobStateType{
		"in_progress": JobInProgress, "done": JobDone, "error": JobAborted, "ABORTED": JobAborted,
		"SPOOLED": JobInProgress, "SUBMITTED": JobInProgress, "HELD": JobHeld, "QUEUED": JobQueued,
	} {
		if got, ok := StateOfStatus(status); !ok || got.Type != want {
			t.Errorf("StateOfStatus(%q) = %s, %t, want %s", status, got.Type, ok, want)
		}
	}
	if _, ok := StateOfStatus("PRINTED"); ok {
		t.Error("StateOfStatus took a word that is none")
	}
}
