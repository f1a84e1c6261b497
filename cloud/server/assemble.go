package server

import (
	"context"
	"crypto/rand"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"platen/cloud"
	"platen/cloud/api"
	"platen/cloud/ipp"
	"platen/cloud/oauth"
	"platen/cloud/passkey"
	"platen/cloud/push"
	"platen/cloud/web"
	"platen/cloud/xmppauth"
	"platen/gcp"
	"platen/internal/secret"
)

// build makes the parts that know the public address; Run calls it again once
// the ports are known.
func (s *Server) build() {
	s.oauth = oauth.New(oauth.Config{
		Store: s.db, BaseURL: s.base, ClientLogin: s.cfg.ClientLogin, RemoteAddr: s.remoteAddr,
		Clients: s.clients(), CheckPassword: s.checkPassword, Issuer: s.issuer(), Lifetime: s.cfg.Push.Server.JWTLifetime.Std(),
		Logger: s.log.With("component", "oauth"),
	})
	cfg := cloud.Config{
		Domain: s.cfg.Push.Domain, Store: s.db, Blobs: s.blobs, Codes: s.oauth, Sessions: s.oauth,
		Rendering: s.rendering(), Retention: s.cfg.Retention.Std(), Limits: s.cfg.Limits.limits(),
		Provider: s.cfg.OIDC.rules(), Outages: s.told, NoVisitors: !s.cfg.GuestLinks, Logger: s.log.With("component", "cloud"),
	}
	if s.push != nil {
		cfg.Notifier = s.push
	}
	s.service = cloud.New(cfg)
}

func (s *Server) clients() []oauth.Client {
	list := make([]oauth.Client, 0, len(s.cfg.Clients))
	for _, c := range s.cfg.Clients {
		list = append(list, oauth.Client{ID: c.ID, Name: c.Name, Secret: c.Secret, RedirectURIs: c.RedirectURIs})
	}
	return list
}

// checkPassword is called by oauth, which is built before the service.
func (s *Server) checkPassword(ctx context.Context, p cloud.PasswordCheck) (cloud.User, error) {
	return s.service.CheckPassword(ctx, p)
}

// assemble builds the parts that serve. stopping is closed when the service
// begins to stop.
func (s *Server) assemble(stopping <-chan struct{}) error {
	host := s.pushHost()
	var err error
	if s.certs, err = s.openCertificates(); err != nil {
		return err
	}
	tlsConfig, err := s.pushTLS(host)
	if err != nil {
		return err
	}
	if err := errors.Join(s.openLink(), s.openTokenKey()); err != nil {
		return err
	}
	s.people = &people{s: s}
	s.push, err = push.New(push.Config{
		People: s.letsIn(),
		Domain: s.cfg.Push.Domain, Service: s.cfg.Push.Service, TLS: tlsConfig,
		Authenticate: s.robotOf, Presence: s.presence, Waiting: s.waiting, Origins: s.origins(), RemoteAddr: s.callerAddr,
		Remote: s.remote(), Limits: s.cfg.Push.pushLimits(), Logger: s.log.With("component", "push"),
	})
	if err != nil {
		return err
	}
	if s.told, err = s.outages(); err != nil {
		return err
	}
	s.build()
	provider, err := s.provider()
	if err != nil {
		return err
	}
	var signIn web.Provider // no pointer to nothing
	if provider != nil {
		signIn = provider
	}
	s.setup = secret.New(rand.Text())
	limit := s.cfg.MaxDocumentMiB << 20
	pages := web.New(web.Config{
		Service: s.service, OAuth: s.oauth, Blobs: s.blobs, BaseURL: s.base, MaxDocument: limit,
		Passkeys: passkey.New(passkey.Config{Store: s.db, BaseURL: s.base}),
		Provider: signIn, ProviderName: s.cfg.OIDC.Name, Setup: s.setup, Installation: installation{s}, Authority: s.shownAuthority(),
		Latency: s.push.Latency, Stopping: stopping, Logger: s.log.With("component", "web"),
	})
	endpoint, err := s.endpoint(host)
	if err != nil {
		return err
	}
	served := api.Config{
		Service: s.service, OAuth: s.oauth, Blobs: s.blobs, BaseURL: s.base, Domain: s.cfg.Push.Domain,
		Push: endpoint, Listener: s.push, MaxDocument: limit, RemoteAddr: s.callerAddr, FetchURLs: s.cfg.AllowURL, Stopping: stopping, Logger: s.log.With("component", "api"),
	}
	if err := s.openPubSub(served); err != nil {
		return err
	}
	if s.xmppAuth, err = s.askedBy(); err != nil {
		return err
	}
	mux := http.NewServeMux()
	s.front = ipp.New(ipp.Config{
		Service: s.service, Auth: s.oauth, Blobs: s.blobs, Numbers: s.db, BaseURL: s.base, MaxDocument: limit,
		Stopping: stopping, Logger: s.log.With("component", "ipp"),
	})
	for pattern, h := range s.mounts(pages, api.Streams(served)) {
		mux.Handle(pattern, h)
	}
	s.handler = route(api.New(served), mux)
	if s.cfg.MetricsListen != "" {
		s.handler = s.figures.counting(s.handler)
	}
	return nil
}

// mounts are all addresses besides the protocol's, and who serves them. Where there is
// more than one below an address, its package has the table of them.
func (s *Server) mounts(pages, streams http.Handler) map[string]http.Handler {
	all := map[string]http.Handler{"/": pages, "GET " + api.DescriptionPath: api.Description(s.base), "GET " + api.StreamPath: streams}
	maps.Copy(all, s.streamMounts())
	all[xmppauth.Pattern] = s.xmppAuth
	all[ipp.Prefix] = s.front
	all["GET "+oauth.MetadataPath] = s.oauth.Metadata()
	tokens := s.oauth.Handler()
	for _, path := range oauth.Paths() {
		all[path] = tokens
	}
	return all
}

// route sends the protocol's addresses to its handler without http.ServeMux,
// which would answer a doubled slash with a redirect.
func route(interfaces, rest http.Handler) http.Handler {
	pages := web.ProtocolPages()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		for strings.HasPrefix(path, "//") {
			path = path[1:]
		}
		if strings.HasPrefix(path, api.Prefix) && !slices.Contains(pages, path) {
			interfaces.ServeHTTP(w, r)
			return
		}
		rest.ServeHTTP(w, r)
	})
}

// endpoint is what pairing tells connectors of the push service.
func (s *Server) endpoint(host string) (*gcp.PushEndpoint, error) {
	e := &gcp.PushEndpoint{Host: host, Domain: s.cfg.Push.Domain, Service: s.cfg.Push.Service}
	switch {
	case s.cfg.Push.Driver.outside():
		return s.outsideEndpoint(host)
	case s.cfg.Push.Driver == DriverNone:
		return e, nil
	}
	e.DirectPort, e.STARTTLSPort = advertised(s.direct, s.cfg.Push.TellPort), advertised(s.starttls, s.cfg.Push.TellSTARTTLS)
	if s.ca != nil {
		e.CA = string(s.ca.pem)
	}
	return e, nil
}

// advertised is the port by which connectors reach a listener: the setting's, or its own.
func advertised(l net.Listener, setting int) int {
	if setting != 0 {
		return setting
	}
	return port(l)
}

// pushHost is the name that connectors dial: the setting, or the public address's.
func (s *Server) pushHost() string {
	if s.cfg.Push.Host != "" {
		return s.cfg.Push.Host
	}
	u, err := url.Parse(s.base)
	if err != nil {
		return "localhost"
	}
	return u.Hostname()
}
