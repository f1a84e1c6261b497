// Package ippserver is what every IPP server does alike, whatever prints behind it:
// it reads a request up to its document without trusting it, checks its shape, and
// frames the answer. It knows no operation.
package ippserver
