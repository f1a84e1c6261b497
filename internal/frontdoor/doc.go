// Package frontdoor tests the IPP front door of the two real programs with programs of
// others on both sides: CUPS, its tools and other IPP clients print to a cloud printer,
// and behind that is a real ippeveprinter.
package frontdoor
