package gcp

import "strings"

// StatusOf returns the single-word status that goes with a state.
func StatusOf(s JobState) JobStatus {
	switch s.Type {
	case JobDraft, JobQueued:
		return StatusQueued
	case JobHeld:
		return StatusHeld
	case JobDone:
		return StatusDone
	case JobAborted:
		return StatusError
	case JobInProgress, JobStopped:
	}
	return StatusInProgress // also what is not known here: it is neither new nor over
}

// SummaryOf returns the summary that a page shows for a state. A job that stopped
// is PAUSED if a person wished so, else ERROR while something is in its way.
func SummaryOf(s JobState) JobSummary {
	switch s.Type {
	case JobDraft:
		return SummaryDraft
	case JobHeld:
		return SummaryPaused
	case JobQueued:
		return SummaryQueued
	case JobStopped:
		return stoppedSummary(s)
	case JobDone:
		return SummaryDone
	case JobAborted:
		return abortedSummary(s)
	case JobInProgress:
	}
	return SummaryInProgress
}

func stoppedSummary(s JobState) JobSummary {
	switch {
	case s.UserAction != nil:
		return SummaryPaused
	case s.Cause() != "":
		return SummaryError
	}
	return SummaryInProgress
}

func abortedSummary(s JobState) JobSummary {
	switch {
	case s.UserAction != nil && s.UserAction.ActionCode == UserCancelled:
		return SummaryCancelled
	case s.ServiceAction != nil && s.ServiceAction.ErrorCode == ServiceExpiration:
		return SummaryExpired
	}
	return SummaryError
}

// StateOfStatus returns the state that a report of a single word means, in any
// case, as old devices make it; false for a word that nobody is known to send. A
// device that says ERROR failed to print: OTHER would not say so, as it stands for
// not knowing (see UnconfirmedMessage).
func StateOfStatus(status JobStatus) (JobState, bool) {
	switch JobStatus(strings.ToUpper(string(status))) {
	case StatusQueued:
		return StateOf(JobQueued), true
	case StatusHeld:
		return StateOf(JobHeld), true
	case StatusInProgress, StatusSpooled, StatusSubmitted:
		return StateOf(JobInProgress), true
	case StatusDone:
		return StateOf(JobDone), true
	case StatusError, StatusAborted:
		return ByDevice(JobAborted, DevicePrintFailure), true
	}
	return JobState{}, false
}

// StateTypesOf returns the types of the states that a status stands for, so that
// jobs can be selected by it.
func StateTypesOf(status JobStatus) []JobStateType {
	switch JobStatus(strings.ToUpper(string(status))) {
	case StatusQueued:
		return []JobStateType{JobDraft, JobQueued}
	case StatusHeld:
		return []JobStateType{JobHeld}
	case StatusInProgress, StatusSpooled, StatusSubmitted:
		return []JobStateType{JobInProgress, JobStopped}
	case StatusDone:
		return []JobStateType{JobDone}
	case StatusError, StatusAborted:
		return []JobStateType{JobAborted}
	}
	return nil
}
