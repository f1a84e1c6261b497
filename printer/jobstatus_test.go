package printer_test

import (
	"testing"
	"time"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
	"platen/printer"
)

// long is for how long something must have been so to count.
func long() printer.Lasted { return printer.Lasted{Away: 30 * time.Second, Fault: 5 * time.Second} }

// What CUPS 2.4.2 was seen to say of its jobs.
func TestJobStatus(t *testing.T) {
	for name, c := range map[string]struct {
		state   int
		reasons []string
		printer int
		trouble []string // printer-state-reasons
		want    gcp.JobState
	}{
		"pending":         {3, []string{"none"}, 3, nil, gcp.StateOf(gcp.JobInProgress)},
		"queue disabled":  {3, []string{"printer-stopped"}, 5, []string{"paused"}, gcp.ByUser(gcp.JobStopped, gcp.UserPaused)},
		"incoming":        {4, []string{"job-incoming"}, 3, nil, gcp.StateOf(gcp.JobInProgress)},
		"held":            {4, []string{"job-hold-until-specified"}, 3, nil, gcp.ByUser(gcp.JobStopped, gcp.UserPaused)},
		"authentication":  {4, []string{"cups-held-for-authentication"}, 3, nil, gcp.ByDevice(gcp.JobStopped, gcp.DeviceActionOther)},
		"retry-job":       {4, []string{"resources-are-not-ready"}, 3, nil, gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication)},
		"printing":        {5, []string{"job-printing"}, 4, []string{"media-low-warning"}, gcp.StateOf(gcp.JobInProgress)},
		"out of paper":    {5, []string{"job-printing"}, 4, []string{"media-empty-error"}, gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceInputTray)},
		"jam":             {6, []string{"processing-to-stop-point"}, 5, []string{"media-jam"}, gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceMediaPath)},
		"suspended":       {4, []string{"job-suspended"}, 3, nil, gcp.ByUser(gcp.JobStopped, gcp.UserPaused)},
		"release":         {4, []string{"job-release-wait"}, 3, nil, gcp.ByUser(gcp.JobStopped, gcp.UserPaused)},
		"account":         {4, []string{"account-limit-reached"}, 3, nil, gcp.ByDevice(gcp.JobStopped, gcp.DeviceActionOther)},
		"spooling":        {4, []string{"job-spooling"}, 3, nil, gcp.StateOf(gcp.JobInProgress)},
		"queued there":    {3, []string{"queued-in-device"}, 4, nil, gcp.StateOf(gcp.JobInProgress)},
		"waits, no toner": {3, []string{"printer-stopped"}, 5, []string{"toner-empty"}, gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceMarker)},
		"waits, why":      {3, []string{"printer-stopped-partly"}, 4, nil, gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceOther)},
		"named first":     {5, nil, 4, []string{"other-error", "media-jam-error"}, gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceMediaPath)},
		"stopped, why":    {6, []string{"job-stopped"}, 5, []string{"none"}, gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceOther)},
		"warned, stopped": {6, nil, 5, []string{"media-empty-warning"}, gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceInputTray)},
		"own error":       {6, nil, 5, []string{"input-media-tray-feed-error"}, gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceInputTray)},
		"filter failed":   {6, []string{"job-completed-with-errors"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)},
		"cancelled":       {7, []string{"processing-to-stop-point"}, 3, nil, gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)},
		"timed out":       {7, []string{"job-canceled-after-timeout"}, 3, nil, gcp.ByService(gcp.JobAborted, gcp.ServiceExpiration)},
		"by operator":     {7, []string{"job-canceled-by-operator"}, 3, nil, gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)},
		"at the device":   {7, []string{"job-canceled-at-device"}, 3, nil, gcp.ByUser(gcp.JobAborted, gcp.UserCancelled)},
		"unprintable":     {8, []string{"document-unprintable-error"}, 3, nil, gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType)},
		"unsupported":     {8, []string{"unsupported-document-format"}, 3, nil, gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType)},
		"password":        {8, []string{"document-password-error"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)},
		"permission":      {8, []string{"document-permission-error"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)},
		"security":        {8, []string{"document-security-error"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)},
		"access":          {8, []string{"document-access-error"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DeviceDownloadFailure)},
		"compression":     {8, []string{"compression-error"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DeviceDownloadFailure)},
		"no compression":  {8, []string{"unsupported-compression"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DeviceDownloadFailure)},
		"attributes":      {8, []string{"unsupported-attributes-or-values"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket)},
		"conflict":        {8, []string{"conflicting-attributes"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket)},
		"resources":       {8, []string{"resources-are-not-supported"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DeviceInvalidTicket)},
		"service away":    {8, []string{"service-off-line"}, 3, nil, gcp.ByService(gcp.JobAborted, gcp.ServiceCommunication)},
		"destination":     {8, []string{"destination-uri-failed"}, 3, nil, gcp.ByService(gcp.JobAborted, gcp.ServiceCommunication)},
		"errors":          {8, []string{"errors-detected"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)},
		"rc 1":            {8, []string{"processing-to-stop-point"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)},
		"done, errors":    {9, []string{"job-completed-with-errors"}, 3, nil, gcp.StateOf(gcp.JobDone)},
		"aborted":         {8, []string{"aborted-by-system"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DevicePrintFailure)},
		"bad document":    {8, []string{"document-format-error"}, 3, nil, gcp.ByService(gcp.JobAborted, gcp.ServiceUnsupportedType)},
		"cut document":    {8, []string{"submission-interrupted"}, 3, nil, gcp.ByDevice(gcp.JobAborted, gcp.DeviceDownloadFailure)},
		"done":            {9, []string{"processing-to-stop-point"}, 3, nil, gcp.StateOf(gcp.JobDone)},
		"done, paper out": {9, nil, 5, []string{"media-empty-error"}, gcp.StateOf(gcp.JobDone)},
	} {
		t.Run(name, func(t *testing.T) {
			job := goipp.Attributes{goipp.MakeAttribute("job-state", goipp.TagEnum, goipp.Integer(c.state)), kw("job-state-reasons", c.reasons...)}
			p := goipp.Attributes{goipp.MakeAttribute("printer-state", goipp.TagEnum, goipp.Integer(c.printer)), kw("printer-state-reasons", c.trouble...)}
			if got := printer.JobStatusFromIPP(job, p, long()).State; !got.Equal(c.want) {
				t.Errorf("got %s %s, want %s %s", got.Type, got.Cause(), c.want.Type, c.want.Cause())
			}
		})
	}
}

