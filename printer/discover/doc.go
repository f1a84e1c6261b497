// Package discover finds IPP printers on the local network by DNS-SD over multicast
// DNS (RFC 6762, RFC 6763), as AirPrint and IPP Everywhere printers announce
// themselves. It asks no printer anything: what it returns is what somebody on the
// network said, for a person to choose from.
package discover
