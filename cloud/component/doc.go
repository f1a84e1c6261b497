// Package component carries hints over an XMPP server that connectors log in to, such as
// Prosody or ejabberd. To that server it is a component (XEP-0114): one stream, over
// which it sends to any connector, hears who comes and goes, and publishes to PubSub
// nodes (XEP-0060) where connectors subscribe to them.
package component
