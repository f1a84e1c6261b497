// Package ipp is the front door of each cloud printer: a standard IPP printer at
// ipps://HOST/ipp/print/ID, for every system that can print to one. It translates
// between IPP and the protocol's capabilities, tickets and states; who may do what, and
// what becomes of a job, is package cloud's to decide. It keeps nothing but the numbers
// of jobs, and in memory the jobs whose documents are still to come, and subscriptions.
package ipp
