// Package pubsub publishes the states of printers and jobs to whom may see them, as an
// XMPP PubSub service (XEP-0060), and shows printers as contacts (RFC 6121). It answers
// stanzas whose senders a transport vouches for, and hands what is to be told to outlets;
// package push and package component are both.
package pubsub
