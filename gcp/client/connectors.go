package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"platen/gcp"
	"platen/internal/secret"
)

// Connectors returns the connectors of the person that the client acts for.
// Services without Platen's additions answer with an error.
func (c *Client) Connectors(ctx context.Context) ([]gcp.Connector, error) {
	a, err := c.call(ctx, "connectors", url.Values{})
	return a.Connectors, err
}

// Revoke takes back the grant that a token belongs to, and all tokens that stem
// from it (RFC 7009, 2). That the service does not know it is no error.
func (c *Client) Revoke(ctx context.Context, token secret.Text) error {
	address := c.base.Scheme + "://" + c.base.Host + "/o/oauth2/revoke"
	form := url.Values{"token": {token.Reveal()}, "client_id": {c.cfg.ClientID}}.Encode()
	return c.retry(ctx, "revoke", func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form))
		if err != nil {
			return fmt.Errorf("revoke: building the request: %w", err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := c.send(req, "") //nolint:bodyclose // closeBody closes it
		if err != nil {
			return transportError(ctx, "revoke", err)
		}
		defer closeBody(resp.Body)
		if resp.StatusCode != http.StatusOK {
			return &gcp.Error{Op: "revoke", Message: http.StatusText(resp.StatusCode), HTTPStatus: resp.StatusCode}
		}
		return nil
	})
}
