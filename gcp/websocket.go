package gcp

// WebSocketPath is where a service takes notification streams over WebSockets (RFC 7395),
// below its own address. It is the name that XMPP servers commonly use.
const WebSocketPath = "/xmpp-websocket"
