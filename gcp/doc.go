// Package gcp is the Google Cloud Print protocol as data: identifiers, printers,
// jobs, capabilities (CDD), tickets (CJT), device states (CDS), job states (CJS),
// notifications, error codes and the response envelope, and how each is written
// as JSON. Both ends of the wire use these types, so they cannot disagree.
//
// It imports the standard library only and does no input or output: calling a
// service is gcp/client's work, serving it cloud/api's.
//
// Enumerations are typed strings holding the wire's own word. A value that this
// package does not know survives decoding and encoding unchanged.
package gcp
