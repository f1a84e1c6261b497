package xmppauth

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"platen/internal/backoff"
	"platen/internal/secret"
)

// patience is how long one question is repeated while the cloud is away: the protocol
// knows no other answer than yes and no, so that a cloud that is started anew would have
// its connectors refused. ejabberd waits for at least ten seconds.
const patience = 8 * time.Second

// ExtAuth answers ejabberd's external authentication (ejabberd's developer guide,
// "External Script") by asking a cloud.
type ExtAuth struct {
	URL    string // address of the cloud
	Secret secret.Text
	Client *http.Client
	Logger *slog.Logger

	trouble trouble
}

// trouble is what keeps the cloud from being asked. It is logged when it changes; how a
// cloud that is started anew cannot be reached changes from moment to moment.
type trouble string

const (
	none     trouble = ""
	away     trouble = "away"
	settings trouble = "settings"
)

// Serve answers questions until in ends, one after the other: ejabberd runs several of
// these programs. Each question and each answer has two bytes before it that say how
// long it is.
func (e *ExtAuth) Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	var size [2]byte
	question := make([]byte, 1<<16)
	for {
		if _, err := io.ReadFull(in, size[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil // ejabberd has stopped
			}
			return fmt.Errorf("read a question: %w", err)
		}
		text := question[:binary.BigEndian.Uint16(size[:])]
		if _, err := io.ReadFull(in, text); err != nil {
			return fmt.Errorf("read a question: %w", err)
		}
		answer := []byte{0, 2, 0, 0}
		if e.answer(ctx, string(text)) {
			answer[3] = 1
		}
		if _, err := out.Write(answer); err != nil {
			return fmt.Errorf("write an answer: %w", err)
		}
	}
}

// answer says yes or no to "auth:USER:HOST:TOKEN" and "isuser:USER:HOST", and no to
// everything else: accounts are made and removed in the cloud. Who is a user only a
// token shows, so that every name may be one.
func (e *ExtAuth) answer(ctx context.Context, question string) bool {
	words := strings.SplitN(question, ":", 4) // a password may hold colons
	switch {
	case words[0] == "isuser" && len(words) == 3:
		return words[1] != ""
	case words[0] != "auth" || len(words) != 4 || words[1] == "" || words[3] == "":
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	form := url.Values{"user": {words[1]}, "host": {words[2]}, "token": {words[3]}}
	waits := backoff.Backoff{Min: 200 * time.Millisecond, Max: time.Second}
	for {
		yes, err := e.ask(ctx, form)
		e.tell(ctx, err)
		if err == nil || errors.Is(err, errSettings) || waits.Wait(ctx) != nil {
			return yes
		}
	}
}

// errSettings means that waiting does not help.
var errSettings = errors.New("wrong settings")

// ask asks the cloud once. An error says nothing of the token.
func (e *ExtAuth) ask(ctx context.Context, form url.Values) (bool, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(e.URL, "/")+"/xmpp/auth", strings.NewReader(form.Encode()))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+e.Secret.Reveal())
	resp, err := e.Client.Do(req)
	if err != nil {
		return false, err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 4<<10)) // so that the connection serves again
	_ = resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusNoContent:
		return true, nil
	case http.StatusForbidden, http.StatusBadRequest, // the latter is too long for a token
		http.StatusTooManyRequests: // who waits for that to be over keeps others waiting
		return false, nil
	case http.StatusUnauthorized:
		return false, fmt.Errorf("%w: the cloud does not know the secret; is it that of its push.server.auth_secret_file?", errSettings)
	case http.StatusNotFound:
		return false, fmt.Errorf("%w: the cloud answers no XMPP server; set its push.server.auth_secret_file", errSettings)
	}
	return false, fmt.Errorf("the cloud answers HTTP %d", resp.StatusCode)
}

// tell logs when the cloud begins or ceases to answer.
func (e *ExtAuth) tell(ctx context.Context, err error) {
	now := none
	switch {
	case errors.Is(err, errSettings):
		now = settings
	case err != nil:
		now = away
	}
	if now == e.trouble {
		return
	}
	e.trouble = now
	if err != nil {
		e.Logger.WarnContext(ctx, "logins cannot be checked", "err", err)
		return
	}
	e.Logger.InfoContext(ctx, "logins are checked again")
}
