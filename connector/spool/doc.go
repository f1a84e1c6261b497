// Package spool keeps jobs, documents and the printers' identities on disk. It
// decides nothing: connector says what to write, and reads it after a crash.
package spool
