// Package control is the conversation between the command line and the running
// daemon: HTTP with JSON over a unix socket. It does nothing itself.
package control
