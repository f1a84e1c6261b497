package web

import (
	"errors"
	"net/http"
	"time"
)

// answerTime is how long an answer may take that documents are drawn for, or the
// installation is tried: longer than each of these may.
const answerTime = 10 * time.Minute

// patient gives the answer a time of its own: the server's deadlines have run since the
// request began, and the reader's would end the request's context, too.
func (v *visit) patient() error {
	control := http.NewResponseController(v.w)
	err := errors.Join(control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(time.Now().Add(answerTime)))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

// patiently is for pages that draw.
func patiently(h pageFunc) pageFunc {
	return func(v *visit) error {
		if err := v.patient(); err != nil {
			return err
		}
		return h(v)
	}
}
