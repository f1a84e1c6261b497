package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"platen/cloud"
	"platen/internal/secret"
)

// Security says how the connection to the mail server is encrypted.
type Security string

// The ways to encrypt it.
const (
	STARTTLS Security = "starttls" // RFC 3207; a server without it is not used
	TLS      Security = "tls"      // from the first byte (RFC 8314, 3.3)
	Plain    Security = "none"     // not at all
)

// Config is what a Sender is made of.
type Config struct {
	Server   string         // host and port of the server that takes mail for everybody
	Security Security       // "" means STARTTLS
	RootCAs  *x509.CertPool // nil means the system's
	User     string         // "" for a server that asks for no name
	Password secret.Text
	From     string // address of the sender
	BaseURL  string // of the service, for the links in messages
}

// timeout bounds one message, from the connection to the server's last word.
const timeout = 30 * time.Second

// Sender sends mail by a server of the organization. Its methods may be called from any
// goroutine.
type Sender struct {
	cfg  Config
	host string
	port int
}

var _ cloud.Teller = (*Sender)(nil)

// New returns a sender; it connects for each message anew.
func New(cfg Config) (*Sender, error) {
	host, text, err := net.SplitHostPort(cfg.Server)
	port, wrong := strconv.Atoi(text)
	if err != nil || wrong != nil || host == "" || port < 1 || port > 65535 {
		return nil, fmt.Errorf("the mail server %q is no host with a port, such as smtp.example.com:587", cfg.Server)
	}
	if _, err := mail.ParseAddress(cfg.From); err != nil {
		return nil, fmt.Errorf("the sender %q is no mail address", cfg.From)
	}
	s := &Sender{cfg: cfg, host: host, port: port}
	_, err = s.client(context.Background())
	return s, err
}

// client returns a client whose connection ends with ctx: the library looks at that only
// while it dials.
func (s *Sender) client(ctx context.Context) (*gomail.Client, error) {
	config := &tls.Config{ServerName: s.host, RootCAs: s.cfg.RootCAs, MinVersion: tls.VersionTLS12}
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(timeout), gomail.WithTLSConfig(config),
		gomail.WithDialContextFunc(func(dial context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(dial, network, address)
			if err != nil {
				return nil, err
			}
			context.AfterFunc(ctx, func() { _ = conn.Close() }) // whoever waits for the server is woken
			if s.cfg.Security != TLS {
				return conn, nil
			}
			encrypted := tls.Client(conn, config)
			return encrypted, encrypted.HandshakeContext(dial)
		}),
	}
	switch s.cfg.Security {
	case "", STARTTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case TLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic)) // the connection is encrypted already
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("mail is encrypted by starttls, tls or none, not %q", s.cfg.Security)
	}
	if s.cfg.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(s.cfg.User), gomail.WithPassword(s.cfg.Password.Reveal()))
	}
	return gomail.NewClient(s.host, options...)
}

// Check connects and signs in, and sends nothing.
func (s *Sender) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	c, err := s.client(ctx)
	if err != nil {
		return err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return err
	}
	return c.Close()
}

// Tell implements cloud.Teller.
func (s *Sender) Tell(ctx context.Context, address string, about []cloud.OutageNote) error {
	m := gomail.NewMsg()
	if err := m.From(s.cfg.From); err != nil {
		return fmt.Errorf("the sender: %w", err)
	}
	if err := m.To(address); err != nil {
		return fmt.Errorf("%w: %w", cloud.ErrNoSuchAddress, err)
	}
	m.Subject(subject(about))
	m.SetDate()
	m.SetMessageID()
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834, 5: nobody's absence answers
	m.SetBodyString(gomail.TypeTextPlain, s.text(about))
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	c, err := s.client(ctx)
	if err != nil {
		return err
	}
	conn, err := c.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("send mail: %w", err)
	}
	defer func() { _ = c.CloseWithSMTPClient(conn) }() // what was taken is sent
	err = c.SendWithSMTPClient(conn, m)
	switch {
	case err == nil:
		return nil
	case refusedForGood(err):
		return fmt.Errorf("%w: %w", cloud.ErrNoSuchAddress, err)
	}
	return fmt.Errorf("send mail: %w", err)
}

// refusedForGood reports whether the server takes no mail for this address, now and later
// (RFC 5321, 4.2.1: 5yz).
func refusedForGood(err error) bool {
	var refusal *gomail.SendError
	return errors.As(err, &refusal) && refusal.Reason == gomail.ErrSMTPRcptTo && !refusal.IsTemp()
}
