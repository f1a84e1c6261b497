package gcp

// PrinterID names one printer registered with a service. It is opaque, chosen by
// the service, and never reused.
type PrinterID string

// JobID names one print job of a service. It is opaque and never reused.
type JobID string

// ProxyID names one connector installation; printers with the same owner and
// ProxyID belong to one connector. The connector chooses it.
type ProxyID string

// RobotID is the local part of a robot's JID: 32 hexadecimal digits.
type RobotID string
