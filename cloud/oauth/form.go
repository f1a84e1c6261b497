package oauth

import (
	"crypto/subtle"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
)

// maxForm bounds a request to the token endpoint, in bytes.
const maxForm = 64 << 10

// form is a request's parameters, wherever they came: query, urlencoded body or
// multipart body, and the client's name and secret also from Basic credentials.
type form struct {
	values url.Values
	from   string // the address of whoever asks
	basic  bool
	client string
	secret string
}

func (f form) get(key string) string { return f.values.Get(key) }

func (f form) clientID() string { return f.client }

// readForm reads the parameters of a request. The body's count before the query's.
func readForm(w http.ResponseWriter, r *http.Request) (form, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return form{}, badRequest("The query cannot be read.")
	}
	body, err := readBody(w, r)
	if err != nil {
		return form{}, err
	}
	for k, v := range query {
		body[k] = append(body[k], v...)
	}
	f := form{values: body, client: body.Get("client_id"), secret: body.Get("client_secret")}
	if user, pass, ok := r.BasicAuth(); ok {
		// RFC 6749, 2.3.1: both are urlencoded first; old clients do not.
		f.basic, f.client, f.secret = true, unescaped(user), unescaped(pass)
	}
	return f, nil
}

func readBody(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // an odd label is treated as none
	if kind == "multipart/form-data" {
		return readMultipart(multipart.NewReader(r.Body, params["boundary"]))
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, badRequest("The body cannot be read, or is too long.")
	}
	values, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, badRequest("The body cannot be read.")
	}
	return values, nil
}

func readMultipart(m *multipart.Reader) (url.Values, error) {
	values := url.Values{}
	for {
		part, err := m.NextPart()
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return nil, badRequest("The multipart body cannot be read.")
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return nil, badRequest("The multipart body cannot be read.")
		}
		values.Add(part.FormName(), string(text))
	}
}

func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

// checkClient refuses a registered client with a wrong secret. Anybody else is a
// public client: old programs bring ids and secrets that are not ours to check.
func (s *Server) checkClient(f form) error {
	c, ok := s.clients[f.client]
	if !ok || c.Secret.Empty() {
		return nil
	}
	if subtle.ConstantTimeCompare([]byte(c.Secret.Reveal()), []byte(f.secret)) != 1 {
		return &grantError{"invalid_client", "The client's secret is wrong.", http.StatusUnauthorized}
	}
	return nil
}
