// Package daemon wires the connector's parts into one program: settings, an administrator's
// rules, credentials, pairing, the takeover of a predecessor's printers, backups, metrics,
// what doctor looks at, and the life of the daemon. It decides nothing about jobs.
package daemon
