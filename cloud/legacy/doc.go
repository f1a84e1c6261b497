// Package legacy speaks version 1.0 of the protocol: printers that register with a
// PPD file or with XPS PrintCapabilities, the arrays in which they are shown to old
// clients, and the tickets that both have. It draws nothing and asks nobody.
package legacy
