package gcp

// JobStateType is the type of a CJS state.
type JobStateType string

// The job states of the protocol.
const (
	JobDraft      JobStateType = "DRAFT"       // not yet submitted
	JobHeld       JobStateType = "HELD"        // submitted, waits for a person to release it
	JobQueued     JobStateType = "QUEUED"      // waits to be fetched by its connector
	JobInProgress JobStateType = "IN_PROGRESS" // claimed by the connector
	JobStopped    JobStateType = "STOPPED"     // the connector has it, something is in the way
	JobDone       JobStateType = "DONE"        // printed
	JobAborted    JobStateType = "ABORTED"     // ended without success
)

// Ended reports whether the job is over: DONE or ABORTED.
func (t JobStateType) Ended() bool { return t == JobDone || t == JobAborted }

// UserAction is what a person did to a job.
type UserAction string

// The user actions of the protocol.
const (
	UserCancelled UserAction = "CANCELLED"
	UserPaused    UserAction = "PAUSED"
	UserOther     UserAction = "OTHER"
)

// DeviceStateError is the part of a device that keeps a job from printing.
type DeviceStateError string

// The device state causes of the protocol.
const (
	DeviceInputTray DeviceStateError = "INPUT_TRAY"
	DeviceMarker    DeviceStateError = "MARKER"
	DeviceMediaPath DeviceStateError = "MEDIA_PATH"
	DeviceMediaSize DeviceStateError = "MEDIA_SIZE"
	DeviceMediaType DeviceStateError = "MEDIA_TYPE"
	DeviceOther     DeviceStateError = "OTHER"
)

// DeviceActionError is what a device failed to do with a job.
type DeviceActionError string

// The device action causes of the protocol.
const (
	DeviceDownloadFailure DeviceActionError = "DOWNLOAD_FAILURE"
	DeviceInvalidTicket   DeviceActionError = "INVALID_TICKET"
	DevicePrintFailure    DeviceActionError = "PRINT_FAILURE"
	DeviceActionOther     DeviceActionError = "OTHER"
)

// ServiceActionError is why the service, or the path to the device, failed a job.
type ServiceActionError string

// The service action causes of the protocol.
const (
	ServiceCommunication       ServiceActionError = "COMMUNICATION_WITH_DEVICE_ERROR"
	ServiceConversion          ServiceActionError = "CONVERSION_ERROR"
	ServiceFileTooBig          ServiceActionError = "CONVERSION_FILE_TOO_BIG"
	ServiceUnsupportedType     ServiceActionError = "CONVERSION_UNSUPPORTED_CONTENT_TYPE"
	ServiceFetchForbidden      ServiceActionError = "FETCH_DOCUMENT_FORBIDDEN"
	ServiceFetchNotFound       ServiceActionError = "FETCH_DOCUMENT_NOT_FOUND"
	ServiceInconsistentJob     ServiceActionError = "INCONSISTENT_JOB"
	ServiceRemoteJobGone       ServiceActionError = "REMOTE_JOB_NO_LONGER_EXISTS"
	ServiceRemoteJobError      ServiceActionError = "REMOTE_JOB_ERROR"
	ServiceRemoteJobTimeout    ServiceActionError = "REMOTE_JOB_TIMEOUT"
	ServiceRemoteJobAborted    ServiceActionError = "REMOTE_JOB_ABORTED"
	ServiceDeliveryFailure     ServiceActionError = "DELIVERY_FAILURE"
	ServicePrinterDeleted      ServiceActionError = "PRINTER_DELETED"
	ServiceInconsistentPrinter ServiceActionError = "INCONSISTENT_PRINTER"
	ServiceExpiration          ServiceActionError = "EXPIRATION"
	ServiceDriveQuota          ServiceActionError = "GOOGLE_DRIVE_QUOTA"
	ServiceOther               ServiceActionError = "OTHER"
)

// UserActionCause says that a person caused the state.
type UserActionCause struct {
	ActionCode UserAction `json:"action_code"`
}

// DeviceStateCause says that the device's state caused the state.
type DeviceStateCause struct {
	ErrorCode DeviceStateError `json:"error_code"`
}

// DeviceActionCause says that the device failed to do something.
type DeviceActionCause struct {
	ErrorCode DeviceActionError `json:"error_code"`
}

// ServiceActionCause says that the service failed to do something.
type ServiceActionCause struct {
	ErrorCode ServiceActionError `json:"error_code"`
}

