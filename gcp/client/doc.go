// Package client calls a cloud print service over HTTP with one set of
// credentials: register printers, fetch jobs and their documents, report what
// became of them, and submit jobs.
//
// A failure that the service tells, in the envelope or as an HTTP status, is a
// *gcp.Error. Whatever else went wrong on the way has Temporary() true: it says
// nothing about the call itself. Calls that are safe to repeat are repeated while
// that can help; submitting a job and exchanging a code never are.
package client
