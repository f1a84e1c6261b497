// Package xmpp carries notifications over XMPP, as a client of the classic
// push dialogue. It opens one connection at a time and says when it ended;
// package notify decides when to try again.
//
// The stream is mellium's. What that leaves to its caller is done here: see
// docs/decisions/003-embedded-push.md.
package xmpp
