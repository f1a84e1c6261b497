package client

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"platen/gcp"
)

// formOf returns what one call sent, without what is not asked about.
func formOf(t *testing.T, call func(c *Client) error, reply string) url.Values {
	t.Helper()
	var form url.Values
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		form = r.Form
		answer(w, reply)
	})
	if err := call(s.client(t)); err != nil {
		t.Fatal(err)
	}
	form.Del("semantic_state_diff")
	form.Del("extra_fields")
	return form
}

// The names are those of docs/extensions.md.
func TestClaimOnTheWire(t *testing.T) {
	grant := gcp.Grant{Claim: "c1", Run: "r1"}
	const ok, none = `{"success":true}`, `{"success":false,"errorCode":413}`
	for name, test := range map[string]struct {
		call func(c *Client) error
		want string
	}{
		"report":  {func(c *Client) error { return c.Report(t.Context(), gcp.Report{Job: "j", Grant: grant}) }, "claim=c1&jobid=j&run=r1"},
		"unheard": {func(c *Client) error { return c.Report(t.Context(), gcp.Report{Job: "j", Unheard: true}) }, "jobid=j&unheard=true"},
		"old":     {func(c *Client) error { return c.Report(t.Context(), gcp.Report{Job: "j"}) }, "jobid=j"},
		"fetch": {func(c *Client) error {
			_, err := c.Fetch(t.Context(), "p", "r1", 3)
			return err
		}, "limit=3&printerid=p&run=r1"},
		"restored": {func(c *Client) error {
			_, err := c.Restored(t.Context(), "p", "r1")
			return err
		}, "printerid=p&restored=true&run=r1"},
		"announce": {func(c *Client) error {
			_, _, err := c.Announce(t.Context(), gcp.Announcement{
				Instance: "i", Run: "r2", Was: []gcp.RunID{"r1", "r0"}, Host: "desk", Version: "1",
			})
			return err
		}, "host=desk&instance=i&proxy=px&run=r2&version=1&was=r1%2Cr0"},
	} {
		t.Run(name, func(t *testing.T) {
			reply := ok
			if strings.HasPrefix(name, "fetch") || name == "restored" {
				reply = none
			}
			if got := formOf(t, test.call, reply).Encode(); got != test.want {
				t.Errorf("sent %s, want %s", got, test.want)
			}
		})
	}
}

func TestAnnounceReadsTheStanding(t *testing.T) {
	reply := `{"success":true,"printers":[{"id":"p"}],"installation":{"standing":"standby","epoch":"e1","restored":true,
		"twins":[{"host":"desk","address":"192.0.2.1","version":"1","since":"1767225600000","seen":"1767225600001","standing":"granted"}]}}`
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, reply) })
	printers, inst, err := s.client(t).Announce(t.Context(), gcp.Announcement{Run: "r"})
	want := &gcp.Installation{Standing: gcp.StandingStandby, Epoch: "e1", Restored: true, Twins: []gcp.Twin{{
		Host: "desk", Address: "192.0.2.1", Version: "1", Since: 1767225600000, Seen: 1767225600001, Standing: gcp.StandingGranted,
	}}}
	if err != nil || len(printers) != 1 {
		t.Fatalf("%v, %v", printers, err)
	}
	if diff := cmp.Diff(want, inst); diff != "" {
		t.Error(diff)
	}
	reply = `{"success":true,"printers":[]}`
	if _, inst, err := s.client(t).Announce(t.Context(), gcp.Announcement{Run: "r"}); err != nil || inst != nil {
		t.Errorf("a classic service: %+v, %v", inst, err)
	}
}

// The document is asked for where the claim can be granted, whatever address the
// job has, and a refusal of the claim is no passing one.
func TestDownloadWithClaim(t *testing.T) {
	status, asked := http.StatusOK, ""
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.RequestURI()
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "hello") // the client sees what is wrong
	})
	job, grant := gcp.Job{ID: "j", FileURL: s.URL + "/elsewhere/j"}, gcp.Grant{Claim: "c1", Run: "r1"}
	if _, err := s.client(t).Download(t.Context(), job, grant, io.Discard); err != nil {
		t.Fatal(err)
	}
	if want := "/cloudprint/download?claim=c1&id=j&run=r1"; asked != want {
		t.Errorf("asked for %s, want %s", asked, want)
	}
	for code, want := range map[int]gcp.ErrorCode{409: gcp.CodeClaimed, 423: gcp.CodeStandby} {
		status = code
		_, err := s.client(t).Download(t.Context(), job, grant, io.Discard)
		e, ok := errors.AsType[*gcp.Error](err)
		if !ok || e.Code != want || e.Temporary() {
			t.Errorf("status %d: %v", code, err)
		}
	}
}
