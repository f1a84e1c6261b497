package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"platen/gcp"
	"platen/internal/secret"
)

// The whole pairing of a connector, as the official one did it.
func TestPairing(t *testing.T) {
	var polls atomic.Int32
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/o/oauth2/device/code":
			want := url.Values{"client_id": {"platen"}, "device_name": {"desk"}, "device_printers": {`["Front \u003cdesk\u003e","Hall"]`}, "scope": {ScopeCloudPrint}}
			if diff := cmp.Diff(want, r.Form); diff != "" {
				t.Errorf("device code (-want +have):\n%s", diff)
			}
			fmt.Fprint(w, `{"device_code":"DC","user_code":"ABCD-EFGH","verification_url":"http://v/device","expires_in":900,"interval":1}`)
		case "/o/oauth2/token":
			if r.Form.Get("grant_type") == "authorization_code" {
				if r.Form.Get("code") != "4/robot" || r.Form.Get("redirect_uri") != "oob" {
					t.Errorf("exchange: %v", r.Form)
				}
				fmt.Fprint(w, `{"access_token":"RA","token_type":"Bearer","expires_in":3600,"refresh_token":"RR"}`)
				return
			}
			if r.Form.Get("device_code") != "DC" {
				t.Errorf("poll: %v", r.Form)
			}
			if polls.Add(1) == 1 {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"error":"authorization_pending"}`)
				return
			}
			fmt.Fprint(w, `{"access_token":"UA","token_type":"Bearer","expires_in":3600,"refresh_token":"UR"}`)
		case "/cloudprint/createrobot":
			if r.Header.Get("Authorization") != "Bearer UA" || r.Form.Get("oauth_client_id") != "platen" || r.Form.Get("proxy") != "px" {
				t.Errorf("createrobot: %v %v", r.Header, r.Form)
			}
			answer(w, `{"success":true,"xmpp_jid":"0123456789abcdef0123456789abcdef@cloudprint.example","authorization_code":"4/robot",
			 "push":{"host":"print.example","direct_port":5223,"domain":"cloudprint.example","service":"cloudprint.example"}}`)
		}
	})
	c := s.client(t, func(c *Config) { c.RefreshToken = secret.Text{} })
	grant, err := c.DeviceAuth(t.Context(), Machine{Name: "desk", Printers: []string{"Front <desk>", "Hall"}})
	if err != nil || grant.UserCode != "ABCD-EFGH" || grant.VerificationURL != "http://v/device" || grant.Interval != time.Second {
		t.Fatalf("have %+v, %v", grant, err)
	}
	user, err := c.DeviceToken(t.Context(), grant)
	if err != nil || user.Refresh.Reveal() != "UR" {
		t.Fatalf("have %+v, %v", user, err)
	}
	robot, err := c.As(user).CreateRobot(t.Context(), secret.Text{})
	if err != nil || robot.Push == nil || robot.Push.DirectPort != 5223 {
		t.Fatalf("have %+v, %v", robot, err)
	}
	tokens, err := c.ExchangeRobotCode(t.Context(), secret.New(robot.AuthorizationCode))
	if err != nil || tokens.Refresh.Reveal() != "RR" {
		t.Fatalf("have %+v, %v", tokens, err)
	}
}

func TestPairingRefused(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"access_denied"}`)
	})
	grant := DeviceGrant{Interval: time.Second, Expires: time.Now().Add(time.Minute), deviceCode: secret.New("DC")}
	_, err := s.client(t).DeviceToken(t.Context(), grant)
	e, ok := errors.AsType[*gcp.Error](err)
	if !ok || e.Message != "access_denied" || e.Temporary() {
		t.Errorf("have %v", err)
	}
}

// A code is good for one use: an exchange that failed is never made again.
func TestExchangeOnce(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "later", http.StatusServiceUnavailable) })
	c := s.client(t)
	if _, err := c.ExchangeRobotCode(t.Context(), secret.New("4/x")); err == nil {
		t.Error("want an error")
	}
	if n := s.count("/o/oauth2/token"); n != 1 {
		t.Errorf("%d exchanges, want 1", n)
	}
}
