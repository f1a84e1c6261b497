// Package daemon wires the connector's parts into one program: settings,
// credentials, pairing, and the life of the daemon. It holds no rules of its own.
package daemon
