package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"platen/cloud"
	"platen/cloud/oauth"
	"platen/gcp"
)

// The classic connector's other way to its notifications was Firebase Cloud
// Messaging: a token from /fcm/subscribe, and a call with it that never ends, whose
// body is a length in decimal digits, a new line and a message of that length, again
// and again.

// StreamPath is where that call goes, as at the host that the connector was made for.
const StreamPath = "/fcm/connect/bind"

// How such a stream is kept.
const (
	streamWrite  = 30 * time.Second
	streamReturn = 30 * time.Second // how long the hints wait while one is written
)

// fcmSubscribe gives a connector the token of its stream.
func (h *handler) fcmSubscribe(c *call) error {
	if c.caller.Robot == nil {
		return &cloud.Error{Kind: cloud.KindForbidden, Message: "User is not authorized: this is for connectors."}
	}
	bearer, _ := oauth.BearerOf(c.r.Header.Get("Authorization")) // robots come no other way
	token, err := h.cfg.OAuth.StreamToken(c.ctx, bearer)
	if err != nil {
		return err
	}
	c.write(&streamAnswer{c.done(""), token.Reveal(), gcp.Int64(oauth.StreamRenewal / time.Second)})
	return nil
}

// Streams serves StreamPath.
func Streams(cfg Config) http.Handler {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st := &fcmStream{cfg: cfg, token: r.URL.Query().Get("token"), w: w, out: http.NewResponseController(w)}
		if err := st.admit(r); err != nil {
			st.refuse(r.Context(), err)
			return
		}
		if err := st.run(r.Context()); err != nil && r.Context().Err() == nil {
			cfg.Logger.DebugContext(r.Context(), "notification stream ended", "robot", st.robot, "err", err)
		}
	})
}

// fcmStream is one call that stays.
type fcmStream struct {
	cfg   Config
	token string
	robot gcp.RobotID
	w     http.ResponseWriter
	out   *http.ResponseController
	sent  int // messages
}

func (st *fcmStream) admit(r *http.Request) (err error) {
	if st.cfg.Listener == nil {
		return &cloud.Error{Kind: cloud.KindUnavailable, Message: "This service sends no notifications."}
	}
	st.robot, err = st.cfg.OAuth.StreamRequest(r, st.token)
	return err
}

func (st *fcmStream) refuse(ctx context.Context, err error) {
	switch cloud.KindOf(err) {
	case cloud.KindCredentials:
		http.Error(st.w, "The token is wrong, has expired, or was revoked.", http.StatusForbidden)
	case cloud.KindQuota:
		st.w.Header().Set("Retry-After", "30")
		http.Error(st.w, "Too many wrong tokens.", http.StatusTooManyRequests)
	default:
		st.cfg.Logger.WarnContext(ctx, "notification stream", "err", err)
		st.w.Header().Set("Retry-After", "5")
		http.Error(st.w, "The service is in trouble. Try again later.", http.StatusServiceUnavailable)
	}
}

// run tells hints until the connector, the token or the service goes. What waited
// before is told first: the connector does not ask.
func (st *fcmStream) run(ctx context.Context) error {
	if err := st.begin(); err != nil {
		return err
	}
	q := gcp.HintsQuery{Return: streamReturn}
	defer func() {
		_, _ = st.cfg.Listener.Listen(ctx, st.robot, gcp.HintsQuery{Session: q.Session, Leave: true}, nil) // it ends by itself, too
	}()
	for {
		hints, err := st.cfg.Listener.Listen(ctx, st.robot, q, st.cfg.Stopping)
		if err != nil {
			return err
		}
		again := hints.Fresh && q.Session != "" // ours was ended: revoked, or too many
		q.Session, q.Got, q.Wait = hints.Session, hints.Number, maxListen
		if again {
			return nil
		}
		if err := st.tell(ctx, hints); err != nil {
			return err
		}
		if err := st.stays(ctx); err != nil {
			return err
		}
	}
}

// errStopping ends the streams when the service does.
var errStopping = errors.New("the service is stopping")

// stays reports whether the stream may go on.
func (st *fcmStream) stays(ctx context.Context) error {
	select {
	case <-st.cfg.Stopping:
		return errStopping
	default:
	}
	_, err := st.cfg.OAuth.StreamOf(ctx, st.token)
	return err
}

func (st *fcmStream) begin() error {
	if err := st.out.SetReadDeadline(time.Time{}); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err // the server's would end the call
	}
	h := st.w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	return st.write("")
}

// tell writes a message for each printer that has work. The channel knows no other
// hint: connectors take each message for one.
func (st *fcmStream) tell(ctx context.Context, hints gcp.Hints) error {
	if hints.Fresh {
		waiting, err := st.cfg.Service.WaitingPrinters(ctx, st.robot)
		if err != nil {
			return fmt.Errorf("list of waiting printers: %w", err)
		}
		for _, id := range waiting {
			hints.Hints = append(hints.Hints, gcp.Notification{Printer: id})
		}
	}
	for _, n := range hints.Hints {
		if n.Kind != gcp.NotifyJobs {
			continue
		}
		st.sent++
		text, err := json.Marshal([][]any{{st.sent, []fcmMessage{st.message(n)}}})
		if err != nil {
			return err
		}
		if err := st.write(strconv.Itoa(len(text)) + "\n" + string(text)); err != nil {
			return err
		}
	}
	return nil
}

// fcmMessage is one message as connectors read it.
type fcmMessage struct {
	Data        fcmData `json:"data"`
	From        string  `json:"from"`
	Category    string  `json:"category"`
	CollapseKey string  `json:"collapse_key"`
	MessageID   string  `json:"message_id"`
	TimeToLive  int     `json:"time_to_live"` // seconds
}

type fcmData struct {
	Notification string `json:"notification"` // the printer
	Subtype      string `json:"subtype"`
}

func (st *fcmStream) message(n gcp.Notification) fcmMessage {
	m := fcmMessage{
		Data: fcmData{Notification: string(n.Printer)}, Category: "cloudprint", CollapseKey: string(n.Printer),
		MessageID: strconv.Itoa(st.sent),
	}
	if st.cfg.Push != nil {
		m.From = st.cfg.Push.Service
	}
	return m
}

// write sends text at once and in one piece: connectors read a message with the one
// call that follows its length.
func (st *fcmStream) write(text string) error {
	err := st.out.SetWriteDeadline(time.Now().Add(streamWrite))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if text != "" {
		if _, err := st.w.Write([]byte(text)); err != nil {
			return err
		}
	}
	return st.out.Flush()
}
