package server

import (
	"crypto/x509"
	"errors"
	"fmt"
	netmail "net/mail"
	"os"
	"strings"
	"time"

	"platen/cloud"
	"platen/cloud/mail"
	"platen/internal/config"
	"platen/internal/secret"
)

// MailConfig are the settings of the server that mail is sent by.
type MailConfig struct {
	Server       string      `toml:"server"`        // host and port, such as "smtp.example.com:587"; "" for no mail
	Security     string      `toml:"security"`      // "starttls", "tls" (often port 465), or "none"
	User         string      `toml:"user"`          // name to sign in with there; "" for a server that asks for no name
	Password     secret.Text `toml:"password"`      // its password; everybody on this machine can read this file: better password_file
	PasswordFile string      `toml:"password_file"` // file with the password, instead of password
	From         string      `toml:"from"`          // the sender's address
	CAFile       string      `toml:"ca_file"`       // PEM of a further authority for the server's certificate
}

// OutagesConfig says who is told of connectors and printers that are down for long.
type OutagesConfig struct {
	Connector config.Duration `toml:"connector"` // how long a connector must have been away; 0 for never
	Printer   config.Duration `toml:"printer"`   // how long a printer must have been stopped; 0 for never
	Owners    bool            `toml:"owners"`    // send mail to whoever owns it
	MailTo    []string        `toml:"mail_to"`   // addresses that get mail about everything
}

func defaultOutages() OutagesConfig {
	return OutagesConfig{Connector: config.Duration(15 * time.Minute), Printer: config.Duration(time.Hour), Owners: true}
}

func (c OutagesConfig) check() error {
	for key, d := range map[string]config.Duration{"outages.connector": c.Connector, "outages.printer": c.Printer} {
		if d != 0 && d.Std() < time.Minute {
			return &config.Wrong{Key: key, Value: d, Want: `at least "1m", or 0 for never`}
		}
	}
	for _, a := range c.MailTo {
		if _, err := netmail.ParseAddress(a); err != nil {
			return &config.Wrong{Key: "outages.mail_to", Value: a, Want: "mail addresses, such as print-team@example.com"}
		}
	}
	return nil
}

func (c MailConfig) check() error {
	if c.Server == "" {
		return nil
	}
	if !c.Password.Empty() && c.PasswordFile != "" {
		return errors.New("mail.password and mail.password_file exclude each other: set one")
	}
	if c.User != "" && mail.Security(c.Security) == mail.Plain {
		return errors.New(`mail.user with mail.security = "none" would let anybody on the way read the password: set "starttls" or "tls"`)
	}
	_, err := mail.New(mail.Config{Server: c.Server, Security: mail.Security(c.Security), From: c.From})
	if err != nil {
		return fmt.Errorf("the table [mail]: %w", err)
	}
	return nil
}

// sender returns what mail is sent with; nil for none.
func (s *Server) sender() (*mail.Sender, error) {
	c := s.cfg.Mail
	if c.Server == "" {
		return nil, nil //nolint:nilnil // no mail is not an error
	}
	if c.PasswordFile != "" {
		text, err := os.ReadFile(c.PasswordFile)
		if err != nil {
			return nil, fmt.Errorf("mail.password_file: %w", err)
		}
		c.Password = secret.New(strings.TrimSpace(string(text)))
	}
	roots, err := c.roots()
	if err != nil {
		return nil, err
	}
	return mail.New(mail.Config{
		Server: c.Server, Security: mail.Security(c.Security), RootCAs: roots, User: c.User, Password: c.Password,
		From: c.From, BaseURL: s.base,
	})
}

// roots are the system's authorities and the one of the settings; nil for the system's.
func (c MailConfig) roots() (*x509.CertPool, error) {
	if c.CAFile == "" {
		return nil, nil //nolint:nilnil // the system's
	}
	data, err := os.ReadFile(c.CAFile)
	if err != nil {
		return nil, fmt.Errorf("mail.ca_file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(data) {
		return nil, fmt.Errorf("mail.ca_file: %s holds no certificate", c.CAFile)
	}
	return pool, nil
}

// outages returns the rules of telling what is down.
func (s *Server) outages() (cloud.OutageRules, error) {
	c := s.cfg.Outages
	rules := cloud.OutageRules{Connector: c.Connector.Std(), Printer: c.Printer.Std(), Owners: c.Owners, To: c.MailTo}
	sender, err := s.sender()
	if sender != nil { // no pointer to nothing
		rules.Teller = sender
	}
	return rules, err
}
