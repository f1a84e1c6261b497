// Package cups lists printers, prints and follows jobs on CUPS servers and on
// IPP Everywhere printers added by address, over IPP. It holds no state that a
// restart could lose; what a printer says is translated by package printer.
package cups
