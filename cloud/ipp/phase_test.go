package ipp

import (
	"fmt"
	"testing"
	"time"

	"platen/cloud"
	"platen/gcp"
)

// What became of a job in the words of IPP: RFC 8011, 5.3.7 and 5.3.8, as docs/clients.md
// has them.
func TestPhases(t *testing.T) {
	for _, tt := range []struct {
		name string
		job  cloud.Job
		want string
	}{
		{"document to come", cloud.Job{State: gcp.StateOf(gcp.JobDraft)}, "4 job-incoming"},
		{"held for release", cloud.Job{State: gcp.StateOf(gcp.JobHeld)}, "4 job-release-wait"},
		{"held after a backup came back", cloud.Job{State: gcp.StateOf(gcp.JobHeld), Restored: gcp.JobInProgress}, "4 job-suspended-by-system"},
		{"waits", cloud.Job{State: gcp.StateOf(gcp.JobQueued)}, "3 none"},
		{"prints", cloud.Job{State: gcp.StateOf(gcp.JobInProgress)}, "5 job-printing"},
		{"being cancelled", cloud.Job{State: gcp.StateOf(gcp.JobInProgress), CancelRequested: time.Unix(1, 0)}, "5 processing-to-stop-point"},
		{"no paper", cloud.Job{State: gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceInputTray)}, "6 printer-stopped"},
		{"a jam", cloud.Job{State: gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceMediaPath)}, "6 printer-stopped"},
		{"a jam, being cancelled", cloud.Job{State: gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceMediaPath), CancelRequested: time.Unix(1, 0)}, "5 processing-to-stop-point"},
		{"held at the printer", cloud.Job{State: gcp.ByUser(gcp.JobStopped, gcp.UserPaused)}, "6 job-suspended"},
		{"the printer does not answer", cloud.Job{State: gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication)}, "6 resources-are-not-ready"},
		{"printed", cloud.Job{State: gcp.StateOf(gcp.JobDone)}, "9 job-completed-successfully"},
		{"cancelled", cloud.Job{State: gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)}, "7 job-canceled-by-user"},
		{"cancelled in the end", cloud.Job{State: gcp.ByUser(gcp.JobAborted, gcp.UserCancelled), CancelRequested: time.Unix(1, 0)}, "7 job-canceled-by-user"},
		{"expired", cloud.Job{State: gcp.ByService(gcp.JobAborted, gcp.ServiceExpiration)}, "7 job-canceled-after-timeout"},
		{"of a type that nobody can read", cloud.Job{State: gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType)}, "8 unsupported-document-format"},
		{"broken", cloud.Job{State: gcp.ByService(gcp.JobAborted, gcp.ServiceConversion)}, "8 document-format-error"},
		{"unconfirmed", cloud.Job{State: gcp.ByDevice(gcp.JobAborted, gcp.DeviceActionOther), Unconfirmed: true}, "8 errors-detected"},
		{"failed", cloud.Job{State: gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)}, "8 aborted-by-system"},
	} {
		p := phaseOf(&tt.job)
		if got := fmt.Sprint(p.state, " ", p.reason); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