// JobState is the state member of a CJS: a type and at most one cause.
type JobState struct {
	Type          JobStateType        `json:"type,omitempty"`
	UserAction    *UserActionCause    `json:"user_action_cause,omitempty"`
	DeviceState   *DeviceStateCause   `json:"device_state_cause,omitempty"`
	DeviceAction  *DeviceActionCause  `json:"device_action_cause,omitempty"`
	ServiceAction *ServiceActionCause `json:"service_action_cause,omitempty"`
}

// Equal reports whether s and o have the same type and the same cause.
func (s JobState) Equal(o JobState) bool {
	return s.Type == o.Type && s.Cause() == o.Cause()
}

// Cause returns the cause as "member/CODE", such as
// "device_action_cause/OTHER", or "" if the state has none.
func (s JobState) Cause() string {
	switch {
	case s.UserAction != nil:
		return "user_action_cause/" + string(s.UserAction.ActionCode)
	case s.DeviceState != nil:
		return "device_state_cause/" + string(s.DeviceState.ErrorCode)
	case s.DeviceAction != nil:
		return "device_action_cause/" + string(s.DeviceAction.ErrorCode)
	case s.ServiceAction != nil:
		return "service_action_cause/" + string(s.ServiceAction.ErrorCode)
	}
	return ""
}

// StateOf returns the state of type t without a cause.
func StateOf(t JobStateType) JobState { return JobState{Type: t} }

// ByUser returns the state of type t caused by a person.
func ByUser(t JobStateType, a UserAction) JobState {
	return JobState{Type: t, UserAction: &UserActionCause{a}}
}

// ByDeviceState returns the state of type t caused by the device's state.
func ByDeviceState(t JobStateType, e DeviceStateError) JobState {
	return JobState{Type: t, DeviceState: &DeviceStateCause{e}}
}

// ByDevice returns the state of type t caused by something the device failed to do.
func ByDevice(t JobStateType, e DeviceActionError) JobState {
	return JobState{Type: t, DeviceAction: &DeviceActionCause{e}}
}

// ByService returns the state of type t caused by the service.
func ByService(t JobStateType, e ServiceActionError) JobState {
	return JobState{Type: t, ServiceAction: &ServiceActionCause{e}}
}

// UnconfirmedMessage is the sentence that goes with a job of which the printer
// cannot tell any more whether it came out. On the wire such a job is ABORTED
// with device_action_cause OTHER and a message that begins with this sentence;
// it is the one ended state that a later report may turn into DONE.
const UnconfirmedMessage = "may have printed: check the output"

// PartlyPrintedMessage is in the message of a job that ended before it was printed
// whole, and of which a part may be on paper.
const PartlyPrintedMessage = "a part of it may have come out"

// CJS is a whole job state (semanticState of a job) or, without version, the
// semantic_state_diff of a report.
type CJS struct {
	Version          string   `json:"version,omitempty"`
	State            JobState `json:"state"`
	PagesPrinted     *int     `json:"pages_printed,omitempty"` // pages, only ever grows
	DeliveryAttempts *int     `json:"delivery_attempts,omitempty"`
}

// JobStatus is the older, single-word job state (status member of a job).
type JobStatus string

// The single-word job states.
const (
	StatusQueued     JobStatus = "QUEUED"
	StatusHeld       JobStatus = "HELD"
	StatusInProgress JobStatus = "IN_PROGRESS"
	StatusDone       JobStatus = "DONE"
	StatusError      JobStatus = "ERROR"
	StatusSubmitted  JobStatus = "SUBMITTED" // handed to a third-party service
	StatusSpooled    JobStatus = "SPOOLED"   // 2011's word for IN_PROGRESS
	StatusAborted    JobStatus = "ABORTED"   // met in reports; treated as ERROR
)

// JobSummary is the summary member of a job's uiState.
type JobSummary string

// The summaries of jobs.
const (
	SummaryDraft      JobSummary = "DRAFT"
	SummaryQueued     JobSummary = "QUEUED"
	SummaryInProgress JobSummary = "IN_PROGRESS"
	SummaryPaused     JobSummary = "PAUSED"
	SummaryDone       JobSummary = "DONE"
	SummaryCancelled  JobSummary = "CANCELLED"
	SummaryError      JobSummary = "ERROR"
	SummaryExpired    JobSummary = "EXPIRED"
)
