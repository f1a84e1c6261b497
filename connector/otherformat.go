package connector

import (
	"errors"
	"slices"

	"platen/gcp"
	"platen/internal/impose"
	"platen/printer"
)

// wrongFormat reports whether a printer refused a document for its format, though it
// lists that (RFC 8011, B.1.4.11: client-error-document-format-not-supported).
func wrongFormat(refusal error) bool {
	e, ok := errors.AsType[*printer.Error](refusal)
	return ok && e.State.ServiceAction != nil && e.State.ServiceAction.ErrorCode == gcp.ServiceUnsupportedType
}

// otherFormat reports whether a document that was refused may be made into another
// format that the printer lists, and notes the one that it refused.
func (q *queue) otherFormat(j *job, format string, refusal error) bool {
	if !wrongFormat(refusal) || format == "" || q.c.Renderer == nil || slices.Contains(j.refused, format) {
		return false
	}
	j.refused = append(slices.Clip(j.refused), format)
	return true
}

// without returns the printer as if it did not take the formats.
func without(p printer.Printer, formats []string) printer.Printer {
	if len(formats) == 0 {
		return p
	}
	p.Capabilities.Formats = slices.DeleteFunc(slices.Clone(p.Capabilities.Formats), func(f string) bool { return slices.Contains(formats, f) })
	if slices.Contains(formats, impose.PWG) {
		p.Capabilities.PWG = nil
	}
	if slices.Contains(formats, impose.URF) {
		p.Capabilities.URF = nil
	}
	return p
}
