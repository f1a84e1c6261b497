// Package oauth issues, refreshes and revokes tokens, and says whom a token
// speaks for: the device code dialogue (RFC 8628), authorization codes (RFC 6749
// with PKCE, RFC 7636), robot codes, refresh tokens, API keys, sign-in links and
// the sessions of the pages.
//
// Every secret is 256 random bits, or made by an Issuer, is shown once, and is stored as its SHA-256
// hash only: such a secret cannot be guessed, so a slow hash would only cost
// time on each call. Passwords are not this package's affair.
package oauth
