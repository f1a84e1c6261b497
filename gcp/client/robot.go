package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"platen/gcp"
	"platen/internal/secret"
)

// DeviceGrant is a pairing that waits for a person.
type DeviceGrant struct {
	UserCode                string // what the person types
	VerificationURL         string // where
	VerificationURLComplete string // with the code in it, for a QR code; may be empty
	Expires                 time.Time
	Interval                time.Duration

	deviceCode secret.Text
}

// Machine is what the person who allows a pairing is told of whoever asks. Each member
// may be empty.
type Machine struct {
	Name     string
	Printers []string // names of the printers that it would add
}

// What of the printers a person is told: the request stays short.
const (
	maxNames     = 100
	maxNameBytes = 8 << 10 // of all names
)

// named are the printers that the person is told of.
func (m Machine) named() []string {
	room := maxNameBytes
	for i, name := range m.Printers {
		if room -= len(name); room < 0 || i == maxNames {
			return m.Printers[:i]
		}
	}
	return m.Printers
}

// params are Platen's additions to a device code request, see docs/extensions.md.
func (m Machine) params() ([]oauth2.AuthCodeOption, error) {
	var list []oauth2.AuthCodeOption
	if m.Name != "" {
		list = append(list, oauth2.SetAuthURLParam("device_name", m.Name))
	}
	if named := m.named(); len(named) > 0 {
		names, err := json.Marshal(named)
		if err != nil {
			return nil, fmt.Errorf("encode names of printers: %w", err)
		}
		list = append(list, oauth2.SetAuthURLParam("device_printers", string(names)))
	}
	return list, nil
}

// DeviceAuth begins a pairing: the service gives a code for the person to type
// (RFC 8628). The person is told of the machine. Scopes default to ScopeCloudPrint.
func (c *Client) DeviceAuth(ctx context.Context, by Machine, scopes ...string) (DeviceGrant, error) {
	if len(scopes) == 0 {
		scopes = []string{ScopeCloudPrint}
	}
	var answer *oauth2.DeviceAuthResponse
	more, err := by.params()
	if err != nil {
		return DeviceGrant{}, err
	}
	cfg := c.oauth(scopes...)
	err = c.retry(ctx, "device code", func(ctx context.Context) error {
		var err error
		answer, err = cfg.DeviceAuth(oauthContext(ctx, c.oauthHTTP()), more...)
		if err != nil {
			return tokenError("device code", err)
		}
		return nil
	})
	if err != nil {
		return DeviceGrant{}, err
	}
	return DeviceGrant{
		UserCode: answer.UserCode, VerificationURL: answer.VerificationURI,
		VerificationURLComplete: answer.VerificationURIComplete, Expires: answer.Expiry,
		Interval:   time.Duration(answer.Interval) * time.Second,
		deviceCode: secret.New(answer.DeviceCode),
	}, nil
}

// DeviceToken waits until the person allowed the pairing, and returns its tokens;
// refused and expired are errors. A poll that fails on the way is made again.
func (c *Client) DeviceToken(ctx context.Context, g DeviceGrant) (Tokens, error) {
	if !g.Expires.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, g.Expires)
		defer cancel()
	}
	cfg := c.oauth()
	for {
		t, err := cfg.DeviceAccessToken(oauthContext(ctx, c.oauthHTTP()), &oauth2.DeviceAuthResponse{
			DeviceCode: g.deviceCode.Reveal(), Expiry: g.Expires, Interval: int64(g.Interval / time.Second),
		})
		if err == nil {
			return tokensOf(t), nil
		}
		failed := tokenError("device token", err)
		if ctx.Err() != nil || !worthRetrying(failed) {
			return Tokens{}, failed
		}
	}
}

// CreateRobot makes a connector's account for the client's proxy; the client must
// act for a person. It is not repeated: each call may make a robot. had is the
// refresh token that the connector has from before, if any: to a service that
// knows it, it proves that this is the same connector.
func (c *Client) CreateRobot(ctx context.Context, had secret.Text) (gcp.Robot, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	form := url.Values{"oauth_client_id": {c.cfg.ClientID}}
	set(form, "proxy", string(c.cfg.Proxy))
	set(form, "robot_token", had.Reveal())
	a, err := c.callOnce(ctx, "createrobot", form)
	if err != nil {
		return gcp.Robot{}, err
	}
	if a.Robot == nil || a.AuthorizationCode == "" {
		return gcp.Robot{}, &TransportError{Op: "createrobot", Err: errAnswer}
	}
	return *a.Robot, nil
}

// ExchangeRobotCode exchanges the code of CreateRobot for the robot's tokens. It
// is not repeated: a code is good for one use.
func (c *Client) ExchangeRobotCode(ctx context.Context, code secret.Text) (Tokens, error) {
	ctx, cancel := context.WithTimeout(ctx, c.cfg.Timeout)
	defer cancel()
	cfg := c.oauth(ScopeCloudPrint, ScopeTalk)
	cfg.RedirectURL = "oob"
	t, err := cfg.Exchange(oauthContext(ctx, c.oauthHTTP()), code.Reveal())
	if err != nil {
		return Tokens{}, tokenError("robot code", err)
	}
	return tokensOf(t), nil
}

func tokensOf(t *oauth2.Token) Tokens {
	return Tokens{Access: secret.New(t.AccessToken), Refresh: secret.New(t.RefreshToken), Expires: t.Expiry}
}
