// Package bearer makes access tokens that an XMPP server can check without asking: JSON
// Web Tokens (RFC 7519), signed with a key of the cloud's whose public half the server has.
//
// The cloud itself never believes a signature. It stores what it issued, as its hash, and
// looks each token up: who has the key can forge logins at the XMPP server, and nothing
// at the cloud, and a revoked token is good for nothing there from that moment on.
package bearer
