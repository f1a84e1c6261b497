package server

import (
	"encoding/json"
	"encoding/xml"
	"html"
	"net/http"
	"net/url"
	"strings"

	"platen/gcp"
	"platen/internal/config"
)

// streamMounts are the addresses of the streams over WebSockets, and of what tells
// clients where they are (XEP-0156).
func (s *Server) streamMounts() map[string]http.Handler {
	if s.cfg.Push.Driver == DriverNone {
		return nil
	}
	at := webSocketAddress(s.base)
	return map[string]http.Handler{
		gcp.WebSocketPath:                 http.HandlerFunc(s.push.ServeWebSocket),
		"GET /.well-known/host-meta":      hostMeta("application/xrd+xml", hostMetaXML(at)),
		"GET /.well-known/host-meta.json": hostMeta("application/json", hostMetaJSON(at)),
	}
}

// webSocketAddress is where clients of a service with this address find the streams.
func webSocketAddress(base string) string {
	return "ws" + strings.TrimPrefix(base, "http") + gcp.WebSocketPath
}

const linkRelation = "urn:xmpp:alt-connections:websocket"

// hostMetaXML and hostMetaJSON are the two forms of RFC 6415.
func hostMetaXML(at string) []byte {
	return []byte(xml.Header + `<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0"><Link rel="` + linkRelation +
		`" href="` + html.EscapeString(at) + `"/></XRD>`)
}

func hostMetaJSON(at string) []byte {
	text, _ := json.Marshal(map[string]any{"links": []any{map[string]string{"rel": linkRelation, "href": at}}}) // strings never fail
	return text
}

// hostMeta answers with a text, which pages of every site may read (XEP-0156, 2.3).
func hostMeta(contentType string, text []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(text) // the client may be gone
	})
}

// origins are the sites whose pages may open streams: our own, and those of the settings.
func (s *Server) origins() []string {
	list := append([]string{}, s.cfg.Push.Origins...)
	if u, err := url.Parse(s.base); err == nil {
		list = append(list, origin(u))
	}
	return list
}

// origin is that of an address, as browsers write it (RFC 6454, 6.2).
func origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	for scheme, port := range map[string]string{"http": ":80", "https": ":443"} {
		if u.Scheme == scheme {
			host = strings.TrimSuffix(host, port)
		}
	}
	return u.Scheme + "://" + host
}

// checkOrigins refuses what no browser would write.
func checkOrigins(list []string) error {
	for _, o := range list {
		u, err := url.Parse(o)
		if err != nil || u.Host == "" || o != origin(u) {
			return &config.Wrong{Key: "push.websocket_origins", Value: list, Want: `sites as browsers write them, such as "https://www.example.com"`}
		}
	}
	return nil
}
