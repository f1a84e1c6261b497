// Package ippwords says in IPP's words what a CDD calls otherwise, and reads attributes
// as clients and servers of IPP both do.
package ippwords

import (
	"strings"

	"github.com/OpenPrinting/goipp"

	"platen/gcp"
)

// The values of orientation-requested (RFC 8011, 5.2.10).
const (
	Portrait  = 3
	Landscape = 4
)

// The values of multiple-document-handling (RFC 8011, 5.2.4).
const (
	Collated   = "separate-documents-collated-copies"
	Uncollated = "separate-documents-uncollated-copies"
)

// Sides returns the sides keyword of a duplex type (RFC 8011, 5.2.8), "" for an unknown one.
func Sides(t gcp.DuplexType) string {
	switch t {
	case gcp.DuplexLongEdge:
		return "two-sided-long-edge"
	case gcp.DuplexShortEdge:
		return "two-sided-short-edge"
	case gcp.DuplexNone, "":
		return "one-sided"
	}
	return ""
}

// Scaling returns the print-scaling keyword of a way to fit pages (PWG 5100.13, 6.2.5),
// "" for an unknown one.
func Scaling(t gcp.FitToPageType) string {
	switch t {
	case gcp.FitNone:
		return "none"
	case gcp.FitPage, gcp.FitGrow:
		return "fit"
	case gcp.FitFill:
		return "fill"
	case gcp.FitShrink:
		return "auto-fit"
	}
	return ""
}

// Tag is the syntax of a word: what has characters that no keyword has is a name, which a
// maker or an administrator chose (RFC 8011, 5.1.4).
func Tag(word string) goipp.Tag {
	for _, c := range word {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-_.", c) {
			return goipp.TagName
		}
	}
	return goipp.TagKeyword
}

// First returns the values of an attribute; of one that is there twice the first counts.
// nil if it is not there.
func First(attrs goipp.Attributes, name string) goipp.Values {
	for _, a := range attrs {
		if a.Name == name {
			return a.Values
		}
	}
	return nil
}
