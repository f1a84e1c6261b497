// Package mdns announces services on the local network: a responder of multicast DNS
// (RFC 6762) and DNS-SD (RFC 6763) for services of other hosts, whose targets may be names
// of the ordinary DNS. It asks nothing, but whether a name is free, and caches nothing;
// package printer/discover looks for services.
package mdns
