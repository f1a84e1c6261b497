// Package stream cuts an XMPP stream (RFC 6120) into its stanzas, bounds each before any
// XML parser sees it, and reads and writes them. Whose stream it is, and what is said on
// it, its users know: the service that connectors log in to, and the component of another
// server.
package stream
