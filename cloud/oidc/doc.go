// Package oidc signs people in with an OpenID Connect provider: the code flow
// with PKCE, state and nonce (OpenID Connect Core 1.0, 3.1; RFC 7636). What the
// answer means for an account is cloud's decision.
package oidc
