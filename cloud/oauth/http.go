package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode"

	"platen/cloud"
)

// The grant types of the token endpoint.
const (
	grantCode      = "authorization_code"
	grantRefresh   = "refresh_token"
	grantDevice    = "urn:ietf:params:oauth:grant-type:device_code" // RFC 8628, 3.4
	grantOldDevice = "http://oauth.net/grant_type/device/1.0"       // its draft, which old clients send
)

// requestTime bounds the work for one request.
const requestTime = 30 * time.Second

// Paths are the paths that Handler serves; everything else is 404.
func Paths() []string {
	return []string{
		"/o/oauth2/token", "/oauth2/v3/token", "/oauth2/v4/token", "/o/oauth2/device/code",
		"/o/oauth2/revoke", "/oauth2/v1/userinfo", "/accounts/ClientLogin",
	}
}

// Handler serves the endpoints of Paths. The page of /o/oauth2/auth belongs to
// whoever shows pages; CheckAuthorize and GrantAuthorize are its rules.
func (s *Server) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), requestTime)
		defer cancel()
		r = r.WithContext(ctx)
		w.Header().Set("Cache-Control", "no-store") // RFC 6749, 5.1
		w.Header().Set("Pragma", "no-cache")
		switch path.Clean("/" + r.URL.Path) {
		case "/o/oauth2/token", "/oauth2/v3/token", "/oauth2/v4/token":
			s.serve(w, r, http.MethodPost, s.serveToken)
		case "/o/oauth2/device/code":
			s.serve(w, r, http.MethodPost, s.serveDeviceCode)
		case "/o/oauth2/revoke":
			s.serve(w, r, "", s.serveRevoke) // GET too, as Google's did
		case "/oauth2/v1/userinfo":
			s.serveUserInfo(w, r)
		case "/accounts/ClientLogin":
			s.serveLogin(w, r)
		default:
			http.NotFound(w, r)
		}
	})
}

type endpoint func(ctx context.Context, f form) (any, error)

// serve does what the JSON endpoints have in common.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, method string, e endpoint) {
	if method != "" && r.Method != method {
		w.Header().Set("Allow", method)
		writeJSON(w, http.StatusMethodNotAllowed, errorAnswer{Error: "invalid_request", Text: "Use " + method + "."})
		return
	}
	addr := s.cfg.RemoteAddr(r)
	if !s.limit.allow(addr, s.cfg.Now(), 1) {
		w.Header().Set("Retry-After", "30")
		writeJSON(w, http.StatusTooManyRequests, errorAnswer{Error: "slow_down", Text: "Too many requests."})
		return
	}
	f, err := readForm(w, r)
	f.from = addr
	if err == nil {
		err = s.checkClient(f)
	}
	var answer any
	if err == nil {
		answer, err = e(r.Context(), f)
	}
	if err != nil {
		s.writeError(w, r, err, f.basic)
		return
	}
	if _, proved := answer.(tokenAnswer); proved {
		s.limit.refund(addr, 1) // hundreds of connectors may share one address
	}
	writeJSON(w, http.StatusOK, answer)
}

// tokenAnswer is the success of the token endpoint, RFC 6749, 5.1.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"` // some clients send it back as it is
	ExpiresIn    int    `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token,omitempty"`
	Scope        string `json:"scope,omitempty"`
}

type errorAnswer struct {
	Error string `json:"error"`
	Text  string `json:"error_description,omitempty"`
}

func (s *Server) serveToken(ctx context.Context, f form) (any, error) {
	var out issued
	var err error
	switch f.get("grant_type") {
	case grantCode:
		out, err = s.exchangeCode(ctx, f)
	case grantRefresh:
		out, err = s.refresh(ctx, f)
	case grantDevice, grantOldDevice:
		out, err = s.pollDevice(ctx, f)
	case "":
		err = badRequest("The parameter grant_type is missing.")
	default:
		err = &grantError{"unsupported_grant_type", "This grant type is not known here.", http.StatusBadRequest}
	}
	if err != nil {
		return nil, err
	}
	return tokenAnswer{
		AccessToken: out.access.Reveal(), TokenType: "Bearer", ExpiresIn: int(out.expires / time.Second),
		RefreshToken: out.refresh.Reveal(), Scope: out.scope,
	}, nil
}

