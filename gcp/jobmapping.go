package gcp

import "strings"

// StatusOf returns the single-word status that goes with a state.
func StatusOf(s JobState) JobStatus {
	switch s.Type {
	case JobHeld:
		return StatusHeld
	case JobInProgress, JobStopped:
		return StatusInProgress
	case JobDone:
		return StatusDone
	case JobAborted:
		return StatusError
	}
	return StatusQueued // DRAFT and QUEUED
}

// SummaryOf returns the summary that a page shows for a state. A job that stopped
// for another reason than a person's wish is still in progress, with a cause.
func SummaryOf(s JobState) JobSummary {
	switch s.Type {
	case JobDraft:
		return SummaryDraft
	case JobHeld:
		return SummaryPaused
	case JobInProgress:
		return SummaryInProgress
	case JobStopped:
		if s.UserAction != nil {
			return SummaryPaused
		}
		return SummaryInProgress
	case JobDone:
		return SummaryDone
	case JobAborted:
		return abortedSummary(s)
	}
	return SummaryQueued
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
// case, as old devices make it; false for a word that nobody is known to send.
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
		return ByDevice(JobAborted, DeviceActionOther), true
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
