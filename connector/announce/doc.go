// Package announce tells the local network by DNS-SD of the connector's printers as the
// cloud's front door has them, so that print dialogs find them there. What is said of a
// printer is what the front door answers to everybody; nothing is kept on disk, and nothing
// secret is said.
package announce
