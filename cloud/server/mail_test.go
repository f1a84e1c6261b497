package server

import (
	"strings"
	"testing"
	"time"

	"platen/internal/config"
	"platen/internal/secret"
)

// Settings of mail and outages that cannot work, or would show a password, are refused
// with what to write instead.
func TestMailSettings(t *testing.T) {
	good := func() Config {
		c := Default()
		c.StateDir = t.TempDir()
		c.Mail.Server, c.Mail.From = "smtp.example.com:587", "print@example.com"
		return c
	}
	for name, tt := range map[string]struct {
		change func(*Config)
		says   string
	}{
		"good":             {func(*Config) {}, ""},
		"no mail":          {func(c *Config) { c.Mail = MailConfig{} }, ""},
		"never":            {func(c *Config) { c.Outages.Connector, c.Outages.Printer = 0, 0 }, ""},
		"no port":          {func(c *Config) { c.Mail.Server = "smtp.example.com" }, "smtp.example.com:587"},
		"no sender":        {func(c *Config) { c.Mail.From = "" }, "no mail address"},
		"unknown security": {func(c *Config) { c.Mail.Security = "ssl" }, "starttls, tls or none"},
		"open password":    {func(c *Config) { c.Mail.Security, c.Mail.User = "none", "platen" }, "read the password"},
		"two passwords":    {func(c *Config) { c.Mail.Password, c.Mail.PasswordFile = secret.New("x"), "y" }, "exclude each other"},
		"too soon":         {func(c *Config) { c.Outages.Printer = config.Duration(time.Second) }, "outages.printer"},
		"no address":       {func(c *Config) { c.Outages.MailTo = []string{"team"} }, "outages.mail_to"},
	} {
		t.Run(name, func(t *testing.T) {
			c := good()
			tt.change(&c)
			err := c.Check()
			if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("%v, want %q", err, tt.says)
			}
		})
	}
}
