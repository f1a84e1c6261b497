package xmppauth

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"

	"platen/internal/lab"
	"platen/internal/secret"
)

// speak serves one connection with TLS: it reads up to the end of a tag before each of
// the things that it says. It returns a login there.
func speak(t *testing.T, says ...string) Login {
	t.Helper()
	cfg, roots := lab.Certificate(t, domain)
	l, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close() //nolint:errcheck // a test's server
		in := bufio.NewReader(conn)
		for _, s := range says {
			if _, err := in.ReadString('>'); err != nil {
				return
			}
			if _, err := conn.Write([]byte(s)); err != nil {
				return
			}
		}
	}()
	return Login{
		Address: l.Addr().String(), Domain: domain, TLS: &tls.Config{RootCAs: roots, ServerName: domain},
		User: robot, Token: secret.New(good),
	}
}

// What a server says decides; one that says nonsense, or no end of it, is given up, and the
// token is in no error.
func TestLogin(t *testing.T) {
	const features = "<stream:features><mechanisms/></stream:features>"
	for name, tt := range map[string]struct {
		says []string
		want string // "" for success
	}{
		"let in":   {[]string{"", features, `<success xmlns="urn:ietf:params:xml:ns:xmpp-sasl"/>`}, ""},
		"refused":  {[]string{"", features, "<failure><not-authorized/></failure>"}, ErrRefused.Error()},
		"hangs up": {[]string{"", features}, "EOF"},
		"too much": {[]string{"", strings.Repeat("x", maxHello)}, "too much"},
		"no XMPP":  {[]string{"HTTP/1.1 400 Bad Request\r\n\r\n"}, "EOF"},
	} {
		err := speak(t, tt.says...).Try(t.Context())
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), good)):
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		case name == "refused" && !errors.Is(err, ErrRefused):
			t.Errorf("it is not told apart: %v", err)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	if err := (Login{Address: l.Addr().String()}).Try(t.Context()); err == nil || errors.Is(err, ErrRefused) {
		t.Errorf("nobody there: %v", err)
	}
}
