// Package metrics shows what a program counts to Prometheus, and says whether the program
// is alive and ready: over a loopback address or a unix socket, never to a network. What is
// counted is its callers' business.
package metrics
