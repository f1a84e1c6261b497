package raster

import "platen/internal/impose"

func failed(text string, err error) error {
	return &impose.Error{Cause: impose.CauseFailed, Text: text, Err: err}
}

func damaged(err error) error {
	return &impose.Error{Cause: impose.CauseDamaged, Text: "The document is damaged: it cannot be read.", Err: err}
}

func tooBig(err error) error {
	return &impose.Error{Cause: impose.CauseTooBig, Text: "The document needs more memory to be drawn than is allowed.", Err: err}
}

func unsupported(text string) error {
	return &impose.Error{Cause: impose.CauseUnsupported, Text: text}
}
