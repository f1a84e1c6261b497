// Package connector keeps cloud and print system in step: it shares printers,
// and carries each job from one to the other exactly once. It knows neither IPP
// nor XMPP nor HTTP: it reaches them through the interfaces it declares.
package connector
