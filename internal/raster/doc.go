// Package raster makes a document ready for a printer that cannot take it as it is:
// it lays out its pages, draws them as PWG or Apple raster, and makes previews.
//
// Documents come from strangers. Each is read in a child process of its own, which
// has no credentials, no files but the document and the result, and limits of time
// and memory; PDF is read there by PDFium, compiled to WebAssembly. The parent
// never parses a document (decision 009).
package raster
