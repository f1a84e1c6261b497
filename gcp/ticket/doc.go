// Package ticket checks a ticket against a printer's capabilities. Both halves
// ask it: the service before it takes a job, the connector before it prints one.
// It says no only to what the printer cannot do; it never changes a ticket.
package ticket
