package oauth

import "net/http"

// MetadataPath is where programs look for what an authorization server can do
// (RFC 8414, 3).
const MetadataPath = "/.well-known/oauth-authorization-server"

// ScopeCloudPrint is the protocol's scope: a token that was granted with it may do what
// its person may.
const ScopeCloudPrint = "https://www.googleapis.com/auth/cloudprint"

// metadata is what MetadataPath answers (RFC 8414, 2; RFC 8628, 4).
type metadata struct {
	Issuer        string   `json:"issuer"`
	Authorization string   `json:"authorization_endpoint"`
	Token         string   `json:"token_endpoint"`
	Device        string   `json:"device_authorization_endpoint"`
	Revocation    string   `json:"revocation_endpoint"`
	UserInfo      string   `json:"userinfo_endpoint"`
	Scopes        []string `json:"scopes_supported"`
	Responses     []string `json:"response_types_supported"`
	Grants        []string `json:"grant_types_supported"`
	Challenges    []string `json:"code_challenge_methods_supported"`
	ClientAuth    []string `json:"token_endpoint_auth_methods_supported"`
}

// Metadata answers at MetadataPath, for whoever asks.
func (s *Server) Metadata() http.Handler {
	at := s.cfg.BaseURL
	m := metadata{
		Issuer: at, Authorization: at + "/o/oauth2/auth", Token: at + "/o/oauth2/token", Device: at + "/o/oauth2/device/code",
		Revocation: at + "/o/oauth2/revoke", UserInfo: at + "/oauth2/v1/userinfo", Scopes: []string{ScopeCloudPrint},
		Responses: []string{"code"}, Grants: []string{"authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"},
		Challenges: []string{"S256", "plain"}, ClientAuth: []string{"client_secret_post", "client_secret_basic", "none"},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, m) })
}
