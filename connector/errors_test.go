package connector

import (
	"errors"
	"testing"

	"platen/gcp"
)

// A service that takes no credentials of ours any more has said nothing about a job:
// its end is told when we are paired again.
func TestRefusedCredentialsSayNothingAboutAJob(t *testing.T) {
	for _, tt := range []struct {
		err                 error
		refused, noDocument bool
	}{
		{&gcp.Error{Op: "token", HTTPStatus: 400}, false, false}, // RFC 6749, 5.2
		{&gcp.Error{Op: "token", HTTPStatus: 401}, false, false},
		{&gcp.Error{Op: "token", HTTPStatus: 404}, false, false},
		{&gcp.Error{Op: "control", HTTPStatus: 403}, false, false},
		{&gcp.Error{Op: "control", HTTPStatus: 503}, false, false},
		{&gcp.Error{Op: "control", HTTPStatus: 200, Code: gcp.CodeStandby}, false, false},
		{&gcp.Error{Op: "control", HTTPStatus: 200, Code: gcp.CodeFailure}, true, false},
		{&gcp.Error{Op: "control", HTTPStatus: 200, Code: gcp.CodeClaimed}, true, false},
		{&gcp.Error{Op: "download", HTTPStatus: 404}, true, true},
		{errors.New("connection refused"), false, false},
	} {
		if got := refused(tt.err); got != tt.refused {
			t.Errorf("refused(%v) = %t, want %t", tt.err, got, tt.refused)
		}
		if got := noDocument(tt.err); got != tt.noDocument {
			t.Errorf("noDocument(%v) = %t, want %t", tt.err, got, tt.noDocument)
		}
	}
}