// What the printer works on may be on paper in part; what waits, also in a job that
// CUPS calls processing while it cannot reach the printer, is not.
func TestJobHasBegun(t *testing.T) {
	text := func(name, value string) goipp.Attribute {
		return goipp.MakeAttribute(name, goipp.TagText, goipp.String(value))
	}
	for name, c := range map[string]struct {
		state int
		more  goipp.Attributes
		want  bool
	}{
		"pending":     {3, nil, false},
		"held":        {4, nil, false},
		"processing":  {5, nil, true},
		"not reached": {5, goipp.Attributes{text("job-printer-state-message", "The printer is not responding.")}, false},
		"not reached any more": {5, goipp.Attributes{
			text("job-printer-state-message", "The printer is not responding."),
			goipp.MakeAttribute("job-impressions-completed", goipp.TagInteger, goipp.Integer(2)),
		}, true},
		"processing stopped": {6, nil, true},
	} {
		job := append(goipp.Attributes{goipp.MakeAttribute("job-state", goipp.TagEnum, goipp.Integer(c.state))}, c.more...)
		if got := printer.JobStatusFromIPP(job, nil, printer.Lasted{}).Begun; got != c.want {
			t.Errorf("%s: begun %v, want %v", name, got, c.want)
		}
	}
}

// An error in passing does not stop a job, and a job goes on when it is over.
func TestFaultCountsAfterAWhile(t *testing.T) {
	job := goipp.Attributes{enum("job-state", 5)}
	jam := goipp.Attributes{enum("printer-state", 4), kw("printer-state-reasons", "media-jam-error")}
	away := goipp.Attributes{enum("printer-state", 4), kw("printer-state-reasons", "none"), textAttr("printer-state-message", notReached)}
	well := goipp.Attributes{enum("printer-state", 4), kw("printer-state-reasons", "none")}
	jammed, gone := gcp.ByDeviceState(gcp.JobStopped, gcp.DeviceMediaPath), gcp.ByService(gcp.JobStopped, gcp.ServiceCommunication)
	going := gcp.StateOf(gcp.JobInProgress)
	var p printer.Patience
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		at    time.Duration
		state goipp.Attributes
		want  gcp.JobState
		next  time.Duration
	}{
		{0, jam, going, 5 * time.Second},
		{4 * time.Second, jam, going, time.Second},
		{5 * time.Second, jam, jammed, 0},
		{6 * time.Second, well, going, 0},
		{7 * time.Second, jam, going, 5 * time.Second},
		{8 * time.Second, away, going, 30 * time.Second},
		{37 * time.Second, away, going, time.Second},
		{38 * time.Second, away, gone, 0},
		{39 * time.Second, well, going, 0},
	} {
		now := began.Add(c.at)
		got := printer.JobStatusFromIPP(job, c.state, p.See(c.state, now)).State
		if !got.Equal(c.want) || p.Next(now) != c.next {
			t.Errorf("after %v: %s %s, again in %v; want %s %s, %v", c.at, got.Type, got.Cause(), p.Next(now), c.want.Type, c.want.Cause(), c.next)
		}
	}
}

