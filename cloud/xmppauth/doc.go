// Package xmppauth tells an XMPP server whether a robot's token is good, so that the
// server lets connectors in by the tokens that the cloud gave them. It answers a server
// that knows the shared secret, and says yes only of the robot that the token is of.
package xmppauth
