package daemon

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"platen/gcp"
	"platen/internal/secret"
	"platen/notify"
)

// refused reports whether the service will never take our credentials: a refresh
// token that it does not know any more (RFC 6749, 5.2: 400 or 401), or an access
// token that is not taken although it is new.
func refused(err error) bool {
	var e *gcp.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.HTTPStatus == http.StatusUnauthorized || e.Op == "token" && e.HTTPStatus == http.StatusBadRequest
}

// pushToken returns the access token for the notification stream. A refusal for
// good is told apart, so that the channel does not try again soon.
func (d *Daemon) pushToken(ctx context.Context) (secret.Text, error) {
	token, err := d.client.Token(ctx)
	if refused(err) {
		err = fmt.Errorf("%w: %w", notify.ErrCredentials, err)
	}
	return token, err
}

// refusal says what is wrong and what to do when the cloud refuses us.
func (c Credentials) refusal() string {
	return "the cloud refuses this connector's credentials: pair it again (platen pair " + c.Cloud + " --replace)"
}
