// Package server wires the parts of the cloud into one program that listens,
// and takes them down again in bounded time. It holds no rules of its own.
package server
