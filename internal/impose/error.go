package impose

// Cause says why a document could not be made ready.
type Cause string

// The causes.
const (
	CauseDamaged     Cause = "damaged"     // the document is broken, or hostile
	CausePassword    Cause = "password"    // it opens with a password only
	CauseEmpty       Cause = "empty"       // none of the pages asked for is in it
	CauseTooBig      Cause = "too-big"     // it needs more memory than is allowed
	CauseTimeout     Cause = "timeout"     // it needs more time than is allowed
	CauseUnsupported Cause = "unsupported" // nothing here reads its format, or writes the one that is wanted
	CauseFailed      Cause = "failed"      // not the document's fault: trying again may help
)

// Error is a document that could not be made ready; its text names the cause for
// people. Everything that renders returns it, found with errors.As.
type Error struct {
	Cause Cause
	Text  string // a sentence for people
	Err   error  // for the log, may be nil
}

// Error returns the sentence.
func (e *Error) Error() string { return e.Text }

// Unwrap returns what is behind it.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether trying again may help.
func (e *Error) Temporary() bool { return e.Cause == CauseFailed }
