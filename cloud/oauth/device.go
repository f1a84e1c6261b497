package oauth

import (
	"context"
	"errors"
	"net/url"
	"time"

	"platen/cloud"
	"platen/internal/secret"
)

// StartedDevice is the answer to a device code request, RFC 8628, 3.2.
type StartedDevice struct {
	DeviceCode secret.Text
	UserCode   string // in the form BCDF-GHJK
	URL        string // where a person types it
	Complete   string // the same with the code in it
	Interval   time.Duration
	ExpiresIn  time.Duration
}

// PendingDevice is a device that waits for a person's decision.
type PendingDevice struct {
	UserCode   string
	ClientID   string
	ClientName string // as registered; "" for a client nobody registered
	Scope      string
	CreateTime time.Time
	Asker
}

// Decision is what a person says to a device.
type Decision string

// The decisions.
const (
	Allow Decision = "allow"
	Deny  Decision = "deny"
)

// devicePath is the page on which people type user codes.
const devicePath = "/pair"

// StartDevice begins a device code dialogue.
func (s *Server) StartDevice(ctx context.Context, clientID, scope string) (StartedDevice, error) {
	return s.StartDeviceOf(ctx, clientID, scope, Asker{})
}

// StartDeviceOf is StartDevice where it is known who asks.
func (s *Server) StartDeviceOf(ctx context.Context, clientID, scope string, by Asker) (StartedDevice, error) {
	text, hash := newSecret("")
	user, now := newUserCode(), s.cfg.Now()
	d := Device{
		Hash: hash, UserHash: hashUserCode(user), Client: clientID, Scope: scope,
		State: DevicePending, Interval: s.cfg.DeviceInterval, CreateTime: now, ExpireTime: now.Add(DeviceLifetime), Asker: by,
	}
	if err := s.cfg.Store.AddDevice(ctx, d); err != nil {
		return StartedDevice{}, err
	}
	page := s.cfg.BaseURL + devicePath
	return StartedDevice{
		DeviceCode: text, UserCode: user, URL: page, Complete: page + "?user_code=" + url.QueryEscape(user),
		Interval: d.Interval, ExpiresIn: DeviceLifetime,
	}, nil
}

// PendingDevice returns the device that shows a user code. Each account has five
// wrong guesses in the lifetime of a code, RFC 8628, 5.1.
func (s *Server) PendingDevice(ctx context.Context, c cloud.Caller, userCode string) (PendingDevice, error) {
	d, err := s.guessDevice(ctx, c, userCode, Device.pending)
	if err != nil {
		return PendingDevice{}, err
	}
	return PendingDevice{
		UserCode: canonicalUserCode(userCode), ClientID: d.Client, ClientName: s.clients[d.Client].Name,
		Scope: d.Scope, CreateTime: d.CreateTime, Asker: d.Asker,
	}, nil
}

// DecideDevice lets the device with a user code act in the caller's name, or not. The
// same decision of the same person again, as by a double click, is success.
func (s *Server) DecideDevice(ctx context.Context, c cloud.Caller, userCode string, decision Decision) error {
	state := DeviceDenied
	if decision == Allow {
		state = DeviceAllowed
	}
	same := func(d Device) bool { return d.State == state && d.User == c.User.ID }
	d, err := s.guessDevice(ctx, c, userCode, func(d Device) bool { return d.pending() || same(d) })
	if err != nil || same(d) {
		return err
	}
	err = s.cfg.Store.DecideDevice(ctx, d.Hash, c.User.ID, state)
	if errors.Is(err, ErrUsed) { // at this moment
		_, err = s.guessDevice(ctx, c, userCode, same)
	}
	return err
}

func (d Device) pending() bool { return d.State == DevicePending }

// guessDevice returns the device with a user code if it is one that fits. It counts the
// guess before it looks, so that guesses made at the same moment count too, and takes it
// back if it was right.
func (s *Server) guessDevice(ctx context.Context, c cloud.Caller, userCode string, fits func(Device) bool) (Device, error) {
	if err := c.Member(); err != nil {
		return Device{}, err
	}
	now, who := s.cfg.Now(), "device "+string(c.User.ID)
	n, err := s.cfg.Store.AddTry(ctx, who, now, now.Add(-DeviceLifetime))
	if err != nil {
		return Device{}, err
	}
	if n > deviceTries {
		return Device{}, &cloud.Error{Kind: cloud.KindQuota, Message: "Too many wrong codes. Wait a quarter of an hour, then try again."}
	}
	d, err := s.cfg.Store.DeviceByUserCode(ctx, hashUserCode(userCode))
	if errors.Is(err, cloud.ErrNotFound) || err == nil && (s.expired(d.ExpireTime) || !fits(d)) {
		return Device{}, unknownUserCode()
	}
	if err != nil {
		return Device{}, err
	}
	return d, s.cfg.Store.RemoveTry(ctx, who, now)
}

func unknownUserCode() error {
	return &cloud.Error{Kind: cloud.KindNotFound, Message: "This code is not known, or it has expired. Start again on the device."}
}