// What paper the printer waits for is known by what the job asks for.
func TestNeededPaper(t *testing.T) {
	media := func(name string) goipp.Attribute { return kw("media", name) }
	col := func(kind string) goipp.Attribute {
		c := size(goipp.Integer(21000), goipp.Integer(29700), goipp.TagInteger, 0)
		c.Add(kw("media-type", kind))
		return goipp.MakeAttribute("media-col", goipp.TagBeginCollection, c)
	}
	has := size(goipp.Integer(20990), goipp.Integer(29704), goipp.TagInteger, 423)
	has.Add(kw("media-type", "stationery"))
	for name, c := range map[string]struct {
		asks goipp.Attribute
		want gcp.DeviceStateError
	}{
		"another size": {media("na_letter_8.5x11in"), gcp.DeviceMediaSize},
		"same size":    {media("iso_a4_210x297mm"), gcp.DeviceInputTray},
		"another type": {col("photographic"), gcp.DeviceMediaType},
		"same type":    {col("stationery"), gcp.DeviceInputTray},
		"no wish":      {kw("x", "y"), gcp.DeviceInputTray},
	} {
		state := goipp.Attributes{
			enum("printer-state", 5), kw("printer-state-reasons", "media-needed-error"),
			goipp.MakeAttribute("media-col-ready", goipp.TagBeginCollection, has),
		}
		s := printer.JobStatusFromIPP(goipp.Attributes{enum("job-state", 6), c.asks}, state, printer.Lasted{})
		if want := gcp.ByDeviceState(gcp.JobStopped, c.want); !s.State.Equal(want) || s.Message != "Paper needed" {
			t.Errorf("%s: %s %s %q, want %s", name, s.State.Type, s.State.Cause(), s.Message, c.want)
		}
	}
}

// Two words of CUPS are told in a sentence that has them; sentences stay as they are.
func TestMessagesAreSentences(t *testing.T) {
	for said, want := range map[string]string{
		"Filter failed":                  "CUPS could not make the document ready for the printer (Filter failed)",
		"Backend failed":                 "CUPS could not hand the document to the printer (Backend failed)",
		"The printer is not responding.": "The printer is not responding.",
	} {
		job := goipp.Attributes{enum("job-state", 5), textAttr("job-state-message", said)}
		if got := printer.JobStatusFromIPP(job, nil, printer.Lasted{}).Message; got != want {
			t.Errorf("%q is said as %q, want %q", said, got, want)
		}
	}
}