// deviceAnswer names the page twice: verification_url was the draft's spelling.
type deviceAnswer struct {
	DeviceCode string `json:"device_code"`
	UserCode   string `json:"user_code"`
	URL        string `json:"verification_url"`
	URI        string `json:"verification_uri"`
	Complete   string `json:"verification_uri_complete"`
	ExpiresIn  int    `json:"expires_in"` // seconds
	Interval   int    `json:"interval"`   // seconds
}

func (s *Server) serveDeviceCode(ctx context.Context, f form) (any, error) {
	scope := f.get("scope")
	if f.clientID() == "" {
		return nil, badRequest("The parameter client_id is missing.")
	}
	if len(f.clientID()) > maxParam || len(scope) > maxParam {
		return nil, badRequest("A parameter is too long.")
	}
	d, err := s.StartDeviceOf(ctx, f.clientID(), scope, Asker{
		Address: f.from, Host: hostName(f.get("device_name")), Printers: printerNames(f.get("device_printers")),
	})
	if err != nil {
		return nil, err
	}
	return deviceAnswer{
		DeviceCode: d.DeviceCode.Reveal(), UserCode: d.UserCode, URL: d.URL, URI: d.URL, Complete: d.Complete,
		ExpiresIn: int(d.ExpiresIn / time.Second), Interval: max(1, int(d.Interval/time.Second)),
	}, nil
}

// maxHost bounds what a machine may call itself, in characters.
const maxHost = 100

// hostName keeps of a machine's name what can be shown.
func hostName(text string) string {
	text = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, cloud.ValidText(text)))
	if r := []rune(text); len(r) > maxHost {
		return string(r[:maxHost])
	}
	return text
}

// maxPrinters bounds the printers that a machine may name.
const maxPrinters = 100

// printerNames keeps of a list of names, in JSON, what can be shown. A list that cannot
// be read is none: it is only told to people.
func printerNames(text string) []string {
	var all, kept []string
	if json.Unmarshal([]byte(text), &all) != nil {
		return nil
	}
	for _, name := range all {
		if name = hostName(name); name != "" && len(kept) < maxPrinters {
			kept = append(kept, name)
		}
	}
	return kept
}

func (s *Server) serveRevoke(ctx context.Context, f form) (any, error) {
	if f.get("token") == "" {
		return nil, badRequest("The parameter token is missing.")
	}
	return struct{}{}, s.Revoke(ctx, f.get("token"))
}

// writeError turns an error into an answer; trouble of our own goes to the log.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error, basic bool) {
	if e, ok := errors.AsType[*grantError](err); ok {
		if e.status == http.StatusUnauthorized && basic {
			w.Header().Set("WWW-Authenticate", `Basic realm="oauth"`) // RFC 6749, 5.2
		}
		writeJSON(w, e.status, errorAnswer{e.code, e.text})
		return
	}
	if e, ok := errors.AsType[*cloud.Error](err); ok && e.Kind != cloud.KindUnavailable {
		writeJSON(w, http.StatusBadRequest, errorAnswer{"invalid_request", e.Message})
		return
	}
	s.cfg.Logger.ErrorContext(r.Context(), "oauth request", "path", r.URL.Path, "err", err)
	writeJSON(w, http.StatusServiceUnavailable, errorAnswer{"temporarily_unavailable", "Try again later."})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil { // strings and numbers only
		status, b = http.StatusInternalServerError, []byte(`{"error":"server_error"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // whoever asked is gone
}

// BearerOf returns the token of an Authorization header in any of the forms that
// clients send: "Bearer T", "OAuth T" or "GoogleLogin auth=T".
func BearerOf(header string) (token string, ok bool) {
	scheme, rest, found := strings.Cut(strings.TrimSpace(header), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case !found || rest == "":
		return "", false
	case strings.EqualFold(scheme, "Bearer"), strings.EqualFold(scheme, "OAuth"):
		return rest, true
	case strings.EqualFold(scheme, "GoogleLogin"):
		if token, ok = strings.CutPrefix(rest, "auth="); ok && token != "" {
			return token, true
		}
	}
	return "", false
}
